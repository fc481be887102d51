// SPDX-License-Identifier: GPL-3.0-or-later
// accounts list --deleted, attach and remove: mailboxes whose person is gone, and what becomes of
// them.
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include "server/admin/lookup.hpp"
#include "server/admin/verbs.hpp"
#include "store/tools/history.hpp"

namespace kontor::admin {
namespace {

namespace json = boost::json;

Result<store::AccountInfo> named_account(const Desk& desk, const std::string& name) {
  const auto id = Uuid::parse(name);
  if (!id)
    return fail(Errc::bad_input, name + " is not the id of an account: accounts list shows them");
  for (auto& info : desk.environment.store.list())
    if (info.id == *id) return std::move(info);
  return fail(Errc::not_found, "no account " + name);
}

bool has_owner(const Desk& desk, const store::AccountInfo& info) {
  const auto copy = desk.environment.directory.current();
  return copy->find({info.binding.source, info.binding.guid}) != nullptr;
}

}  // namespace

Task<Answer> accounts_deleted(const Desk& desk) {
  const auto& settings = desk.environment.settings.store;
  const auto copy = desk.environment.directory.current();
  json::array rows;
  for (const auto& info : desk.environment.store.list()) {
    const directory::PrincipalId id{info.binding.source, info.binding.guid};
    if (copy->find(id)) continue;
    json::object row;
    row["account"] = info.id.text();
    row["owner"] = id.text();
    std::string gone, until;
    const auto account = co_await desk.environment.store.open(info.id);
    const auto since = account ? (*account)->view().gone_since() : std::nullopt;
    if (since) {
      gone = store::show_moment(*since);
      until = store::show_moment(*since + std::chrono::days(settings.deleted_account_days));
    }
    row["messages"] = account ? (*account)->view().usage().messages : 0;
    row["bytes"] = account ? (*account)->view().usage().bytes : 0;
    row["gone_since"] = gone;
    row["kept_until"] = until;
    row["problem"] = info.problem;
    rows.emplace_back(std::move(row));
  }
  co_return json::value(std::move(rows));
}

Task<Answer> accounts_attach(const Desk& desk, Request request) {
  KONTOR_CO_TRY(const auto info, named_account(desk, request.arguments[0]));
  KONTOR_CO_TRY(const auto found, find_account(desk.environment, request.arguments[1]));
  if (!found.person) co_return fail(Errc::not_found, "nobody is called " + request.arguments[1]);
  if (found.account == info.id) co_return fail(Errc::exists, "it is this person's mailbox already");
  if (has_owner(desk, info))
    co_return fail(Errc::conflict, "the mailbox belongs to somebody who is in the directory");
  store::Binding owner{found.person->id.source, found.person->id.guid};
  KONTOR_CO_TRY(co_await desk.environment.store.attach(info.id, std::move(owner)));
  json::object row;
  row["account"] = info.id.text();
  row["owner"] = found.person->mail;
  co_return json::value(std::move(row));
}

Task<Answer> accounts_remove(const Desk& desk, Request request) {
  KONTOR_CO_TRY(const auto info, named_account(desk, request.arguments[0]));
  KONTOR_CO_TRY(co_await desk.environment.store.remove(info.id));
  json::object row;
  row["account"] = info.id.text();
  row["removed"] = true;
  co_return json::value(std::move(row));
}

}  // namespace kontor::admin
