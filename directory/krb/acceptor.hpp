// SPDX-License-Identifier: GPL-3.0-or-later
// Sign-in by Kerberos ticket: the SASL mechanisms GSSAPI (RFC 4752) and GSS-SPNEGO ([MS-SPNG], raw
// RFC 4178 tokens).
//
// GSSAPI is spoken here instead of by Cyrus SASL, which does not hand out the name that bears the
// ticket's PAC. Only the keytab is needed: tickets are accepted with every controller down. No
// security layer is offered: TLS has that part. Channel bindings (RFC 5929 tls-server-end-point)
// are checked whenever both sides have them. There is no replay cache, and GSS-SPNEGO is offered
// only inside TLS (docs/decisions/0005-no-replay-cache.md).
#pragma once
#include <memory>
#include <vector>

#include "base/config/settings.hpp"
#include "directory/model/acceptor.hpp"

namespace kontor::directory {

// GSSAPI and GSS-SPNEGO with the keytab of the settings, which outlive them. A changed keytab is
// read by the next sign-in.
std::vector<std::unique_ptr<Mechanism>> make_ticket_mechanisms(
    const config::ActiveDirectory& settings);

}  // namespace kontor::directory
