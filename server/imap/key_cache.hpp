// SPDX-License-Identifier: GPL-3.0-or-later
// KeyCache: the sort and thread keys of messages, kept in memory between commands, so that only
// the first SORT or THREAD of a mailbox reads its headers.
//
// An account's keys stand in AccountKeys: one row of 56 bytes a message, and texts, each once, in
// blocks that never move: about 130 bytes a message in all. Rows are never changed, so that a
// command sorts without a lock. The cache keeps at most a given number of bytes and forgets
// accounts, least recently used first; a command holds what it works on. Any thread.
#pragma once
#include <array>
#include <list>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "base/core/guarded.hpp"
#include "base/core/result.hpp"
#include "server/imap/message_keys.hpp"
#include "store/format/types.hpp"

namespace kontor::imap {

using TextRef = std::uint32_t;  // a text of AccountKeys; equal texts have equal refs; 0: empty

struct MessageKeys {
  store::ItemId item = 0;
  std::int64_t sent = k_no_date;
  std::uint64_t message_id = 0;
  TextRef subject = 0;
  TextRef from = 0, to = 0, cc = 0;
  TextRef display_from = 0, display_to = 0;
  TextRef references = 0;
  bool is_reply = false;
};
static_assert(sizeof(MessageKeys) == 56);

// Texts in blocks; a text is written once and stays where it is.
class TextPool {
 public:
  // limit: the pool is full.
  Result<TextRef> intern(std::string_view text);
  // Of a ref that was given out before, without a lock.
  std::string_view text(TextRef ref) const;
  std::size_t bytes() const { return bytes_; }

 private:
  static constexpr std::size_t k_block = 256U << 10U, k_blocks = 1'024, k_unit = 4;
  Result<TextRef> append(std::string_view text);
  void grow();
  std::size_t slot_of(std::string_view text) const;

  std::array<std::unique_ptr<char[]>, k_blocks> blocks_;
  std::vector<TextRef> table_;  // open addressing, a power of two
  std::size_t count_ = 0;
  std::size_t end_ = k_unit;  // in bytes, across blocks; ref 0 is the empty text
  std::size_t bytes_ = 0;
};

class AccountKeys {
 public:
  // Those of `items` that have no row, each once, ascending.
  std::vector<store::ItemId> missing(std::span<const store::ItemId> items) const;
  // limit: more texts than an account may have.
  Result<void> add(std::vector<std::pair<store::ItemId, HeaderKeys>> keys);
  // The row of each item, in the order given; of one that has none an empty row.
  std::vector<MessageKeys> rows(std::span<const store::ItemId> items) const;
  std::string_view text(TextRef ref) const { return pool_.text(ref); }
  std::size_t bytes() const;
  std::size_t size() const;

 private:
  struct Rows {
    std::vector<MessageKeys> rows;  // ascending by item
  };
  Guarded<Rows> rows_;  // its lock guards pool_ too, except text()
  TextPool pool_;
};

class KeyCache {
 public:
  explicit KeyCache(std::size_t most_bytes) : most_(most_bytes) {}
  // The account's keys, empty at first; the caller goes on using them even when they are forgotten.
  std::shared_ptr<AccountKeys> of(const store::AccountId& account);
  // Forgets what is too much, and the account's keys when they have far more rows than it has
  // messages (`live`).
  void trim(const store::AccountId& account, std::size_t live);
  std::size_t bytes() const;

 private:
  struct Kept {
    store::AccountId account;
    std::shared_ptr<AccountKeys> keys;
  };
  std::size_t most_;
  Guarded<std::list<Kept>> kept_;  // the most recently used first
};

}  // namespace kontor::imap
