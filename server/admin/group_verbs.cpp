// SPDX-License-Identifier: GPL-3.0-or-later
// groups: who belongs to them, where their mail goes, and who may send to them.
#include <algorithm>

#include "server/admin/person_row.hpp"
#include "server/delivery/senders.hpp"

namespace kontor::admin {
namespace {

namespace json = boost::json;
using delivery::Admission;
using directory::DirectoryCopy;
using directory::Kind;
using directory::Principal;

// "sales-all@example.test=(department=Sales)" of a dynamic group; empty: it is none.
std::string filter_of(const Principal& group, const Desk& desk) {
  for (const auto& row : desk.environment.settings.groups.dynamic) {
    const auto rule = config::parse_dynamic_rule(row);
    if (rule && std::ranges::find(group.addresses, rule->address) != group.addresses.end())
      return row.substr(row.find('=') + 1);
  }
  return {};
}

// In one word for a list.
std::string senders_word(const Principal& group, const config::GroupRule* rule) {
  if (!group.mail_rules.allowed_senders.empty() || (rule != nullptr && !rule->senders.empty()))
    return "listed";
  if (group.mail_rules.signed_in_only || (rule != nullptr && rule->is_internal)) return "signed in";
  return "anybody";
}

std::string owner_of(const Principal& group,
                     const config::GroupRule* rule,
                     const DirectoryCopy& copy) {
  if (rule != nullptr && !rule->owner.empty()) return rule->owner;
  return group.mail_rules.owner ? label_of(copy, *group.mail_rules.owner) : std::string();
}

void add_senders(const Principal& group, const Desk& desk, json::object& row) {
  const auto copy = desk.environment.directory.current();
  const auto* rule = desk.environment.delivery.senders().rule_of(group);
  row["owner"] = owner_of(group, rule, *copy);
  row["who_may_send"] = senders_word(group, rule);
  row["signed_in_senders_only"] =
      group.mail_rules.signed_in_only || (rule != nullptr && rule->is_internal);
  row["allowed_senders"] = rule != nullptr && !rule->senders.empty()
                               ? texts(rule->senders)
                               : labels(*copy, group.mail_rules.allowed_senders);
  row["refused_senders"] = labels(*copy, group.mail_rules.refused_senders);
  const auto& senders = desk.environment.delivery.senders();
  row["moderated"] = senders.is_moderated(group);
  json::array moderators;
  if (senders.is_moderated(group))
    for (const auto& one : senders.moderators_of(*copy, group)) moderators.emplace_back(one->mail);
  row["moderators"] = std::move(moderators);
}

std::string_view sentence_for(Admission admission) {
  switch (admission) {
    case Admission::refused:
      return "no: he is among the refused senders";
    case Admission::not_listed:
      return "no: only the allowed senders and the owner may";
    case Admission::must_sign_in:
      return "no: only who signs in may";
    case Admission::allowed:
      break;
  }
  return "yes";
}

// Of somebody with a mailbox here: when he is signed in.
Admission admission_of(const Principal& group, const std::string& address, const Desk& desk) {
  const auto copy = desk.environment.directory.current();
  const auto& senders = desk.environment.delivery.senders();
  delivery::Sender sender;
  sender.address = address;
  if (const auto person = copy->find_address(address); person && person->has_mailbox())
    sender.person = person->id;
  return senders.check(*copy, group, sender);
}

Result<std::shared_ptr<const Principal>> find_group(const DirectoryCopy& copy,
                                                    const std::string& name) {
  if (auto group = copy.find_address(name); group && group->kind == Kind::group) return group;
  const auto is_it = [&](const auto& one) {
    return one->kind == Kind::group && (one->name == name || one->account_name == name);
  };
  const auto by_name = std::ranges::find_if(copy.all(), is_it);
  if (by_name == copy.all().end()) return fail(Errc::not_found, "no group " + name);
  return *by_name;
}

}  // namespace

Task<Answer> groups_list(const Desk& desk, Request) {
  const auto copy = desk.environment.directory.current();
  json::array rows;
  for (const auto& group : copy->all()) {
    if (group->kind != Kind::group || group->mail.empty()) continue;
    const auto* rule = desk.environment.delivery.senders().rule_of(*group);
    json::object row;
    row["address"] = group->mail;
    row["name"] = group->name;
    row["direct_members"] = group->members.size();
    row["people"] = copy->expand(group->id).size();
    row["senders"] = senders_word(*group, rule);
    row["owner"] = owner_of(*group, rule, *copy);
    row["filter"] = filter_of(*group, desk);
    rows.emplace_back(std::move(row));
  }
  sort_by_address(rows);
  co_return json::value(std::move(rows));
}

Task<Answer> groups_show(const Desk& desk, Request request) {
  const auto copy = desk.environment.directory.current();
  KONTOR_CO_TRY(const auto group, find_group(*copy, request.arguments[0]));
  json::object row;
  row["address"] = group->mail;
  row["name"] = group->name;
  row["principal"] = group->id.text();
  row["hidden"] = group->mail_rules.is_hidden;
  if (auto filter = filter_of(*group, desk); !filter.empty()) row["filter"] = std::move(filter);
  add_senders(*group, desk, row);
  if (request.arguments.size() > 1)
    row["may_send"] = sentence_for(admission_of(*group, request.arguments[1], desk));
  json::array members;
  for (const auto& person : copy->expand(group->id)) members.emplace_back(row_of(*person, desk));
  row["people"] = std::move(members);
  row["mail_goes_to"] = mail_goes_to(desk, group->mail);
  co_return json::value(std::move(row));
}

}  // namespace kontor::admin
