// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/dav/given_name.hpp"

#include "base/core/text.hpp"

namespace kontor::dav {
namespace {

constexpr std::string_view k_given = "shared-";
constexpr std::size_t k_uuid = 36;

}  // namespace

std::string given_segment(const Given& given) {
  return std::string(k_given) + given.account.text() + '-' + std::to_string(given.folder);
}

std::optional<Given> parse_given(std::string_view segment) {
  if (!segment.starts_with(k_given)) return std::nullopt;
  segment.remove_prefix(k_given.size());
  const auto account = Uuid::parse(segment.substr(0, k_uuid));
  if (!account || segment.size() <= k_uuid || segment[k_uuid] != '-') return std::nullopt;
  const auto folder = parse_number<store::FolderId>(segment.substr(k_uuid + 1));
  if (!folder || store::is_recoverable(*folder)) return std::nullopt;
  const Given given{*account, *folder};
  return given_segment(given) == std::string(k_given) + std::string(segment)
             ? std::optional(given)
             : std::nullopt;  // one name each
}

}  // namespace kontor::dav
