// SPDX-License-Identifier: GPL-3.0-or-later
// What frames do to the table: the same while the queue runs and when its log is replayed. Pure.
#pragma once
#include "server/queue/table.hpp"

namespace kontor::queue {

// The row of a message as its frame tells it; where the frame stands is set by the caller.
Row row_of(const MessageFrame& frame, const Head& head);
// Rows of messages and recipients that are not there are passed over. Messages whose recipients
// are all done stay until they are erased.
void apply_fates(Table& table, const FatesFrame& frame);
// The marks of a row, for a carried frame; the outcomes go to `outcomes`, each once.
std::vector<RecipientMark> marks_of(const Row& row, std::vector<Outcome>& outcomes);

}  // namespace kontor::queue
