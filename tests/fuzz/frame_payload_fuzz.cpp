// SPDX-License-Identifier: GPL-3.0-or-later
// Payloads of frames: any bytes decode to an error, or to a value that encodes to bytes which
// decode to it again, and that can be applied to an account.
#include <cstdint>
#include <cstdlib>

#include "store/mailbox/apply.hpp"

namespace {
using namespace kontor;
using namespace kontor::store;

void require(bool condition) {
  if (!condition) std::abort();
}

}  // namespace

// A sequence of frames: type, two bytes of length, payload.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view input(reinterpret_cast<const char*>(data), size);
  AccountState state;
  FramePlace place;
  std::shared_ptr<const AccountState> before = freeze(state);
  while (input.size() >= 3 && place.sequence < 64) {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(input[i]); };
    const auto type = static_cast<FrameType>(byte(0) % 25);
    const std::size_t length = byte(1) | byte(2) << 8U;
    const auto payload = input.substr(3, length);
    input.remove_prefix(std::min(input.size(), 3 + length));
    if (const auto value = decode_payload(type, payload)) {
      require(type_of(*value) == type);
      const auto again = encode_payload(*value);
      const auto second = decode_payload(type, again);
      require(second.has_value() && *second == *value);
    }
    const auto frame = decode_frame(type, payload);
    if (!frame) continue;
    if (const auto* whole = std::get_if<Payload>(&*frame))
      if (const auto* flags = std::get_if<FlagsFrame>(whole))
        if (flags->uids.size() > 100'000) continue;  // allowed, and slow
    if (const auto* flags = std::get_if<ReaderFlagsFrame>(&*frame)) {
      const auto again = decode_reader_flags(encode_reader_flags(*flags));
      require(again.has_value() && *again == *flags);
      if (flags->uids.size() > 100'000) continue;
    }
    ++place.sequence;
    apply(state, place, *frame);
    require(state.modseq == place.sequence);
    before = freeze(state);
  }
  AccountState copy = *before;
  copy.reader = Binding{"local", Uuid()};
  const AccountView reader(std::make_shared<const AccountState>(std::move(copy)));
  for (const auto& folder : reader.folders()) {
    const auto open = reader.open(folder.id);
    require(open->info().unseen <= folder.exists && open->changed_since(0).size() <= open->size());
    static_cast<void>(reader.known_keywords(folder.id));
  }
  const AccountView view(before);
  for (const auto& folder : view.folders()) {
    const auto open = view.open(folder.id);
    require(open != nullptr && open->size() == folder.exists);
    static_cast<void>(open->vanished_since(0));
    static_cast<void>(view.known_keywords(folder.id));
  }
  return 0;
}
