// SPDX-License-Identifier: GPL-3.0-or-later
// MailboxWorkload: one mailbox on a disk in memory and a table of everything that can happen to it,
// each with a weight. Adding a kind of change is one row of operations() and its function.
//
// A step() is one change of a random kind. It is told apart whether a change was begun and whether
// it was answered, so that a test that takes images of the disk knows what each must hold:
// state(answered()) up to state(begun()).
#pragma once
#include <map>
#include <mutex>
#include <random>
#include <span>
#include <string>
#include <vector>

#include "tests/unit/store/mailbox/store_fixture.hpp"

namespace kontor::store {

class MailboxWorkload : public StoreFixture {
 public:
  struct Operation {
    const char* name;
    unsigned weight;
    // Makes one change, whole or not at all when power is lost. An opening behind it, or other work
    // that changes nothing, comes after acknowledged().
    void (*run)(MailboxWorkload&);
  };
  static std::span<const Operation> operations();

  // A new life: an empty disk, a new mailbox. `lies` says what the disk below it drops or refuses.
  void begin(std::uint64_t seed, io::FaultyFiles::Decide lies = {});
  void step();
  void end();  // puts everything down
  std::size_t begun() const;
  std::size_t answered() const;
  // The mailbox as text behind that many changes: folders, and in them every message with all that
  // a client sees of it.
  const std::string& state(std::size_t changes) const { return states_[changes]; }
  const std::map<std::string, std::uint64_t>& counts() const { return counts_; }  // by operation

  // For operations.
  using StoreFixture::account_folder;
  using StoreFixture::clock_;
  using StoreFixture::disk_;
  using StoreFixture::faulty_;
  using StoreFixture::store_;
  std::uint64_t below(std::uint64_t bound) { return random_() % bound; }
  bool one_in(std::uint64_t bound) { return below(bound) == 0; }
  std::string new_name(const std::string& kind) { return kind + ' ' + std::to_string(++made_); }
  template <class T>
  T work(Task<T> task) {
    return threads_.work(std::move(task));
  }
  Account& mailbox();   // opened when it is not
  void put_down();      // the store is closed
  void open_store();    // and open again; the mailbox is not loaded
  void acknowledged();  // the change has its answer; the rest of the operation changes nothing
  // Work that a loss of power does not interrupt (what an administrator does with folders).
  void undisturbed(const std::function<void()>& job);
  std::string folder() const { return account_folder(id_); }
  FolderId any_folder();
  std::string any_name();  // of a folder, not INBOX; "" when there is none
  std::vector<Uid> some_uids(FolderId folder);
  NewMessage some_message();
  std::string describe(Account& account);

  struct Copy {  // of the account's folder, made while it was in use
    std::map<std::string, std::string> files;
    std::string text;  // describe() at that moment
  };
  Copy copy;

 protected:
  using Look = std::function<void(std::uint64_t operation)>;
  void look_before_each(Look look);  // at the disk, until end()
  // What disk_ holds, opened anew; nullptr: it cannot be.
  std::shared_ptr<Account> try_account(io::FaultyFiles::Decide lies = {});
  AccountId id() const { return id_; }

 private:
  std::mt19937_64 random_;
  std::uint64_t made_ = 0;
  io::FaultyFiles::Decide lies_;
  std::shared_ptr<Account> mailbox_;
  AccountId id_;
  Look look_;
  std::vector<std::string> states_;
  std::map<std::string, std::uint64_t> counts_;
  mutable std::mutex mutex_;
  std::size_t begun_ = 0, answered_ = 0;
};

}  // namespace kontor::store
