// SPDX-License-Identifier: GPL-3.0-or-later
// Rows of the table of settings: journal, message_trace.
#include <array>

#include "base/config/rows.hpp"

namespace kontor::config {
namespace {

constexpr auto k_rows = std::to_array<Row>({
    {"journal.rules",
     [](Settings& s) -> Field { return &s.journal.rules; },
     {},
     "Copies of mail for an archive.",
     "Each is \"WHO: to=archive@example.test direction=in form=copy\". WHO: everybody, @DOMAIN, or "
     "the address of a person, a room or a group (its members). direction: in, out or both (as "
     "when it is left out). form: report (as when it is left out), the message attached to a list "
     "of its sender and all recipients; or copy, the message alone. Each target gets one of each "
     "message."},
    {"journal.undelivered",
     [](Settings& s) -> Field { return &s.journal.undelivered; },
     {},
     "Who gets back what an archive refuses for good.",
     "An address. Empty: the administrators, as postmaster."},
    {"message_trace.enabled",
     [](Settings& s) -> Field { return &s.message_trace.enabled; },
     {},
     "Whether the way of each message is kept, and counted.",
     "kontorctl trace and kontorctl statistics answer from it. Off, what was kept stays until its "
     "time is over."},
    {"message_trace.keep",
     [](Settings& s) -> Field { return &s.message_trace.keep; },
     {86400, 315360000},
     "How long the way of a message is kept.",
     "Counted in whole days. Of what is older only the statistics are left."},
    {"message_trace.keep_statistics",
     [](Settings& s) -> Field { return &s.message_trace.keep_statistics; },
     {86400, 315360000},
     "How long the statistics of a day are kept.",
     "Those of single hours are kept as long as message_trace.keep."},
    {"message_trace.max_size",
     [](Settings& s) -> Field { return &s.message_trace.max_size; },
     {16777216, 17592186044416},
     "Most disk space for the ways of messages.",
     "When there is more, the oldest go before their time. About 1 KB is needed for each message."},
    {"message_trace.subjects",
     [](Settings& s) -> Field { return &s.message_trace.subjects; },
     {},
     "Whether the subjects of messages are kept too.",
     "Off where nobody may read in them what people write about; a search for words of the subject "
     "finds nothing then."},
});

}  // namespace

std::span<const Row> trace_rows() { return k_rows; }

}  // namespace kontor::config
