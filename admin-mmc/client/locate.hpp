// SPDX-License-Identifier: GPL-3.0-or-later
// Which server has the mail of a domain, for programs that are not told.
#pragma once
#include <optional>
#include <string>

#include "admin-mmc/client/credentials.hpp"

namespace kontor::admin {

// What the registry names first (Software\Policies\Kontor\Admin, Software\Kontor\Admin), else the
// SRV records of _kontor-admin._tcp.`domain` (RFC 2782): the one with the least priority, and among
// these the greatest weight. Hosts outside of the domain do not count: whoever forges an answer of
// the DNS shall not be signed in to. Nothing: it has to be asked for. Waits for the DNS.
std::optional<Server> locate_server(const std::wstring& domain);
// Keeps an answer for the next time, for this person: address, pin and file, never a password.
void remember_server(const Server& server);

}  // namespace kontor::admin
