// SPDX-License-Identifier: GPL-3.0-or-later
// accounts, folders: the directory copy and the mailboxes side by side.
#include <algorithm>
#include <array>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <map>

#include "server/admin/lookup.hpp"
#include "server/admin/person_row.hpp"
#include "server/admin/verbs.hpp"
#include "server/policy/day_counts.hpp"

namespace kontor::admin {
namespace {

namespace json = boost::json;
using directory::Principal;

std::string_view word_of(store::SpecialUse use) {
  static constexpr std::array<std::string_view, 9> k_words{
      "", "all", "archive", "drafts", "flagged", "important", "junk", "sent", "trash"};
  return k_words[static_cast<std::size_t>(use)];
}

json::array group_names(const Principal& person, const directory::DirectoryCopy& copy) {
  json::array out;
  for (const auto& id : person.member_of)
    if (const auto group = copy.find(id)) out.emplace_back(group->name);
  return out;
}

std::string folder_of(const Desk& desk, store::AccountId id) {
  for (const auto& info : desk.environment.store.list())
    if (info.id == id) return info.folder;
  return {};
}

// Messages and bytes of the mailbox, loaded for it; what is wrong when it cannot be.
Task<void> add_mailbox(const Desk& desk, store::AccountId id, json::object& row) {
  const auto account = co_await desk.environment.store.open(id);
  if (!account) {
    row["problem"] = account.error().text();
    co_return;
  }
  const auto view = (*account)->view();
  std::uint64_t messages = 0;
  const auto all = view.folders();
  for (const auto& folder : all) messages += folder.exists;
  row["mail_folders"] = all.size();
  row["messages"] = messages;
  row["bytes"] = view.usage().bytes;
}

json::object folder_row(const store::FolderInfo& folder) {
  json::object row;
  row["name"] = folder.name;
  row["messages"] = folder.exists;
  row["unseen"] = folder.unseen;
  row["bytes"] = folder.bytes;
  row["uid_validity"] = folder.uid_validity;
  row["uid_next"] = folder.uid_next;
  row["highest_modseq"] = folder.highest_modseq;
  row["use"] = word_of(folder.special_use);
  row["subscribed"] = folder.subscribed;
  return row;
}

json::value shown_limit(std::uint32_t limit) {
  return limit == 0 ? json::value("none") : json::value(limit);
}

// Of the day of UTC, with what the policy lets him send.
void add_sent_today(const Desk& desk, const directory::PrincipalId& person, json::object& row) {
  if (desk.environment.day_counts == nullptr || desk.environment.policies == nullptr) return;
  const auto used =
      desk.environment.day_counts->used(policy::day_key(person), desk.environment.clock.now());
  const auto values = desk.environment.policies->policies().of(person);
  row["messages_sent_today"] = used.messages;
  row["messages_a_day"] = shown_limit(values->daily_messages);
  row["recipients_written_to_today"] = used.recipients;
  row["recipients_a_day"] = shown_limit(values->daily_recipients);
}

}  // namespace

Task<Answer> accounts_list(const Desk& desk, Request request) {
  if (request.options.contains("--deleted")) co_return co_await accounts_deleted(desk);
  const auto& environment = desk.environment;
  std::map<store::Binding, store::AccountInfo> mailboxes;
  for (auto& info : environment.store.list()) mailboxes.emplace(info.binding, std::move(info));
  json::array rows;
  const auto add_account = [](json::object row, const store::AccountInfo& info) {
    row["account"] = info.id.text();
    row["problem"] = info.problem;
    return row;
  };
  const auto copy = environment.directory.current();
  for (const auto& person : copy->all()) {
    if (!person->has_mailbox()) continue;
    const auto mailbox = mailboxes.find(store::Binding{person->id.source, person->id.guid});
    const store::AccountInfo none;
    auto row =
        add_account(row_of(*person, desk), mailbox == mailboxes.end() ? none : mailbox->second);
    if (mailbox == mailboxes.end()) {
      row["account"] = "";  // made by the first message or sign-in
    } else {
      mailboxes.erase(mailbox);
    }
    rows.emplace_back(std::move(row));
  }
  for (const auto& [binding, info] : mailboxes) {
    json::object row;
    row["address"] = "";
    row["name"] = directory::PrincipalId{binding.source, binding.guid}.text();
    row["kind"] = "nobody's";
    row["state"] = "";
    rows.emplace_back(add_account(std::move(row), info));
  }
  sort_by_address(rows);
  co_return json::value(std::move(rows));
}

Task<Answer> accounts_show(const Desk& desk, Request request) {
  KONTOR_CO_TRY(const auto found, find_account(desk.environment, request.arguments[0]));
  json::object row;
  if (found.person) {
    row = row_of(*found.person, desk);
    row["login"] = found.person->principal_name;
    row["addresses"] = texts(found.person->addresses);
    row["groups"] = group_names(*found.person, *desk.environment.directory.current());
    row["administrator"] = found.person->is_admin;
    row["principal"] = found.person->id.text();
    add_mail_rules(desk, *found.person, row);
    add_sent_today(desk, found.person->id, row);
  }
  row["account"] = found.account ? found.account->text() : std::string();
  if (found.account) {
    row["folder"] = folder_of(desk, *found.account);
    co_await add_mailbox(desk, *found.account, row);
  }
  co_return json::value(std::move(row));
}

Task<Answer> folders(const Desk& desk, Request request) {
  KONTOR_CO_TRY(const auto found, find_account(desk.environment, request.arguments[0]));
  if (!found.account) co_return fail(Errc::not_found, "no mailbox was made for this account yet");
  KONTOR_CO_TRY(const auto account, co_await desk.environment.store.open(*found.account));
  json::array rows;
  for (const auto& folder : account->view().folders()) rows.emplace_back(folder_row(folder));
  co_return json::value(std::move(rows));
}

}  // namespace kontor::admin
