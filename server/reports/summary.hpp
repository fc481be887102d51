// SPDX-License-Identifier: GPL-3.0-or-later
// What the reports of others say together: by the addresses that send in the name of a domain, and
// by what goes wrong in TLS with its mail hosts; each with what an administrator can do. Pure.
#pragma once
#include <cstdint>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "server/reports/read_dmarc.hpp"
#include "server/reports/read_tls.hpp"
#include "server/reports/received.hpp"

namespace kontor::reports {

// Mail that came to others from one address with one domain in From.
struct Source {
  std::string address, author;
  std::uint64_t messages = 0;
  std::uint64_t passed = 0;  // DMARC: by either of the next two
  std::uint64_t by_dkim = 0, by_spf = 0;
  std::uint64_t quarantined = 0, rejected = 0;
  std::set<std::string> signers;    // domains of signatures that were good
  std::set<std::string> senders;    // domains of reverse-paths that SPF passed for
  std::set<std::string> reporters;  // who says so
  std::string to_do;                // empty: nothing
};

// What fails most stands first. `domain` empty: of all.
std::vector<Source> sources_in(const std::vector<std::pair<Arrival, DmarcReport>>& reports,
                               const std::string& domain);

// Sessions with the mail hosts of a domain that ended alike.
struct TlsSeen {
  std::string domain, policy;
  std::string result;  // "success", or of RFC 8460, 4.3
  std::string host, reason;
  std::uint64_t sessions = 0;
  std::set<std::string> reporters;
  std::string to_do;  // empty: nothing
};
std::vector<TlsSeen> tls_in(const std::vector<std::pair<Arrival, TlsReport>>& reports,
                            const std::string& domain);

}  // namespace kontor::reports
