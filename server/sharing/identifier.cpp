// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/sharing/identifier.hpp"

#include "base/core/text.hpp"
#include "server/sharing/rights.hpp"

namespace kontor::sharing {
namespace {

std::shared_ptr<const directory::Principal> find_by_name(const directory::DirectoryCopy& copy,
                                                         std::string_view default_domain,
                                                         const std::string& name) {
  if (auto found = copy.find_address(name)) return found;
  return copy.find_login(name, default_domain);
}

// An entry of somebody who is gone can still be named, so that it can be taken away.
Result<store::Binding> parse_binding(std::string_view name) {
  const auto colon = name.find(':');
  if (colon == 0 || colon == std::string_view::npos)
    return fail(Errc::not_found, "no such person or group");
  const auto guid = Uuid::parse(name.substr(colon + 1));
  if (!guid) return fail(Errc::not_found, "no such person or group");
  return store::Binding{std::string(name.substr(0, colon)), *guid};
}

}  // namespace

Result<store::Binding> find_principal(const directory::DirectoryCopy& copy,
                                      std::string_view default_domain,
                                      const std::string& name) {
  if (iequals(name, "anyone")) return store::Binding{};
  if (iequals(name, "anonymous")) return anonymous();
  const auto found = find_by_name(copy, default_domain, name);
  if (!found) return parse_binding(name);
  if (found->kind == directory::Kind::contact)
    return fail(Errc::not_found, "a contact cannot sign in");
  return store::Binding{found->id.source, found->id.guid};
}

std::string identifier_of(const directory::DirectoryCopy& copy, const store::Binding& principal) {
  if (principal.source.empty()) return "anyone";
  if (principal == anonymous()) return "anonymous";
  const directory::PrincipalId id{principal.source, principal.guid};
  const auto found = copy.find(id);
  if (found && !found->mail.empty()) return found->mail;
  if (found && !found->principal_name.empty()) return found->principal_name;
  return id.text();
}

}  // namespace kontor::sharing
