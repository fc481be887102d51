// SPDX-License-Identifier: GPL-3.0-or-later
// Runs one command by its row: state, TLS and write checks, the handler, what changed meanwhile,
// the tagged response.
#pragma once
#include "server/imap/command.hpp"
#include "server/imap/command_reader.hpp"

namespace kontor::imap {

// Of a command that has a row.
Request request_of(ReadCommand command);
// The task that runs it, from the handler to the tagged response; a handler may wait for long, and
// nothing of what came before is held then. closed, from both: the connection ends.
Task<Result<Task<Result<void>>>> dispatch(Session& session, Request request);
// Done already.
Task<Result<void>> nothing_more();

}  // namespace kontor::imap
