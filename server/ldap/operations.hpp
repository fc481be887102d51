// SPDX-License-Identifier: GPL-3.0-or-later
// The operations of LDAP, one file each. All answer the client; an Error ends the connection.
#pragma once
#include "server/ldap/session.hpp"

namespace kontor::ldap {

// RFC 4511, 4.2; RFC 4513.
Task<Result<void>> op_bind(Session& session, std::int32_t id, wire::Bind bind);
// RFC 4511, 4.5. Without signing in: the root DSE and the subschema alone.
Task<Result<void>> op_search(Session& session,
                             std::int32_t id,
                             wire::Search search,
                             std::vector<wire::Control> controls);
// RFC 4511, 4.10.
Task<Result<void>> op_compare(Session& session, std::int32_t id, wire::Compare compare);
// StartTLS (RFC 4511, 4.14) and Who am I (RFC 4532).
Task<Result<void>> op_extended(Session& session, std::int32_t id, wire::Extended extended);

// Is the client somebody? Otherwise what he is told.
wire::Outcome check_signed_in(const Session& session);
// The mechanisms offered on this connection: outside TLS none (docs/security.md).
std::vector<std::string> mechanisms_of(const Session& session);

}  // namespace kontor::ldap
