// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>

#include "base/core/text.hpp"
#include "base/mime/lower.hpp"
#include "directory/model/model.hpp"

namespace kontor::directory {
namespace {

constexpr std::size_t k_max_address = 320;  // 64 octets, "@", 255 octets: RFC 5321, 4.5.3.1

// Could this be an address somebody is reached at? Loose: what may stand in a directory is wider
// than what a mail client may send.
bool is_address(std::string_view text) {
  const auto at = text.rfind('@');
  if (at == std::string_view::npos || at == 0 || at + 1 == text.size()) return false;
  const auto is_bad = [](char c) { return static_cast<unsigned char>(c) <= ' ' || c == '\x7f'; };
  return text.size() <= k_max_address && is_utf8(text) && std::ranges::none_of(text, is_bad);
}

template <class T>
void sort_unique(std::vector<T>& list) {
  std::ranges::sort(list);
  const auto [first, last] = std::ranges::unique(list);
  list.erase(first, last);
}

}  // namespace

std::string PrincipalId::text() const { return source + ":" + guid.text(); }

std::string fold_name(std::string_view name) { return mime::lower_utf8(name); }

std::string normalise(Principal& principal) {
  std::string left_out;
  if (!principal.mail.empty() && !is_address(principal.mail))
    left_out = "not a mail address: " + std::exchange(principal.mail, {});
  if (!principal.mail.empty()) principal.addresses.push_back(principal.mail);
  for (auto& address : principal.addresses) {
    if (!is_address(address)) left_out = "not a mail address: " + std::exchange(address, {});
    address = fold_name(address);
  }
  auto& target = principal.mail_rules.target_address;
  if (!target.empty() && !is_address(target))
    left_out = "targetAddress is not a mail address: " + std::exchange(target, {});
  std::erase(principal.addresses, std::string());
  sort_unique(principal.addresses);
  sort_unique(principal.members);
  sort_unique(principal.member_of);
  sort_unique(principal.sid_history);
  sort_unique(principal.mail_rules.allowed_senders);
  sort_unique(principal.mail_rules.refused_senders);
  sort_unique(principal.mail_rules.delegates);
  sort_unique(principal.mail_rules.shared_with);
  sort_unique(principal.mail_rules.moderators);
  sort_unique(principal.mail_rules.past_moderation);
  for (auto& address : principal.mail_rules.x500) address = fold_name(address);
  sort_unique(principal.mail_rules.x500);
  return left_out;
}

State DirectoryCopy::state_at(const Principal& principal, std::int64_t now) {
  if (principal.state != State::enabled) return principal.state;
  return principal.expires && *principal.expires <= now ? State::expired : State::enabled;
}

}  // namespace kontor::directory
