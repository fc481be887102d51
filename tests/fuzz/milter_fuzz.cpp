// SPDX-License-Identifier: GPL-3.0-or-later
// What a milter and clamd may send: any bytes as packets; changes that are read leave a message
// whose fields are fields.
#include <cstdint>
#include <cstdlib>

#include "base/mime/header.hpp"
#include "server/filter/scan/clamd.hpp"
#include "server/filter/scan/milter.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace kontor;
  using namespace kontor::filter::scan;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  static_cast<void>(read_clamd_answer(bytes));
  MilterReader reader;
  reader.add(bytes);
  MilterPacket packet;
  std::vector<MilterChange> changes;
  while (true) {
    const auto next = reader.next(packet);
    if (!next || !*next) break;
    static_cast<void>(read_milter_offer(packet.data));
    if (const auto reply = read_milter_reply(packet.data);
        reply && (reply->code < 400 || reply->text.find_first_of("\r\n") != std::string::npos))
      std::abort();
    if (auto change = read_milter_change(packet)) changes.push_back(*std::move(change));
  }
  const std::string message = "A: 1\r\nSubject: two\r\n words\r\nA: 2\r\n\r\nbody\r\n";
  bool has_body = false;
  for (const auto& change : changes) has_body |= change.kind == MilterChange::Kind::body;
  const auto changed = changed_message(message, changes);
  if (!has_body && !changed.ends_with("\r\n\r\nbody\r\n") && changed != "\r\nbody\r\n")
    std::abort();
  return 0;
}
