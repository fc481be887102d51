// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/config/mailbox_rules.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/config/values.hpp"
#include "base/core/text.hpp"

namespace kontor::config {
namespace {

constexpr std::uint32_t k_most_days = 36'500;
constexpr std::uint32_t k_most_undelete_days = 3'650;
// RFC 6154, 2; \All and \Flagged show messages of other folders.
constexpr std::array<std::string_view, 6> k_uses{"\\Archive", "\\Drafts", "\\Important",
                                                 "\\Junk",    "\\Sent",   "\\Trash"};
constexpr std::array<std::string_view, 4> k_fields{"quota", "messages", "undelete", "retention"};

Result<std::uint32_t> parse_days(std::string_view text, std::uint32_t least, std::uint32_t most) {
  const auto days = parse_number<std::uint32_t>(text);
  if (!days || *days < least || *days > most)
    return fail(Errc::bad_input,
                fmt::format("\"{}\" is not a number of days from {} to {}", text, least, most));
  return *days;
}

// A field and what follows up to the next one: names of folders may hold blanks.
struct Field {
  std::string_view name;
  std::string value;
};

Result<std::vector<Field>> split_fields(std::string_view text) {
  std::vector<Field> fields;
  for (const auto word : split(text, ' ')) {
    if (word.empty()) continue;
    const auto equals = word.find('=');
    const auto name = word.substr(0, equals);
    const auto known = std::ranges::find(k_fields, name);
    if (equals != std::string_view::npos && known != k_fields.end()) {
      if (std::ranges::find(fields, *known, &Field::name) != fields.end())
        return fail(Errc::bad_input, fmt::format("{} stands there twice", name));
      fields.push_back({*known, std::string(word.substr(equals + 1))});
    } else if (!fields.empty() && fields.back().name == "retention") {
      fields.back().value.append(" ").append(word);
    } else {
      return fail(
          Errc::bad_input,
          fmt::format("\"{}\" is none of quota=, messages=, undelete= and retention=", word));
    }
  }
  if (fields.empty()) return fail(Errc::bad_input, "nothing stands behind the group");
  return fields;
}

Result<std::vector<RetentionRow>> parse_rules(std::string_view text) {
  std::vector<RetentionRow> rules;
  if (text == "none") return rules;
  for (const auto one : split(text, ',')) {
    KONTOR_TRY(auto rule, parse_retention(trim(one)));
    rules.push_back(std::move(rule));
  }
  return rules;
}

Result<void> take_field(const Field& field, PolicyRow& row) {
  if (field.name == "retention") {
    KONTOR_TRY(row.retention, parse_rules(field.value));
  } else if (field.name == "undelete") {
    KONTOR_TRY(row.undelete_days, parse_days(field.value, 0, k_most_undelete_days));
  } else if (field.name == "quota") {
    row.quota = 0;
    if (field.value == "none") return {};
    KONTOR_TRY(row.quota, parse_size(field.value));
  } else {
    row.messages = 0;
    if (field.value == "none") return {};
    const auto number = parse_number<std::uint32_t>(field.value);
    if (!number)
      return fail(Errc::bad_input, fmt::format("messages: \"{}\" is not a number", field.value));
    row.messages = *number;
  }
  return {};
}

}  // namespace

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

Result<PolicyRow> parse_policy(std::string_view row) {
  const auto colon = row.find(':');
  if (colon == std::string_view::npos)
    return fail(Errc::bad_input, "the address of a group and a colon must come first");
  PolicyRow policy;
  policy.group = trim(row.substr(0, colon));
  const auto at = policy.group.find('@');
  if (at == 0 || at == std::string::npos || at + 1 == policy.group.size() ||
      policy.group.contains(' '))
    return fail(Errc::bad_input, fmt::format("\"{}\" is not the address of a group", policy.group));
  KONTOR_TRY(const auto fields, split_fields(row.substr(colon + 1)));
  for (const auto& field : fields) {
    KONTOR_TRY(take_field(field, policy));
  }
  return policy;
}

}  // namespace kontor::config
