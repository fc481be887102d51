// SPDX-License-Identifier: GPL-3.0-or-later
// The server signs in at itself: a ticket for one of its services is fetched with the keytab and
// accepted with the keytab, as a client's ticket would be.
#pragma once
#include <string>

#include "base/core/result.hpp"
#include "directory/krb/client.hpp"

namespace kontor::directory {

// unavailable: no ticket, with the reason; auth_failed: the keytab does not open it.
Result<void> accept_own_ticket(const ServiceIdentity& identity,
                               const KdcTransport& transport,
                               const std::string& service,
                               const std::string& host);

}  // namespace kontor::directory
