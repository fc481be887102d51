// SPDX-License-Identifier: GPL-3.0-or-later
// app-password add, list and revoke: passwords of single devices, as the administrator makes them.
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include "base/core/text.hpp"
#include "server/admin/lookup.hpp"
#include "server/admin/verbs.hpp"
#include "store/tools/history.hpp"

namespace kontor::admin {
namespace {

namespace json = boost::json;
using directory::PrincipalId;

constexpr std::uint32_t k_most_days = 36'500;

Result<trace::AppPasswords*> passwords_of(const Desk& desk) {
  if (desk.environment.app_passwords == nullptr)
    return fail(Errc::unsupported, "this server keeps no app passwords");
  return desk.environment.app_passwords;
}

// Somebody who can sign in; or, to revoke what he had, the id of one whom the directory has lost.
Result<PrincipalId> owner_named(const Desk& desk, const std::string& name, bool must_be_here) {
  if (!must_be_here)
    for (const auto& one : desk.environment.app_passwords->list(std::nullopt))
      if (one.row.owner.text() == name) return one.row.owner;
  KONTOR_TRY(const auto found, find_account(desk.environment, name));
  if (!found.person) return fail(Errc::not_found, "nobody is called " + name);
  if (found.person->kind != directory::Kind::person)
    return fail(Errc::bad_input, name + " is a room: nobody signs in as it");
  return found.person->id;
}

std::string words_of(const std::vector<std::string>& protocols) {
  return protocols.empty() ? "all" : join(protocols, ", ");
}

// The person's address, or the id of one who is gone.
std::string shown_owner(const Desk& desk, const PrincipalId& owner) {
  const auto person = desk.environment.directory.current()->find(owner);
  return person && !person->mail.empty() ? person->mail : owner.text();
}

json::object row_of(const Desk& desk, const trace::AppPassword& one) {
  json::object row;
  row["id"] = one.id;
  row["person"] = shown_owner(desk, one.owner);
  row["name"] = one.name;
  row["protocols"] = words_of(one.protocols);
  row["made"] = store::show_moment(one.created);
  row["made_by"] = one.by_administrator ? "administrator" : "person";
  row["expires"] = one.expires ? store::show_moment(*one.expires) : std::string("never");
  return row;
}

}  // namespace

Task<Answer> app_password_add(const Desk& desk, Request request) {
  KONTOR_CO_TRY(auto* passwords, passwords_of(desk));
  trace::NewAppPassword what;
  KONTOR_CO_TRY(what.owner, owner_named(desk, request.arguments[0], true));
  what.name = request.options["--name"];
  if (what.name.empty())
    co_return fail(Errc::bad_input, "--name says which device it is for: --name \"Anna's phone\"");
  if (const auto list = request.options.find("--protocols"); list != request.options.end()) {
    KONTOR_CO_TRY(what.protocols, trace::parse_app_password_protocols(list->second));
  }
  if (const auto days = request.options.find("--expires"); days != request.options.end()) {
    const auto count = parse_number<std::uint32_t>(days->second);
    if (!count || *count == 0 || *count > k_most_days)
      co_return fail(Errc::bad_input, "--expires wants a number of days, such as 365");
    what.expires = desk.environment.clock.now() + std::chrono::days(*count);
  }
  what.by_administrator = true;
  KONTOR_CO_TRY(const auto made, co_await passwords->add(std::move(what)));
  auto row = row_of(desk, made.row);
  row["password"] = made.secret;
  co_return json::value(std::move(row));
}

Task<Answer> app_password_list(const Desk& desk, Request request) {
  KONTOR_CO_TRY(const auto* passwords, passwords_of(desk));
  std::optional<PrincipalId> owner;
  if (!request.arguments.empty()) {
    KONTOR_CO_TRY(owner, owner_named(desk, request.arguments[0], false));
  }
  json::array rows;
  for (const auto& one : passwords->list(owner)) {
    auto row = row_of(desk, one.row);
    row["last_used"] = one.use ? store::show_moment(one.use->at) : std::string("never");
    row["used_by"] = one.use ? one.use->protocol : std::string();
    row["used_from"] = one.use ? one.use->address : std::string();
    rows.emplace_back(std::move(row));
  }
  co_return json::value(std::move(rows));
}

Task<Answer> app_password_revoke(const Desk& desk, Request request) {
  KONTOR_CO_TRY(auto* passwords, passwords_of(desk));
  KONTOR_CO_TRY(const auto owner, owner_named(desk, request.arguments[0], false));
  const bool all = request.options.contains("--all");
  if (all == (request.arguments.size() > 1))
    co_return fail(Errc::bad_input, "name one by its id or name, or give --all");
  json::object out;
  if (all) {
    KONTOR_CO_TRY(out["revoked"], co_await passwords->revoke_all(owner));
  } else {
    KONTOR_CO_TRY(const auto gone, co_await passwords->revoke(owner, request.arguments[1]));
    out = row_of(desk, gone);
    out["revoked"] = 1;
  }
  co_return json::value(std::move(out));
}

}  // namespace kontor::admin
