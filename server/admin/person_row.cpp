// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/admin/person_row.hpp"

#include <algorithm>
#include <array>

namespace kontor::admin {
namespace {

namespace json = boost::json;
using directory::DirectoryCopy;
using directory::Kind;
using directory::Principal;
using directory::PrincipalId;

std::string_view word_of(Kind kind) {
  static constexpr std::array<std::string_view, 4> k_words{"person", "group", "contact", "room"};
  return k_words[static_cast<std::size_t>(kind)];
}

std::string_view word_of(directory::State state) {
  static constexpr std::array<std::string_view, 3> k_words{"enabled", "disabled", "expired"};
  return k_words[static_cast<std::size_t>(state)];
}

}  // namespace

json::object row_of(const Principal& person, const Desk& desk) {
  const auto now = desk.environment.clock.now().time_since_epoch().count();
  json::object row;
  row["address"] = person.mail;
  row["name"] = person.name;
  row["kind"] = word_of(person.kind);
  row["state"] = word_of(directory::DirectoryCopy::state_at(person, now));
  return row;
}

json::array texts(const std::vector<std::string>& values) {
  json::array out;
  for (const auto& value : values) out.emplace_back(value);
  return out;
}

std::string label_of(const DirectoryCopy& copy, const PrincipalId& id) {
  const auto principal = copy.find(id);
  if (!principal) return "unknown (" + id.text() + ")";
  return principal->mail.empty() ? principal->name : principal->mail;
}

json::array labels(const DirectoryCopy& copy, const std::vector<PrincipalId>& ids) {
  json::array out;
  for (const auto& id : ids) out.emplace_back(label_of(copy, id));
  return out;
}

json::array mail_goes_to(const Desk& desk, const std::string& address) {
  json::array out;
  const auto resolved = desk.environment.delivery.resolve(address);
  for (const auto& person : resolved.mailboxes) out.emplace_back(person->mail);
  for (const auto& folder : resolved.folders) out.emplace_back(folder.address.address);
  for (const auto& outside : resolved.outside) out.emplace_back(outside);
  return out;
}

void add_mail_rules(const Desk& desk, const Principal& person, json::object& row) {
  const auto copy = desk.environment.directory.current();
  const auto& rules = person.mail_rules;
  row["hidden"] = rules.is_hidden;
  row["mail_goes_to"] = mail_goes_to(desk, person.mail);
  if (rules.owner) row["manager"] = label_of(*copy, *rules.owner);
  if (!rules.target_address.empty()) row["target_address"] = rules.target_address;
  if (rules.alternate) row["alternate_recipient"] = label_of(*copy, *rules.alternate);
  if (rules.recipient_type != 0) row["recipient_type"] = rules.recipient_type;
  if (rules.signed_in_only) row["signed_in_senders_only"] = true;
  const auto add = [&](std::string_view name, const std::vector<PrincipalId>& ids) {
    if (!ids.empty()) row[name] = labels(*copy, ids);
  };
  add("allowed_senders", rules.allowed_senders);
  add("refused_senders", rules.refused_senders);
  add("delegates", rules.delegates);
  add("shared_with", rules.shared_with);
  if (!rules.x500.empty()) row["x500"] = texts(rules.x500);
  const auto size = [&](std::string_view name, const std::optional<std::uint64_t>& bytes) {
    if (bytes) row[name] = *bytes;
  };
  size("directory_quota_warning", rules.quota_warning);
  size("directory_quota_send", rules.quota_send);
  size("directory_quota_receive", rules.quota_receive);
}

// By address; those without one last.
void sort_by_address(json::array& rows) {
  const auto key = [](const json::value& row) {
    const auto& address = row.as_object().at("address").as_string();
    return std::make_pair(address.empty(), std::string(address.data(), address.size()));
  };
  std::ranges::sort(rows,
                    [&](const json::value& a, const json::value& b) { return key(a) < key(b); });
}

}  // namespace kontor::admin
