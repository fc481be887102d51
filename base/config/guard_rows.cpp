// SPDX-License-Identifier: GPL-3.0-or-later
// Rows of the table of settings: signs, quarantine, learning.
#include <array>

#include "base/config/rows.hpp"

namespace kontor::config {
namespace {

constexpr auto k_rows = std::to_array<Row>({
    {"signs.enabled",
     [](Settings& s) -> Field { return &s.signs.enabled; },
     {},
     "Whether signs in a message's header and of who brings it are counted.",
     "Of mail on port 25 from those who neither signed in nor are in smtp.trusted_networks. What "
     "was found stands in the field X-Kontor-Signs with its points."},
    {"signs.points",
     [](Settings& s) -> Field { return &s.signs.points; },
     {},
     "What single signs count, where that is not the usual.",
     "Rows as \"no-date=3\"; 0: it does not count. The usual points: null-sender=2 "
     "many-received=1 bad-received=1 no-date=2 bad-date=2 far-date=2 no-message-id=1 "
     "bad-message-id=1 foreign-message-id=1 no-from=3 several-from=3 reverse-name=1 hello=1 "
     "sender-domain=2 dns-list=3 spam-base=3 early-talk=3."},
    {"signs.junk",
     [](Settings& s) -> Field { return &s.signs.junk; },
     {0, 1000},
     "Points at which a message goes into the folder for junk.",
     "0: never. Look through X-Kontor-Signs of good mail before you set it."},
    {"signs.hold",
     [](Settings& s) -> Field { return &s.signs.hold; },
     {0, 1000},
     "Points at which a message is held in quarantine.",
     "0: never."},
    {"signs.refuse",
     [](Settings& s) -> Field { return &s.signs.refuse; },
     {0, 1000},
     "Points at which a message is refused.",
     "550 5.7.1, with the names of the signs. 0: never."},
    {"quarantine.keep",
     [](Settings& s) -> Field { return &s.quarantine.keep; },
     {3600, 31536000},
     "How long held mail is kept.",
     "After that it is deleted, and nobody is told but the message trace."},
    {"quarantine.max_size",
     [](Settings& s) -> Field { return &s.quarantine.max_size; },
     {1048576, 1099511627776},
     "Size of all held mail.",
     "When it is full, mail that is to be held is put off with 452: nothing is lost and nothing "
     "comes in unseen."},
    {"quarantine.digest",
     [](Settings& s) -> Field { return &s.quarantine.digest; },
     {},
     "Whether people whose mail is held get a letter about it once a day.",
     "In the languages of queue.notice_languages; to those whom the policy quarantine lets see "
     "their held mail."},
    {"learning.controller",
     [](Settings& s) -> Field { return &s.learning.controller; },
     {},
     "The controller of rspamd that learns what is spam.",
     "\"127.0.0.1:11334\" or \"unix:/run/rspamd/controller.sock\". It is told of what people move "
     "into their folder for junk and out of it, in the background. Empty: nobody is told."},
    {"learning.password_file",
     [](Settings& s) -> Field { return &s.learning.password_file; },
     {},
     "File with the password of the controller.",
     "One line; mode 0600. Empty where the controller trusts this machine (secure_ip)."},
    {"learning.per_minute",
     [](Settings& s) -> Field { return &s.learning.per_minute; },
     {1, 10000},
     "Messages told to the controller in a minute, at most.",
     "What comes faster waits."},
    {"learning.report_folders",
     [](Settings& s) -> Field { return &s.learning.report_folders; },
     {},
     "Public folders for spam: what people put into them is learnt as spam.",
     "Names as in the public tree, such as \"Spam\"; give everybody the right to insert: kontorctl "
     "shares add public anyone lrsip --folder Spam."},
    {"learning.report_keep",
     [](Settings& s) -> Field { return &s.learning.report_keep; },
     {3600, 31536000},
     "How long messages stay in the public folders for spam.",
     "Then they are deleted from there."},
});

}  // namespace

std::span<const Row> guard_rows() { return k_rows; }

}  // namespace kontor::config
