// SPDX-License-Identifier: GPL-3.0-or-later
#include "directory/agent/parts.hpp"

#include "base/config/sources.hpp"
#include "base/log/events/directory.hpp"
#include "directory/gal/photo_shelf.hpp"
#include "directory/krb/acceptor.hpp"
#include "directory/krb/ntlm.hpp"
#include "directory/krb/password.hpp"
#include "directory/krb/profile.hpp"
#include "directory/ldap/ad_source.hpp"
#include "directory/ldap/ldap_source.hpp"
#include "directory/local/demo.hpp"
#include "directory/local/dynamic_source.hpp"
#include "directory/local/local_accounts.hpp"
#include "directory/local/local_source.hpp"

namespace kontor::directory {
namespace {

void add_local(Parts& parts,
               const config::Settings& settings,
               const Clock& clock,
               const log::Context& log) {
  const std::string path = local_file(settings);
  if (settings.server.demo)
    if (const auto made = ensure_demo_directory(path); !made)
      log.emit(log::events::k_agent_refused, made.error());
  auto local =
      std::make_shared<LocalSource>(path, clock, settings.policy.attribute, make_reading(settings));
  parts.checkers.push_back(local);
  parts.sources.push_back(std::move(local));
}

Result<void> add_ad(Parts& parts, const config::Settings& settings) {
  for (const auto& text : settings.ad.controllers) {
    KONTOR_TRY(parse_controller(text));
  }
  KONTOR_TRY(prepare_kerberos(settings));
  const Domains domains = make_domains(settings.ad);
  for (auto& source : make_ad_sources(settings, domains))
    parts.sources.push_back(std::move(source));
  parts.checkers.push_back(make_kerberos_checker(settings.ad, domains));
  std::vector<std::shared_ptr<Mechanism>> made;
  for (auto& mechanism : make_ticket_mechanisms(settings.ad)) made.push_back(std::move(mechanism));
  made.push_back(make_ntlm_mechanism());
  for (const auto& name : settings.sign_in.mechanisms)
    for (const auto& mechanism : made)
      if (mechanism->name() == name) parts.mechanisms.push_back(mechanism);
  return {};
}

Result<void> add_ldap(Parts& parts, const config::Settings& settings) {
  KONTOR_TRY(const auto servers, ldap_servers(settings.ldap));
  parts.sources.push_back(make_ldap_source(settings, servers));
  parts.checkers.push_back(make_ldap_checker(settings.ldap, servers));
  return {};
}

Result<void> add_source(Parts& parts,
                        const std::string& name,
                        const config::Settings& settings,
                        const Clock& clock,
                        const log::Context& log) {
  if (name == "ad") return add_ad(parts, settings);
  if (name == "ldap") return add_ldap(parts, settings);
  if (name != "local")
    return fail(Errc::bad_input, "directory.source or .also names no source: " + name);
  add_local(parts, settings, clock, log);
  return {};
}

}  // namespace

Result<Parts> make_parts(const config::Settings& settings, const Clock& clock, log::Context log) {
  Parts parts;
  for (const auto& name : config::sources_of(settings.directory)) {
    KONTOR_TRY(add_source(parts, name, settings, clock, log));
  }
  if (!settings.groups.dynamic.empty())
    parts.sources.push_back(make_dynamic_source(settings.groups.dynamic, parts.sources));
  return parts;
}

}  // namespace kontor::directory
