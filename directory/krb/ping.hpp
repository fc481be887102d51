// SPDX-License-Identifier: GPL-3.0-or-later
// The LDAP ping ([MS-ADTS] 6.3.3): an anonymous question about the attribute "netlogon" of the root
// entry. It tells whether a controller answers at all, and in which site it sees this machine.
//
// Asked over TCP (RFC 4511), so that what lets LDAP through lets it through, too.
#pragma once
#include <chrono>
#include <string>
#include <string_view>

#include "base/core/result.hpp"
#include "directory/krb/controllers.hpp"

namespace kontor::directory {

struct PingAnswer {         // all empty: it answers, but tells nothing of itself
  std::string domain;       // DNS name
  std::string site;         // the controller's own
  std::string client_site;  // this machine's, by its address; empty: of no site
};

// An LDAPMessage with message id 1.
std::string encode_ping(std::string_view domain);
// NETLOGON_SAM_LOGON_RESPONSE_EX ([MS-ADTS] 6.3.1.9). bad_input: something else.
Result<PingAnswer> parse_netlogon(std::string_view bytes);
// The first message of the answer (RFC 4511, 4.5.2), without what follows it.
Result<PingAnswer> parse_ping_answer(std::string_view message);

// Blocks for `limit` at most. unavailable, timed_out, closed: it does not answer.
Result<PingAnswer> ping(const Controller& controller,
                        std::string_view domain,
                        std::chrono::milliseconds limit);

}  // namespace kontor::directory
