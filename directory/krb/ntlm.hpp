// SPDX-License-Identifier: GPL-3.0-or-later
// Sign-in by NTLM ([MS-NLMP]; AUTH NTLM of [MS-OXIMAP], [MS-OXPOP3] and [MS-SMTPNTLM]: raw
// messages).
//
// The messages are spoken by gss-ntlmssp, which lets winbind ask the domain; both have to be there.
// Only where the settings name it, and inside TLS only:
// docs/decisions/0012-ntlm-only-when-asked.md. It waits for winbind, which may wait for a
// controller: on a pool of its own.
#pragma once
#include <memory>

#include "directory/model/acceptor.hpp"

namespace kontor::directory {

std::unique_ptr<Mechanism> make_ntlm_mechanism();

}  // namespace kontor::directory
