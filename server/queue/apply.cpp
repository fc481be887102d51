// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/queue/apply.hpp"

#include <algorithm>

namespace kontor::queue {
namespace {

using Shared = std::vector<std::shared_ptr<const Outcome>>;

Shared share(const std::vector<Outcome>& outcomes) {
  Shared shared;
  for (const auto& one : outcomes) shared.push_back(std::make_shared<const Outcome>(one));
  return shared;
}

Stage stage_of(Fate fate) {
  if (fate == Fate::delivered) return Stage::delivered;
  if (fate == Fate::relayed) return Stage::relayed;
  return fate == Fate::failed ? Stage::failed : Stage::waiting;
}

Fate fate_of(Stage stage) {
  if (stage == Stage::delivered) return Fate::delivered;
  if (stage == Stage::relayed) return Fate::relayed;
  return stage == Stage::failed ? Fate::failed : Fate::deferred;
}

void apply_mark(RecipientState& state, const RecipientMark& mark, const Shared& outcomes) {
  state.stage = stage_of(mark.fate);
  state.tries = static_cast<std::uint16_t>(std::min<std::uint32_t>(mark.tries, UINT16_MAX));
  state.next_try = mark.next_try;
  if (mark.outcome > 0) state.last = outcomes[mark.outcome - 1];
}

}  // namespace

Row row_of(const MessageFrame& frame, const Head& head) {
  Row row;
  row.head = frame.head;
  row.size = frame.body.size();
  row.take(head.envelope);
  row.is_delay_told = frame.is_delay_told;
  row.recipients.resize(head.recipients.size());
  const auto outcomes = share(frame.outcomes);
  for (std::size_t i = 0; i < row.recipients.size(); ++i) {
    row.recipients[i].next_try = row.begins;
    if (i < frame.marks.size()) apply_mark(row.recipients[i], frame.marks[i], outcomes);
  }
  return row;
}

void apply_fates(Table& table, const FatesFrame& frame) {
  const auto outcomes = share(frame.outcomes);
  for (const auto& fate : frame.rows) {
    Row* row = table.find(fate.id);
    if (row == nullptr || fate.recipient >= row->recipients.size()) continue;
    auto& state = row->recipients[fate.recipient];
    if (!state.is_done()) apply_mark(state, fate.mark, outcomes);
  }
  for (const auto id : frame.delay_told)
    if (Row* row = table.find(id)) row->is_delay_told = true;
}

std::vector<RecipientMark> marks_of(const Row& row, std::vector<Outcome>& outcomes) {
  std::vector<RecipientMark> marks;
  std::vector<const Outcome*> known;
  for (const auto& state : row.recipients) {
    RecipientMark mark;
    mark.fate = fate_of(state.stage);
    mark.tries = state.tries;
    mark.next_try = state.next_try;
    if (state.last) {
      auto found = std::ranges::find(known, state.last.get());
      if (found == known.end()) {
        outcomes.push_back(*state.last);
        found = known.insert(known.end(), state.last.get());
      }
      mark.outcome = static_cast<std::uint32_t>(found - known.begin()) + 1;
    }
    marks.push_back(mark);
  }
  return marks;
}

}  // namespace kontor::queue
