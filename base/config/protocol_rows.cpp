// SPDX-License-Identifier: GPL-3.0-or-later
// Rows of the table of settings: imap, pop3, smtp.
#include <array>

#include "base/config/rows.hpp"

namespace kontor::config {
namespace {

constexpr auto k_rows = std::to_array<Row>({
    {"imap.idle_timeout",
     [](Settings& s) -> Field { return &s.imap.idle_timeout; },
     {60, 86400},
     "Close an IMAP connection after so long without a command.",
     "RFC 9051 asks for at least 30 minutes. IDLE counts as silence until it ends."},
    {"imap.max_line",
     [](Settings& s) -> Field { return &s.imap.max_line; },
     {1024, 16777216},
     "Longest IMAP command without its literals.",
     "A longer one is refused and skipped."},
    {"imap.max_command",
     [](Settings& s) -> Field { return &s.imap.max_command; },
     {1024, 268435456},
     "Largest IMAP command with its literals.",
     "The message of APPEND is not counted; it is limited by smtp.max_message."},
    {"imap.max_bad_commands",
     [](Settings& s) -> Field { return &s.imap.max_bad_commands; },
     {1, 1000},
     "Wrong commands in a row before the connection is closed.",
     "Stops programs that speak another protocol."},
    {"pop3.idle_timeout",
     [](Settings& s) -> Field { return &s.pop3.idle_timeout; },
     {60, 86400},
     "Close a POP3 connection after so long without a command.",
     "RFC 1939 asks for at least ten minutes. Deletions of such a session are not carried out."},
    {"pop3.max_bad_commands",
     [](Settings& s) -> Field { return &s.pop3.max_bad_commands; },
     {1, 1000},
     "Wrong commands before the connection is closed.",
     "Stops programs that speak another protocol."},
    {"smtp.timeout",
     [](Settings& s) -> Field { return &s.smtp.timeout; },
     {10, 3600},
     "Close an SMTP or LMTP connection after so long without input.",
     "RFC 5321, section 4.5.3.2, asks for at least five minutes."},
    {"smtp.max_message",
     [](Settings& s) -> Field { return &s.smtp.max_message; },
     {65536, 2147483648},
     "Largest message.",
     "For mail received and for IMAP APPEND; announced as SIZE and APPENDLIMIT."},
    {"smtp.max_recipients",
     [](Settings& s) -> Field { return &s.smtp.max_recipients; },
     {100, 100000},
     "Recipients of one message.",
     "RFC 5321, section 4.5.3.1.8, asks for at least 100. Further ones are asked to come in "
     "another message."},
    {"smtp.max_messages_per_session",
     [](Settings& s) -> Field { return &s.smtp.max_messages_per_session; },
     {1, 1000000},
     "Messages in one connection.",
     "The client is then asked to connect again."},
    {"smtp.max_bad_commands",
     [](Settings& s) -> Field { return &s.smtp.max_bad_commands; },
     {1, 1000},
     "Wrong commands before the connection is closed.",
     "Stops programs that guess."},
    {"smtp.max_hops",
     [](Settings& s) -> Field { return &s.smtp.max_hops; },
     {10, 1000},
     "Received fields before a message is taken for a loop.",
     "RFC 5321, section 6.3."},
    {"smtp.max_session",
     [](Settings& s) -> Field { return &s.smtp.max_session; },
     {0, 1099511627776},
     "Sum of the messages of one connection.",
     "The client is then asked to connect again. 0: no limit."},
    {"smtp.max_messages_per_minute",
     [](Settings& s) -> Field { return &s.smtp.max_messages_per_minute; },
     {0, 1000000},
     "Messages from one address within a minute.",
     "Counted for clients that have not signed in; further ones are refused for the time being. 0: "
     "no limit."},
    {"smtp.trusted_networks",
     [](Settings& s) -> Field { return &s.smtp.trusted_networks; },
     {},
     "Networks that may send to anybody without signing in.",
     "For printers and programs that cannot sign in: addresses, ranges and networks. Empty: "
     "nobody, this machine included. The whole Internet must never be in it."},
});

}  // namespace

std::span<const Row> protocol_rows() { return k_rows; }

}  // namespace kontor::config
