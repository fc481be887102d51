// SPDX-License-Identifier: GPL-3.0-or-later
// Box: a mailbox elsewhere during one session. What its server sends beyond its limits ends the
// session with one sentence. Failure: unavailable, timed_out, closed, bad_input (the peer's),
// limit, auth_failed, unsupported. One coroutine at a time.
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "server/collector/state.hpp"
#include "server/collector/wire.hpp"

namespace kontor::collector {

struct Item {
  std::string key;           // UID or UIDL
  std::uint32_t number = 0;  // the UID; of POP3 the number in this session
  std::uint64_t size = 0;    // as the server says
  bool is_doubtful = false;  // others have the same UIDL (RFC 1939, 7): it is not deleted
};

struct Listing {
  std::string validity;     // UIDVALIDITY; of POP3 empty
  std::vector<Item> items;  // all of POP3; of IMAP new ones and those of notes; ascending numbers
  std::uint32_t high = 0;   // of IMAP the highest UID there is
};

// A body, or that this message alone cannot be had.
struct Fetched {
  std::optional<std::string> bytes;
  std::string problem;
};

class Box {
 public:
  virtual ~Box() = default;
  // Greeted, TLS on, signed in.
  virtual Task<Result<void>> open() = 0;
  // What there is, beyond what `state` knows to be taken.
  virtual Task<Result<Listing>> list(const State& state) = 0;
  // limit: more than `most` bytes come.
  virtual Task<Result<Fetched>> fetch(Item item, std::uint64_t most) = 0;
  // Of POP3 in force when close() is fine.
  virtual Task<Result<void>> remove(std::vector<Item> items) = 0;
  // The orderly end.
  virtual Task<Result<void>> close() = 0;
  // At once; deletions that are not in force never will be.
  virtual Task<void> abandon() = 0;
  virtual std::string peer() const = 0;  // its address; empty: not connected
};

// Both outlive the box.
std::unique_ptr<Box> make_imap_box(const Source& source, const Dial& dial);
std::unique_ptr<Box> make_pop3_box(const Source& source, const Dial& dial);
std::unique_ptr<Box> make_box(const Source& source, const Dial& dial);

}  // namespace kontor::collector
