// SPDX-License-Identifier: GPL-3.0-or-later
// What is counted of TLS with mail hosts, for reports to the owners of their domains (RFC 8460,
// 4.3): one entry a session, and one for each way there that was shut before a session began.
#pragma once
#include <memory>
#include <string>

#include "server/reports/tls_keeper.hpp"
#include "server/smtp/client/peer.hpp"
#include "server/smtp/client/sts.hpp"

namespace kontor::smtp::client {

// Policies as they are told.
std::shared_ptr<const reports::TlsPolicy> told_of(const std::string& domain,
                                                  const std::vector<net::TlsaRecord>& records);
std::shared_ptr<const reports::TlsPolicy> told_of(const std::string& domain,
                                                  const StsPolicy& policy);

// How a session with a host of `domain` went. Connections that fail before TLS is spoken of are no
// sessions (4.3.4). `must_verify`: our own settings want the certificate to be good.
void tell_session(reports::TlsKeeper& keeper,
                  const std::string& domain,
                  const Target& target,
                  const Opened& opened,
                  bool must_verify);

// What the DNS says of the certificates of `host` cannot be trusted, or had.
void tell_dnssec(reports::TlsKeeper& keeper,
                 const std::string& domain,
                 const std::string& host,
                 const Error& error);
// There is a record of MTA-STS, but no policy.
void tell_policy(reports::TlsKeeper& keeper,
                 const std::string& domain,
                 const StsPolicies::Found& found);
// The policy is enforced and does not name `host`.
void tell_left_out(reports::TlsKeeper& keeper,
                   const std::string& domain,
                   const std::string& host,
                   const StsPolicy& policy);

}  // namespace kontor::smtp::client
