// SPDX-License-Identifier: GPL-3.0-or-later
// CommandReader: one command after another from the connection, literals collected (RFC 9051, 4.3;
// RFC 7888), all of it bounded.
//
// Memory: at most imap.max_line and imap.max_command (before sign-in: max_line for all). Time: a
// client that starts a command has to send something every two minutes. A command that breaks a
// limit is skipped to its end and reported; the connection goes on where that is possible.
#pragma once
#include <optional>
#include <string>

#include "server/imap/session.hpp"
#include "server/imap/wire/command_head.hpp"
#include "server/imap/wire/lexer.hpp"

namespace kontor::imap {

struct CommandRow;

inline constexpr net::Limit k_input_limit{120'000};

struct ReadCommand {
  wire::CommandHead head;
  const CommandRow* row = nullptr;  // nullptr: an unknown name
  std::string text;                 // whole, without the last CRLF, literals in place
  // A sentence why it cannot be run: the client gets it with BAD; it was skipped as a whole.
  std::optional<std::string> problem;
};

// Reads one command. closed: the connection is to be closed, the client has been told if it can be.
Task<Result<ReadCommand>> read_command(Session& session);

// A line without its line ending; for what follows a continuation request and within APPEND.
// bad_input: too long or with NUL; the line was skipped. closed: as above.
Task<Result<std::string>> read_line(Session& session, std::size_t max);
// Exactly `size` bytes. closed: as above.
Task<Result<std::string>> read_literal(Session& session, std::size_t size);
// Throws away the data of a literal that nobody wants (RFC 7888, 4: the client sends it anyway).
Task<Result<void>> skip_literal(Session& session, std::uint64_t size);
// "+ text", written at once.
Task<Result<void>> request_continuation(Session& session, std::string_view text);
// Tells BYE with this reason; gives closed.
Task<Error> say_bye(Session& session, std::string reason);

}  // namespace kontor::imap
