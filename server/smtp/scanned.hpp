// SPDX-License-Identifier: GPL-3.0-or-later
// Mail from others and of people who signed in is shown to the scanners (server/filter/scan) at the
// end of the data, before it is taken.
#pragma once
#include <string>

#include "server/filter/scan/scanning.hpp"
#include "server/smtp/session.hpp"

namespace kontor::smtp {

bool is_scanned(const Session& session);
// Takes as long as the scanners, each up to scan.timeout. Recipients whom a milter takes out are
// gone from the transaction.
Task<filter::Scanned> scan_message(Session& session, std::string trace, std::string message);

}  // namespace kontor::smtp
