// SPDX-License-Identifier: GPL-3.0-or-later
// Rows of the table of settings: sieve.
#include <array>

#include "base/config/rows.hpp"

namespace kontor::config {
namespace {

constexpr auto k_rows = std::to_array<Row>({
    {"sieve.enabled",
     [](Settings& s) -> Field { return &s.sieve.enabled; },
     {},
     "Whether the scripts of people run when mail comes.",
     "Off, every message comes into the INBOX; the scripts stay."},
    {"sieve.manage",
     [](Settings& s) -> Field { return &s.sieve.manage; },
     {},
     "Whether people may write their scripts with ManageSieve (RFC 5804).",
     "Off, its port 4190 is left to another program. access.imap and what policies say of IMAP "
     "hold for it too."},
    {"sieve.max_script",
     [](Settings& s) -> Field { return &s.sieve.max_script; },
     {1024, 1048576},
     "Largest script.",
     "A larger one is refused."},
    {"sieve.max_scripts",
     [](Settings& s) -> Field { return &s.sieve.max_scripts; },
     {1, 100},
     "Scripts one person may have.",
     "One of them is active, and can include the others."},
    {"sieve.max_actions",
     [](Settings& s) -> Field { return &s.sieve.max_actions; },
     {1, 1000},
     "Most things a script may do with one message.",
     "A script that does more has made a mistake: the message comes into the INBOX."},
    {"sieve.max_redirects",
     [](Settings& s) -> Field { return &s.sieve.max_redirects; },
     {0, 100},
     "Addresses a script may send one message on to.",
     "0: scripts forward nothing. A script that wants more has made a mistake."},
    {"sieve.max_steps",
     [](Settings& s) -> Field { return &s.sieve.max_steps; },
     {10000, 100000000},
     "Most work a script may do with one message.",
     "A step is a command, a test, or 64 bytes of text that are looked through. A script that "
     "takes more has made a mistake."},
    {"sieve.vacation_period",
     [](Settings& s) -> Field { return &s.sieve.vacation_period; },
     {3600, 31536000},
     "How long a sender who was answered by vacation is not answered again.",
     "Where the script does not say."},
    {"sieve.shortest_vacation",
     [](Settings& s) -> Field { return &s.sieve.shortest_vacation; },
     {0, 31536000},
     "Shortest such time a script may ask for.",
     "RFC 6131 lets scripts ask for seconds; 0: every message is answered when a script says so."},
    {"sieve.spam_header",
     [](Settings& s) -> Field { return &s.sieve.spam_header; },
     {},
     "Header field in which a spam filter before this server writes its score.",
     "The test spamtest reads the number at its start, \"X-Spam-Score: 7.2\". The filter has to "
     "remove fields of that name that others wrote. Empty: every message counts as not checked."},
    {"sieve.spam_score",
     [](Settings& s) -> Field { return &s.sieve.spam_score; },
     {1, 10000},
     "Score from which a message is spam for certain.",
     "The test spamtest makes 10 of it, and 1 of 0 and less."},
    {"sieve.virus_header",
     [](Settings& s) -> Field { return &s.sieve.virus_header; },
     {},
     "Header field in which a virus scanner before this server writes what it found.",
     "The test virustest reads its first word: clean or no is 1, infected or yes is 5. Empty: "
     "every message counts as not checked."},
    {"sieve.idle_timeout",
     [](Settings& s) -> Field { return &s.sieve.idle_timeout; },
     {60, 86400},
     "Close a ManageSieve connection after so long without a command.",
     "RFC 5804 asks for at least 30 minutes."},
});

}  // namespace

std::span<const Row> sieve_rows() { return k_rows; }

}  // namespace kontor::config
