// SPDX-License-Identifier: GPL-3.0-or-later
// roles: who besides the administrators' group may administer what.
#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include "base/core/text.hpp"
#include "directory/model/attributes.hpp"
#include "server/admin/person_row.hpp"
#include "server/admin/roles.hpp"
#include "server/admin/verbs.hpp"

namespace kontor::admin {
namespace {

namespace json = boost::json;

Result<Roles*> roles_of(const Desk& desk) {
  if (desk.environment.roles == nullptr) return fail(Errc::unsupported, "this server has no roles");
  return desk.environment.roles;
}

std::vector<std::string> list_option(const Request& request,
                                     const std::string& name,
                                     char between) {
  std::vector<std::string> out;
  const auto value = option(request, name);
  for (const auto part : split(value, between))
    if (const auto one = trim(part); !one.empty()) out.emplace_back(one);
  return out;
}

Result<Role> role_named(const std::string& name) {
  const auto role = find_role(name);
  if (!role)
    return fail(Errc::bad_input, name + " is none of full, help-desk, auditor and organisation");
  return *role;
}

}  // namespace

Task<Answer> roles_list(const Desk& desk, Request) {
  KONTOR_CO_TRY(const auto* roles, roles_of(desk));
  const auto copy = desk.environment.directory.current();
  json::array out;
  for (const auto& one : roles->list()) {
    json::object row;
    row["who"] = one.who;
    row["role"] = name_of(one.role);
    row["domains"] = texts(one.domains);
    row["units"] = texts(one.units);
    const auto principal = copy->find(one.id);
    row["name"] = principal ? principal->name : std::string();
    if (!principal) row["problem"] = "the directory does not have it any more";
    out.emplace_back(std::move(row));
  }
  co_return json::value(std::move(out));
}

Task<Answer> roles_grant(const Desk& desk, Request request) {
  KONTOR_CO_TRY(auto* roles, roles_of(desk));
  RoleGrant grant;
  grant.who = request.arguments[0];
  KONTOR_CO_TRY(grant.role, role_named(request.arguments[1]));
  KONTOR_CO_TRY(const auto principal,
                find_grantee(*desk.environment.directory.current(), grant.who));
  if (principal->kind == directory::Kind::contact)
    co_return fail(Errc::bad_input, grant.who + " is a contact, who cannot sign in");
  grant.id = principal->id;
  for (const auto& domain : list_option(request, "--domains", ','))
    grant.domains.push_back(to_lower(domain));
  // A DN has commas of its own.
  for (const auto& unit : list_option(request, "--units", ';'))
    grant.units.push_back(directory::fold_dn(unit));
  if (!grant.is_everywhere() && (grant.role == Role::full || grant.role == Role::auditor))
    co_return fail(Errc::bad_input, "full and auditor are for the whole server");
  KONTOR_CO_TRY(co_await roles->grant(std::move(grant)));
  co_return co_await roles_list(desk, {});
}

Task<Answer> roles_revoke(const Desk& desk, Request request) {
  KONTOR_CO_TRY(auto* roles, roles_of(desk));
  std::optional<Role> role;
  if (request.arguments.size() > 1) {
    KONTOR_CO_TRY(role, role_named(request.arguments[1]));
  }
  const auto& who = request.arguments[0];
  const auto found = find_grantee(*desk.environment.directory.current(), who);
  std::optional<directory::PrincipalId> id;
  if (found) id = (*found)->id;
  KONTOR_CO_TRY(co_await roles->revoke(std::move(id), who, role));
  co_return co_await roles_list(desk, {});
}

}  // namespace kontor::admin
