// SPDX-License-Identifier: GPL-3.0-or-later
// A pair of streams in memory, for tests: what is written to one end is read at the other.
//
// Each end can hand out single bytes, hold back a writer when `capacity` bytes wait to be read, and
// fail with `closed` at its N-th operation (read_some, write, wait, start_tls) and all later ones:
// a test lets N grow until nothing fails any more. start_tls() encrypts nothing: it forgets what
// was received and makes is_tls() true. The ends may live on different strands.
#pragma once
#include <memory>

#include "base/net/stream.hpp"

namespace kontor::net {

// Counts the operations of an end; shared with the test.
struct FailAt {
  std::size_t operation = 0;  // the first one that fails, counted from 1; 0: none
  std::size_t seen = 0;       // how many there were
  bool reached() const noexcept { return operation != 0 && seen >= operation; }
};

struct MemoryOptions {
  bool single_bytes = false;
  std::size_t capacity = 1U << 20U;  // of what this end may write ahead of its reader
  std::shared_ptr<FailAt> fail_at;
  Endpoint local{"127.0.0.1", 1};
  bool is_tls = false;
};

struct MemoryPair {
  std::unique_ptr<Stream> first;
  std::unique_ptr<Stream> second;
};

MemoryPair make_memory_streams(MemoryOptions first = {}, MemoryOptions second = {});

}  // namespace kontor::net
