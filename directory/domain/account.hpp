// SPDX-License-Identifier: GPL-3.0-or-later
// The server's account and the holders of its names, as the domain has them.
#pragma once
#include <map>
#include <string>
#include <vector>

#include "directory/domain/desk.hpp"
#include "directory/domain/facts.hpp"

namespace kontor::directory {

struct NamingContexts {
  std::string domain_dn;  // defaultNamingContext
  std::string forest;     // DNS name of the forest's root
  std::string netbios;
};
Result<NamingContexts> read_domain_names(Connection& connection);

// By sAMAccountName. not_found.
Result<AccountFacts> read_account_by_name(Connection& connection,
                                          const std::string& domain_dn,
                                          const std::string& account);
// Whose keys these are: by the account's own name among them, else by the holder of imap/`host`.
// not_found.
Result<AccountFacts> find_account(Connection& connection,
                                  const std::string& domain_dn,
                                  const std::vector<KeytabEntry>& keys,
                                  const std::string& host);
// Who holds each of `names` in the whole forest, by the global catalogue of the chosen controller
// or of another one. unavailable: no global catalogue answers; `holders` has those of this domain.
Result<void> find_holders(DomainDesk& desk,
                          Connection& connection,
                          const NamingContexts& contexts,
                          const std::vector<std::string>& names,
                          std::map<std::string, std::vector<std::string>>& holders);
// Does DNS name controllers of the domain, whatever ad.controllers says?
Result<void> find_in_dns(const config::Settings& settings);

}  // namespace kontor::directory
