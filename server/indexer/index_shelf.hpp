// SPDX-License-Identifier: GPL-3.0-or-later
// IndexShelf: the indexes that are open, few at a time, whoever searches or writes.
//
// A Lease is the right to use an account's index; its file handles may come and go meanwhile. One
// user at a time works on an index: searches first, and what takes long is to ask wanted() and give
// way. All calls that take a Lease block: on pools only.
#pragma once
#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "base/core/guarded.hpp"
#include "base/core/result.hpp"
#include "base/log/log.hpp"
#include "search/index/account_index.hpp"
#include "store/format/types.hpp"

namespace kontor::indexer {

class IndexShelf {
 public:
  using Open = std::function<Result<std::unique_ptr<search::AccountIndex>>(const std::string&)>;
  struct Entry;
  using Lease = std::shared_ptr<Entry>;

  // Of each account the index in its folder `name`; `most` of them stay open.
  IndexShelf(Open open, std::string name, std::size_t most, log::Context log);
  ~IndexShelf();

  // `folder` is the account's. Memory only.
  Lease lease(const store::AccountId& account, const std::string& folder);
  // What is known of an index without opening it; nothing: it was not open yet. Memory only.
  std::optional<search::IndexState> known(const store::AccountId& account) const;

  // Work alone with the index. cancelled: the account's folder is going away. An index that turns
  // out to be damaged (corrupt) is removed; the next use begins it anew.
  template <class T>
  Result<T> use(const Lease& lease, const std::function<Result<T>(search::AccountIndex&)>& work) {
    KONTOR_TRY(const auto held, hold(lease));
    auto done = work(*held->index);
    release(lease, *held, done ? nullptr : &done.error());
    return done;
  }
  // Somebody else waits for the index.
  static bool wanted(const Lease& lease);

  // Puts the folder `fresh` of the account in the place of the index; nobody has it open.
  Result<void> replace(const Lease& lease, const std::string& fresh);
  // Begins it anew from nothing.
  Result<void> drop(const Lease& lease);
  // Closes the files for good: leases there are can do nothing any more. Waits for who uses them.
  void leave(const store::AccountId& account);
  void close_all();

 private:
  struct Held {
    std::unique_lock<std::mutex> lock;
    search::AccountIndex* index = nullptr;
  };
  Result<std::unique_ptr<Held>> hold(const Lease& lease);
  void release(const Lease& lease, Held& held, const Error* failure);
  void make_room();

  std::string path(const Entry& entry) const;

  Open open_;
  std::string name_;
  std::size_t most_;
  log::Context log_;
  struct Table {
    std::map<store::AccountId, Lease> entries;
    std::uint64_t clock = 0;
  };
  mutable Guarded<Table> table_;
};

}  // namespace kontor::indexer
