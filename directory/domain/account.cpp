// SPDX-License-Identifier: GPL-3.0-or-later
#include "directory/domain/account.hpp"

#include <algorithm>

#include "base/core/text.hpp"
#include "directory/ldap/reader.hpp"

namespace kontor::directory {
namespace {

constexpr std::uint16_t k_catalogue_port = 3268;

std::optional<std::uint32_t> number_of(std::string_view text) {
  if (text.starts_with('-')) return std::nullopt;
  return parse_number<std::uint32_t>(text);
}

AccountFacts account_of(const Entry& entry) {
  AccountFacts facts;
  facts.dn = entry.dn;
  facts.account = entry.first("samaccountname");
  facts.control = number_of(entry.first("useraccountcontrol")).value_or(0);
  facts.computed_control = number_of(entry.first("msds-user-account-control-computed")).value_or(0);
  facts.expires = parse_filetime(entry.first("accountexpires"));
  facts.kvno = number_of(entry.first("msds-keyversionnumber"));
  facts.encryption = number_of(entry.first("msds-supportedencryptiontypes"));
  facts.names = entry.all("serviceprincipalname");
  return facts;
}

// Constructed attributes are given for a base search ([MS-ADTS] 3.1.1.4.5).
Result<AccountFacts> read_account(Connection& connection, const std::string& dn) {
  KONTOR_TRY(const auto entry,
             read_entry(connection, dn,
                        {"sAMAccountName", "userAccountControl", "accountExpires",
                         "msDS-User-Account-Control-Computed", "msDS-KeyVersionNumber",
                         "msDS-SupportedEncryptionTypes", "servicePrincipalName"}));
  return account_of(entry);
}

Result<AccountFacts> find_one(Connection& connection,
                              const std::string& domain_dn,
                              const std::string& filter) {
  Search what;
  what.base = domain_dn;
  what.filter = filter;
  what.attributes = {"sAMAccountName"};
  KONTOR_TRY(const auto found, search_all(connection, what));
  if (found.empty()) return fail(Errc::not_found, filter);
  return read_account(connection, found.front().dn);
}

Result<void> collect_holders(Connection& connection,
                             const std::string& base,
                             const std::vector<std::string>& names,
                             std::map<std::string, std::vector<std::string>>& holders) {
  Search what;
  what.base = base;
  what.filter = "(|";
  for (const auto& name : names)
    what.filter += "(servicePrincipalName=" + filter_escape(name) + ")";
  what.filter += ")";
  what.attributes = {"servicePrincipalName"};
  KONTOR_TRY(const auto found, search_all(connection, what));
  holders.clear();
  for (const auto& entry : found)
    for (const auto& held : entry.all("serviceprincipalname"))
      for (const auto& name : names)
        if (iequals(name, held)) holders[name].push_back(entry.dn);
  return {};
}

}  // namespace

Result<NamingContexts> read_domain_names(Connection& connection) {
  KONTOR_TRY(const auto root, read_entry(connection, "",
                                         {"defaultNamingContext", "rootDomainNamingContext",
                                          "configurationNamingContext"}));
  NamingContexts names;
  names.domain_dn = root.first("defaultnamingcontext");
  names.forest = dns_name_of(root.first("rootdomainnamingcontext"));
  if (names.domain_dn.empty()) return fail(Errc::bad_input, "the controller names no domain");
  Search what;
  what.base = "CN=Partitions," + std::string(root.first("configurationnamingcontext"));
  what.filter = "(&(objectClass=crossRef)(nCName=" + filter_escape(names.domain_dn) + "))";
  what.attributes = {"nETBIOSName"};
  // Who may not sign in yet reads the rootDSE only: then there is no such name.
  if (const auto found = search_all(connection, what); found && !found->empty())
    names.netbios = found->front().first("netbiosname");
  return names;
}

Result<AccountFacts> read_account_by_name(Connection& connection,
                                          const std::string& domain_dn,
                                          const std::string& account) {
  return find_one(connection, domain_dn, "(sAMAccountName=" + filter_escape(account) + ")");
}

Result<AccountFacts> find_account(Connection& connection,
                                  const std::string& domain_dn,
                                  const std::vector<KeytabEntry>& keys,
                                  const std::string& host) {
  std::vector<std::string> tried;
  for (const auto& key : keys) {
    if (key.is_service() || std::ranges::find(tried, key.name()) != tried.end()) continue;
    tried.push_back(key.name());
    auto found = read_account_by_name(connection, domain_dn, key.name());
    if (found || found.error().code() != Errc::not_found) return found;
  }
  return find_one(connection, domain_dn,
                  "(servicePrincipalName=imap/" + filter_escape(to_lower(host)) + ")");
}

Result<void> find_holders(DomainDesk& desk,
                          Connection& connection,
                          const NamingContexts& contexts,
                          const std::vector<std::string>& names,
                          std::map<std::string, std::vector<std::string>>& holders) {
  auto catalogue = desk.connect_again(k_catalogue_port);
  if (catalogue) return collect_holders(**catalogue, "", names, holders);
  KONTOR_TRY(collect_holders(connection, contexts.domain_dn, names, holders));
  return fail(Errc::unavailable, "no global catalogue: " + catalogue.error().detail());
}

Result<void> find_in_dns(const config::Settings& settings) {
  config::ActiveDirectory without = settings.ad;
  without.controllers.clear();
  return Controllers(without).refresh();
}

}  // namespace kontor::directory
