// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/scheduling/addressee.hpp"

#include <algorithm>

#include "base/core/text.hpp"

namespace kontor::scheduling {
namespace {

using directory::Principal;

constexpr std::string_view k_principals = "/dav/principals/";

std::string_view path_of(const Principal& principal) {
  switch (principal.kind) {
    case directory::Kind::group:
      return "groups/";
    case directory::Kind::room:
      return "rooms/";
    default:
      return "people/";
  }
}

// "/dav/principals/people/SOURCE:GUID/", also behind a scheme and a host.
std::shared_ptr<const Principal> find_path(const directory::DirectoryCopy& copy,
                                           std::string_view address) {
  const auto at = address.find(k_principals);
  if (at == std::string_view::npos) return nullptr;
  while (address.ends_with('/')) address.remove_suffix(1);
  const auto key = address.substr(address.rfind('/') + 1);
  const auto colon = key.find(':');
  if (colon == std::string_view::npos) return nullptr;
  const auto guid = Uuid::parse(key.substr(colon + 1));
  return guid ? copy.find({std::string(key.substr(0, colon)), *guid}) : nullptr;
}

Addressee by_mail(std::string_view address) {
  return {.where = Where::outside, .principal = nullptr, .address = std::string(address)};
}

}  // namespace

Addressee find_addressee(const directory::DirectoryCopy& copy,
                         const std::vector<std::string>& local_domains,
                         std::string_view address,
                         UtcSeconds now) {
  auto found = find_path(copy, address);
  if (!found) found = copy.find_address(address);
  if (!found) {
    const auto at = address.rfind('@');
    if (at == std::string_view::npos || at == 0 || at + 1 == address.size()) return {};
    const auto domain = address.substr(at + 1);
    const bool is_ours = copy.is_local_domain(domain) ||
                         std::ranges::any_of(local_domains, [&](const std::string& one) {
                           return iequals(one, domain);
                         });
    return is_ours ? Addressee() : by_mail(address);
  }
  if (found->kind == directory::Kind::group)
    return {.where = Where::group, .principal = std::move(found), .address = {}};
  if (!found->mail_rules.target_address.empty()) return by_mail(found->mail_rules.target_address);
  if (found->kind == directory::Kind::contact)
    return found->mail.empty() ? Addressee() : by_mail(found->mail);
  // A room's account is disabled in Active Directory by design.
  const auto state = directory::DirectoryCopy::state_at(*found, now.time_since_epoch().count());
  const bool is_active = found->kind == directory::Kind::room || state == directory::State::enabled;
  if (!found->has_mailbox() || !is_active) return {};
  return {.where = Where::here, .principal = std::move(found), .address = {}};
}

std::vector<std::string> addresses_of(const Principal& principal) {
  std::vector<std::string> out = principal.addresses;
  const auto mail = to_lower(principal.mail);
  if (!mail.empty() && std::ranges::find(out, mail) == out.end()) out.push_back(mail);
  out.push_back(to_lower(std::string(k_principals) + std::string(path_of(principal)) +
                         principal.id.text() + "/"));
  return out;
}

store::Binding binding_of(const Principal& principal) {
  return {principal.id.source, principal.id.guid};
}

}  // namespace kontor::scheduling
