// SPDX-License-Identifier: GPL-3.0-or-later
// What each frame does to the state of an account: the one place where frames get their meaning.
//
// apply() is total: a frame that does not fit (its folder's frame was damaged, a
// uid is gone) does what still makes sense, so that damage costs what was damaged and no more.
// Messages of a folder that no frame made appear in a folder "Recovered-N". Pure; on the account's
// strand.
#pragma once
#include <memory>
#include <string_view>

#include "store/format/payload.hpp"
#include "store/mailbox/reader_frame.hpp"
#include "store/mailbox/state.hpp"

namespace kontor::store {

struct FramePlace {
  std::uint64_t sequence = 0;
  LogPosition position;
};

// A frame ready to be applied; of a message its head alone, so that its bytes may go.
using Decoded = std::variant<Payload, DeliverHead, ReaderFlagsFrame>;
Result<Decoded> decode_frame(FrameType type, std::string_view payload);

void apply(AccountState& state, const FramePlace& place, const Decoded& frame);

// The state as it is now, for readers; whatever changes afterwards is copied first.
std::shared_ptr<const AccountState> freeze(AccountState& state);

}  // namespace kontor::store
