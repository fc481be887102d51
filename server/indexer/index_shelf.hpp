// SPDX-License-Identifier: GPL-3.0-or-later
// IndexShelf: the indexes that are open, few at a time, whoever searches or writes.
//
// A Lease is the right to use an account's index; its file handles may come and go meanwhile. Those
// who search use() an index one after the other; beside them one change()s it, and they wait for
// each other only where search::AccountIndex says so. All calls that take a Lease block: on pools
// only.
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

  // `folder` is the account's, which the caller has open: else the lease might outlive leave().
  // Memory only.
  Lease lease(const store::AccountId& account, const std::string& folder);
  // The lease there is; empty: nobody has asked for one since leave(). Memory only.
  Lease find(const store::AccountId& account) const;
  // What is known of an index without opening it; nothing: it was not open yet. Memory only.
  std::optional<search::IndexState> known(const store::AccountId& account) const;

  // Asks the index. cancelled: the account's folder is going away. An index that turns out to be
  // damaged (corrupt) is removed; the next use begins it anew.
  template <class T>
  Result<T> use(const Lease& lease, const std::function<Result<T>(search::AccountIndex&)>& work) {
    KONTOR_TRY(const auto held, hold(lease));
    auto done = work(*held->index);
    release(lease, *held, done ? nullptr : &done.error());
    return done;
  }
  // The same for what adds to the index, takes away or merges: nobody else does so meanwhile.
  template <class T>
  Result<T> change(const Lease& lease,
                   const std::function<Result<T>(search::AccountIndex&)>& work) {
    KONTOR_TRY(const auto held, hold_to_change(lease));
    auto done = work(*held->index);
    release_changed(lease, *held, done ? nullptr : &done.error());
    return done;
  }
  // Somebody waits for change() to end: what takes long is to ask this and give way.
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
    std::shared_ptr<search::AccountIndex> index;
  };
  using HeldResult = Result<std::unique_ptr<Held>>;
  HeldResult hold(const Lease& lease);
  HeldResult hold_to_change(const Lease& lease);
  void release(const Lease& lease, Held& held, const Error* failure);
  void release_changed(const Lease& lease, Held& held, const Error* failure);
  void note(const Lease& lease, const search::AccountIndex& index, const Error* failure);
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
