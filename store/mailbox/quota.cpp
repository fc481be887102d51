// SPDX-License-Identifier: GPL-3.0-or-later
#include "store/mailbox/quota.hpp"

namespace kontor::store {
namespace {

bool fits(std::uint64_t used, std::uint64_t more, std::uint64_t limit) {
  return limit == 0 || more == 0 || (used <= limit && more <= limit - used);
}

// `percent` of the limit, without overflow.
bool reaches(std::uint64_t used, std::uint64_t limit, std::uint32_t percent) {
  const auto rest = limit % 100 * percent;
  return limit != 0 && used >= limit / 100 * percent + (rest + 99) / 100;
}

}  // namespace

bool is_nearly_full(const Usage& used,
                    const Limits& limits,
                    std::uint32_t percent,
                    std::uint64_t bytes) {
  const bool by_bytes =
      bytes != 0 ? used.bytes >= bytes : percent != 0 && reaches(used.bytes, limits.bytes, percent);
  return by_bytes || (percent != 0 && reaches(used.messages, limits.messages, percent));
}

Limits limits_in_force(const OwnLimits& own, const Limits& defaults) {
  return {own.bytes.value_or(defaults.bytes), own.messages.value_or(defaults.messages),
          own.folders.value_or(defaults.folders),
          own.annotation_bytes.value_or(defaults.annotation_bytes)};
}

std::optional<std::uint64_t>* own_limit(OwnLimits& own, std::string_view entry) {
  if (entry == k_quota_bytes) return &own.bytes;
  if (entry == k_quota_messages) return &own.messages;
  if (entry == k_quota_folders) return &own.folders;
  return entry == k_quota_annotations ? &own.annotation_bytes : nullptr;
}

Result<void> check_quota(const Usage& used, const Usage& more, const Limits& limits) {
  if (!fits(used.bytes, more.bytes, limits.bytes))
    return fail(Errc::over_quota, "the mailbox is full");
  if (!fits(used.messages, more.messages, limits.messages))
    return fail(Errc::over_quota, "the mailbox has too many messages");
  return {};
}

}  // namespace kontor::store
