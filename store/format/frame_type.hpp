// SPDX-License-Identifier: GPL-3.0-or-later
// The kinds of frames in an account's log. Their payloads: store/format/payload.hpp.
#pragma once
#include <cstdint>

namespace kontor::store {

// The kinds of frames (payloads: store/format). Numbers are on disk: never change or reuse one.
enum class FrameType : std::uint8_t {
  account = 1,  // first frame: account id, kind, created when
  binding = 2,  // {source, GUID} of the owner
  deliver = 3,  // a new item and its entry in a folder
  copy = 4,     // entries of a folder shown in another, by item
  move = 5,
  flags = 6,
  expunge = 7,
  purge = 8,   // an expunged entry is dead (undelete window over)
  folder = 9,  // create, rename, delete, properties
  acl = 10,
  annotation = 11,
  object = 12,   // the name of an item in a folder of another class than mail
  keyword = 14,  // a new interned keyword set
  subscription = 15,
  batch_end = 16,     // the frames since the previous batch end become visible together
  seal = 17,          // last frame of a sealed log
  note = 18,          // events for tools (damage reported, restored from)
  prune = 19,         // what left long ago is not remembered any more
  reader_flags = 20,  // flags that somebody else than the owner has for himself
  stub = 24,          // what compaction leaves of a deliver frame whose item is dead
  // Of the queue's log (payloads: server/queue/frames.hpp).
  queue_message = 64,  // a message, its envelope and recipients
  queue_fates = 65,    // what became of recipients at a try
  queue_removed = 66,  // messages the administrator ended
  queue_carried = 67,  // a message with the state of its recipients, written again further on
};

}  // namespace kontor::store
