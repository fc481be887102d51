// SPDX-License-Identifier: GPL-3.0-or-later
// Threads of messages (RFC 5256, BASE.6.4.THREAD) and how they are told (BASE.7.2.THREAD).
//
// Pure; memory is a few dozen bytes a message and reference; no recursion, whatever the depth. Time
// grows with messages and references, and with the depth of a chain only where its links contradict
// each other: a link that could close a loop more than k_max_climb steps away is not made.
#pragma once
#include <cstdint>
#include <cstring>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace kontor::imap {

inline constexpr std::uint32_t k_max_climb = 10'000;
// Parentheses of one thread within each other; what would lie deeper is told as one chain, so that
// no client has to follow without end.
inline constexpr std::uint32_t k_max_nesting = 200;

// Hashes of msg-ids, as AccountKeys keeps them: eight bytes each.
class References {
 public:
  References() = default;
  explicit References(std::string_view bytes) : bytes_(bytes) {}
  std::size_t size() const { return bytes_.size() / sizeof(std::uint64_t); }
  std::uint64_t operator[](std::size_t index) const {
    std::uint64_t hash = 0;
    std::memcpy(&hash, bytes_.data() + index * sizeof(hash), sizeof(hash));
    return hash;
  }

 private:
  std::string_view bytes_;
};

struct ThreadMessage {
  std::uint32_t number = 0;      // as it is told; in mailbox order
  std::int64_t sent = 0;         // RFC 5256, 2.2; never missing
  std::uint64_t message_id = 0;  // 0: none
  References references;         // the oldest first; the last is the parent
  std::string_view subject;      // key of the base subject
  bool is_reply = false;
};

// A forest: children stand in the order to be told.
struct ThreadForest {
  static constexpr std::uint32_t k_none = std::numeric_limits<std::uint32_t>::max();
  struct Node {
    std::uint32_t number = 0;  // 0: a message that is not there
    std::uint32_t first_child = k_none;
    std::uint32_t next = k_none;  // sibling, or root
  };
  std::vector<Node> nodes;
  std::uint32_t first_root = k_none;
};

ThreadForest thread_by_subject(std::span<const ThreadMessage> messages);  // ORDEREDSUBJECT
ThreadForest thread_by_references(std::span<const ThreadMessage> messages);
// REFS (draft-ietf-morg-inthread): by references alone, threads in the order of their newest
// messages.
ThreadForest thread_by_refs(std::span<const ThreadMessage> messages);

// "* THREAD (2)(3 6 (4 23)(44 7 96))" with its CRLF.
std::string thread_line(const ThreadForest& forest);

}  // namespace kontor::imap
