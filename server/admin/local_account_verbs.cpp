// SPDX-License-Identifier: GPL-3.0-or-later
// local add, list, passwd and remove: accounts of the embedded directory. kontor-directory changes
// the file; the password goes there as the payload, which no log shows.
#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include "server/admin/ask_password.hpp"
#include "server/admin/client.hpp"
#include "server/admin/lookup.hpp"
#include "server/admin/verbs.hpp"

namespace kontor::admin {
namespace {

namespace json = boost::json;
using directory::LocalChange;
using directory::LocalEdit;

constexpr std::string_view k_local = "local";

bool is_local_person(const directory::Principal& one) {
  return one.id.source == k_local && one.kind == directory::Kind::person;
}

// A person of the embedded directory by address or login, also when another source has the name.
Result<Uuid> local_person(const Desk& desk, const std::string& name) {
  const auto copy = desk.environment.directory.current();
  const auto folded = directory::fold_name(name);
  std::vector<Uuid> found;
  for (const auto& one : copy->all()) {
    if (!is_local_person(*one)) continue;
    const bool is_it = directory::fold_name(one->mail) == folded ||
                       directory::fold_name(one->account_name) == folded ||
                       directory::fold_name(one->principal_name) == folded ||
                       std::ranges::find(one->addresses, folded) != one->addresses.end();
    if (is_it) found.push_back(one->id.guid);
  }
  if (found.empty())
    return fail(Errc::not_found, "nobody in the embedded directory is called " + name);
  if (found.size() > 1) return fail(Errc::conflict, "several are called " + name);
  return found.front();
}

Task<Answer> changed(const Desk& desk, LocalEdit edit) {
  auto* service = desk.environment.directory_service;
  if (service == nullptr) co_return fail(Errc::unsupported, "this server has no directory process");
  KONTOR_CO_TRY(const auto said, co_await service->change_local(std::move(edit)));
  json::object out;
  out["done"] = said;
  co_return json::value(std::move(out));
}

// Asks for the password here and sends the rest of the request on.
Result<Finding> send_with_password(const Client& client, const std::string& verb, Request request) {
  KONTOR_TRY(request.payload, new_password(request, request.arguments[0]));
  request.options.erase("--password-file");
  KONTOR_TRY(auto value, ask_server(client.data_folder, {verb, std::move(request)}));
  return Finding{std::move(value), {}, true};
}

}  // namespace

Result<Finding> local_add_here(const Client& client, Request request) {
  return send_with_password(client, "local add", std::move(request));
}

Result<Finding> local_passwd_here(const Client& client, Request request) {
  return send_with_password(client, "local passwd", std::move(request));
}

Task<Answer> local_add(const Desk& desk, Request request) {
  LocalEdit edit;
  edit.change = LocalChange::add;
  edit.address = request.arguments[0];
  edit.login = request.options["--login"];
  if (edit.login.empty()) edit.login = edit.address.substr(0, edit.address.find('@'));
  edit.name = request.options["--name"];
  if (edit.name.empty()) edit.name = edit.login;
  edit.password = request.payload;
  if (const auto owner = desk.environment.directory.current()->find_address(edit.address))
    co_return fail(Errc::exists, edit.address + " belongs to " + owner->name + " (" +
                                     (owner->dn.empty() ? owner->id.text() : owner->dn) + ")");
  co_return co_await changed(desk, std::move(edit));
}

Task<Answer> local_passwd(const Desk& desk, Request request) {
  LocalEdit edit;
  edit.change = LocalChange::set_password;
  KONTOR_CO_TRY(edit.person, local_person(desk, request.arguments[0]));
  edit.password = request.payload;
  co_return co_await changed(desk, std::move(edit));
}

Task<Answer> local_remove(const Desk& desk, Request request) {
  LocalEdit edit;
  edit.change = LocalChange::remove;
  KONTOR_CO_TRY(edit.person, local_person(desk, request.arguments[0]));
  co_return co_await changed(desk, std::move(edit));
}

Task<Answer> local_list(const Desk& desk, Request) {
  const auto copy = desk.environment.directory.current();
  const auto now = desk.environment.clock.now().time_since_epoch().count();
  json::array rows;
  for (const auto& one : copy->all()) {
    if (!is_local_person(*one)) continue;
    json::object row;
    row["address"] = one->mail;
    row["login"] = one->account_name;
    row["name"] = one->name;
    row["enabled"] = directory::DirectoryCopy::state_at(*one, now) == directory::State::enabled;
    row["has_password"] = !one->credential_stamp.empty();
    row["dn"] = one->dn;
    rows.emplace_back(std::move(row));
  }
  co_return json::value(std::move(rows));
}

}  // namespace kontor::admin
