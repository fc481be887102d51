// SPDX-License-Identifier: GPL-3.0-or-later
// Payloads of the queue's log. What decodes must come back from its own bytes.
#include <cstdlib>

#include "server/queue/apply.hpp"
#include "server/queue/frames.hpp"

namespace {

void check(bool good) {
  if (!good) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace kontor::queue;
  if (size == 0) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  if (data[0] % 4 == 0) {
    const auto frame = decode_message(bytes);
    if (!frame) return 0;
    check(body_of(std::string(bytes)).value() == frame->body);
    const auto head = decode_head(frame->head);
    if (!head) return 0;
    const auto again = decode_head(encode_head(*head));
    check(again && encode_head(*again) == encode_head(*head));
  } else if (data[0] % 4 == 1) {
    const auto frame = decode_carried(bytes);
    if (!frame) return 0;
    const auto out = encode_carried(*frame);
    const auto again = decode_carried(out);
    check(again && again->marks.size() == frame->marks.size() && again->body == frame->body);
    const auto head = decode_head(frame->head);
    if (!head || frame->marks.size() > head->recipients.size()) return 0;
    std::vector<Outcome> outcomes;
    check(marks_of(row_of(*frame, *head), outcomes).size() == head->recipients.size());
  } else if (data[0] % 4 == 2) {
    const auto frame = decode_fates(bytes);
    if (!frame) return 0;
    const auto again = decode_fates(encode_fates(*frame));
    check(again && again->rows.size() == frame->rows.size());
    Table table;
    Row row;
    row.recipients.resize(2);
    table.add(1, std::move(row));
    apply_fates(table, *frame);
  } else {
    const auto frame = decode_removed(bytes);
    if (frame) check(decode_removed(encode_removed(*frame)).value().ids == frame->ids);
  }
  return 0;
}
