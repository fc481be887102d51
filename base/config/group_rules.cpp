// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/config/group_rules.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/core/text.hpp"

namespace kontor::config {
namespace {

// Whose meaning is not the administrator's to change: identity, secrets, and what is followed.
constexpr std::array<std::string_view, 8> k_fixed{"objectclass", "objectguid",        "objectsid",
                                                  "entryuuid",   "userpassword",      "usnchanged",
                                                  "member",      "useraccountcontrol"};

bool is_address(std::string_view text) {
  const auto at = text.rfind('@');
  return at != std::string_view::npos && at != 0 && at + 1 < text.size() &&
         text.find_first_of(" ()<>,;=:") == std::string_view::npos;
}

Result<std::string> parse_address(std::string_view text) {
  if (!is_address(text))
    return fail(Errc::bad_input, fmt::format("\"{}\" is not a mail address", text));
  return to_lower(text);
}

Result<std::vector<std::string>> parse_senders(std::string_view name, std::string_view text) {
  std::vector<std::string> senders;
  for (const auto one : split(text, ',')) {
    const bool is_domain = one.size() > 1 && one.starts_with('@');
    if (!is_domain && !is_address(one))
      return fail(Errc::bad_input,
                  fmt::format("{}: \"{}\" is neither an address nor @DOMAIN", name, one));
    senders.push_back(to_lower(one));
  }
  return senders;
}

Result<std::vector<std::string>> parse_moderators(std::string_view text) {
  std::vector<std::string> out;
  for (const auto one : split(text, ',')) {
    KONTOR_TRY(auto address, parse_address(one));
    out.push_back(std::move(address));
  }
  return out;
}

bool is_attribute_name(std::string_view name) {
  return !name.empty() && std::ranges::all_of(name, [](char c) {
    return is_digit(c) || (ascii_lower(c) >= 'a' && ascii_lower(c) <= 'z') || c == '-';
  });
}

}  // namespace

Result<GroupRule> parse_group_rule(std::string_view row) {
  const auto colon = row.find(':');
  if (colon == std::string_view::npos)
    return fail(Errc::bad_input, "the address of a group and a colon must come first");
  GroupRule rule;
  KONTOR_TRY(rule.group, parse_address(trim(row.substr(0, colon))));
  bool is_any = false;
  for (const auto word : split(row.substr(colon + 1), ' ')) {
    if (word.empty()) continue;
    is_any = true;
    const auto equals = std::min(word.find('='), word.size() - 1);
    const auto value = word.substr(equals + 1);
    if (word == "internal") {
      rule.is_internal = true;
    } else if (word.starts_with("senders=")) {
      KONTOR_TRY(rule.senders, parse_senders("senders", value));
    } else if (word.starts_with("owner=")) {
      KONTOR_TRY(rule.owner, parse_address(value));
    } else if (word == "moderated") {
      rule.is_moderated = true;
    } else if (word.starts_with("moderators=")) {
      rule.is_moderated = true;
      KONTOR_TRY(rule.moderators, parse_moderators(value));
    } else if (word.starts_with("unmoderated=")) {
      KONTOR_TRY(rule.unmoderated, parse_senders("unmoderated", value));
    } else {
      return fail(Errc::bad_input,
                  fmt::format("\"{}\" is none of senders=, internal, owner=, moderated, "
                              "moderators= and unmoderated=",
                              word));
    }
  }
  if (!is_any) return fail(Errc::bad_input, "nothing stands behind the group");
  return rule;
}

Result<DynamicRule> parse_dynamic_rule(std::string_view row) {
  const auto equals = row.find('=');
  if (equals == std::string_view::npos)
    return fail(Errc::bad_input, "an address, \"=\" and a filter are needed");
  DynamicRule rule;
  KONTOR_TRY(rule.address, parse_address(trim(row.substr(0, equals))));
  KONTOR_TRY(rule.filter, parse_ldap_filter(row.substr(equals + 1)));
  // A controller does not tell of a change of memberOf: it belongs to the group's entry.
  if (rule.filter.attributes().contains("memberof"))
    return fail(Errc::bad_input,
                "a filter cannot ask for memberOf; make a group of groups in the directory");
  return rule;
}

Result<std::pair<std::string, std::string>> parse_attribute_rule(std::string_view row) {
  const auto equals = row.find('=');
  const auto usual = to_lower(trim(row.substr(0, equals)));
  const auto other =
      equals == std::string_view::npos ? std::string() : to_lower(trim(row.substr(equals + 1)));
  if (!is_attribute_name(usual) || !is_attribute_name(other))
    return fail(Errc::bad_input, "two names of attributes are needed: usual=other");
  if (std::ranges::find(k_fixed, usual) != k_fixed.end())
    return fail(Errc::bad_input, fmt::format("{} is always read by its own name", usual));
  return std::pair(usual, other);
}

}  // namespace kontor::config
