// SPDX-License-Identifier: GPL-3.0-or-later
// NOOP (RFC 1939, 5) and UTF8 (RFC 6856, 2).
#include "server/pop3/commands.hpp"

namespace kontor::pop3 {

Task<Result<void>> cmd_noop(Session& session, std::string) {
  session.ok("nothing done");
  co_return Result<void>();
}

// Nothing changes by it: names, passwords and messages are taken and given as UTF-8 without it too
// (docs/standards.md).
Task<Result<void>> cmd_utf8(Session& session, std::string) {
  session.ok("UTF-8 it is");
  co_return Result<void>();
}

}  // namespace kontor::pop3
