// SPDX-License-Identifier: GPL-3.0-or-later
// Runs one command by its row: state, TLS and write checks, the handler, what changed meanwhile,
// the tagged response.
#pragma once
#include "server/imap/command_reader.hpp"

namespace kontor::imap {

// closed: the connection ends.
Task<Result<void>> dispatch(Session& session, ReadCommand command);

}  // namespace kontor::imap
