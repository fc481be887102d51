// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/config/mailbox_rules.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/core/text.hpp"

namespace kontor::config {
namespace {

constexpr std::uint32_t k_most_days = 36'500;
// RFC 6154, 2; \All and \Flagged show messages of other folders.
constexpr std::array<std::string_view, 6> k_uses{"\\Archive", "\\Drafts", "\\Important",
                                                 "\\Junk",    "\\Sent",   "\\Trash"};

}  // namespace

Result<std::uint32_t> parse_days(std::string_view text, std::uint32_t least, std::uint32_t most) {
  const auto days = parse_number<std::uint32_t>(text);
  if (!days || *days < least || *days > most)
    return fail(Errc::bad_input,
                fmt::format("\"{}\" is not a number of days from {} to {}", text, least, most));
  return *days;
}

Result<RetentionRow> parse_retention(std::string_view row) {
  const auto equals = row.rfind('=');
  if (equals == std::string_view::npos)
    return fail(Errc::bad_input, fmt::format("\"{}\" is not FOLDER=DAYS", row));
  RetentionRow rule;
  rule.text = row;
  KONTOR_TRY(rule.days, parse_days(trim(row.substr(equals + 1)), 1, k_most_days));
  auto folder = trim(row.substr(0, equals));
  if (folder.ends_with("/*")) {
    rule.below = true;
    folder.remove_suffix(2);
  }
  if (folder.empty()) return fail(Errc::bad_input, fmt::format("\"{}\" names no folder", row));
  rule.folder = folder;
  if (!folder.starts_with('\\')) return rule;
  const auto is_it = [&](std::string_view use) { return iequals(use, folder); };
  const auto use = std::ranges::find_if(k_uses, is_it);
  if (use == k_uses.end())
    return fail(Errc::bad_input, fmt::format("\"{}\" is not a special use; there are {}", folder,
                                             fmt::join(k_uses, " ")));
  rule.folder = *use;
  return rule;
}

}  // namespace kontor::config
