// SPDX-License-Identifier: GPL-3.0-or-later
// AccountStore: all accounts of one data folder. One process owns it (a lock file says so).
//
// What it needs from outside stands in StoreEnvironment; it owns its own sync and disk threads, so
// that no caller's thread ever waits for the disk. Accounts are loaded on first use and dropped
// again, least recently used first, when nobody holds them. Delivering to an account that is not
// loaded appends without loading it. Damage to one account is an error of that account alone.
#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/config/settings.hpp"
#include "base/core/result.hpp"
#include "base/core/task.hpp"
#include "base/core/time.hpp"
#include "base/log/log.hpp"
#include "store/mailbox/account.hpp"
#include "store/mailbox/compact_report.hpp"

namespace kontor::io {
class FileSystem;  // base/io/file_system.hpp
}

namespace kontor::store {

class Shares;         // store/mailbox/shares.hpp
struct UpkeepReport;  // store/mailbox/upkeep.hpp

// What the store is built on; all of it outlives the store.
struct StoreEnvironment {
  io::FileSystem& files;
  boost::asio::any_io_executor executor;  // the accounts' strands run on it; any number of threads
  log::Context log;
  const Clock& clock = system_clock();
  // What it asks about the owners of accounts, from any thread; memory only. Without them the
  // settings hold for everybody, nobody is ever gone, and no letter is written.
  std::function<MailboxPolicy(const Binding& owner)> policy = {};
  std::function<Standing(const Binding& owner)> standing = {};
  // A message to the owner: his mailbox is nearly full.
  std::function<std::string(const Binding& owner, const Quota& quota)> quota_letter = {};
};

struct AccountInfo {
  AccountId id;
  Binding binding;
  std::string folder;  // path on disk
  bool loaded = false;
  std::string problem;  // why it cannot be opened; empty: none
};

// What is told of accounts.
enum class AccountNews : std::uint8_t {
  changed,    // a commit became visible
  delivered,  // a message came into an account that is not loaded
};

class AccountStore {
 public:
  // `folder` is DATA/accounts, made when missing. busy: another process owns it. Blocking.
  static Result<std::unique_ptr<AccountStore>> open(StoreEnvironment environment,
                                                    std::string folder,
                                                    config::Store settings);
  virtual ~AccountStore() = default;

  // The account bound to this person; made with the standard folders when there is none.
  virtual Task<Result<std::shared_ptr<Account>>> open_for(Binding owner) = 0;
  virtual Task<Result<std::shared_ptr<Account>>> open(AccountId id) = 0;  // not_found
  // Appends one message to the owner's INBOX; durable when it returns. Makes the account when there
  // is none. An account that is not loaded is not loaded for it: then the answer has no UID and no
  // UIDVALIDITY, only the modseq.
  virtual Task<Result<Appending>> deliver(Binding owner, NewMessage message) = 0;
  // Could deliver() take a message of that size? over_quota: not now. An account that is not open
  // is opened as for a delivery.
  virtual Task<Result<void>> check_room(Binding owner, std::uint64_t bytes) = 0;
  // The annotations of the account itself, as deliver() has just seen them; nothing: there are
  // none, or the account is not open any more. Memory only, any thread.
  virtual std::shared_ptr<const AnnotationMap> owner_notes(const Binding& owner) const = 0;
  virtual std::optional<AccountId> find(const Binding& owner) const = 0;
  virtual std::vector<AccountInfo> list() const = 0;
  virtual std::optional<AccountInfo> info(const AccountId& id) const = 0;
  // What accounts have given to others. What a commit changes stands in it when the commit becomes
  // visible. Soon after a stop that was none of close() it may lack something.
  virtual const Shares& shares() const = 0;
  // What they say now is there after any stop, once this returns.
  virtual Task<Result<void>> keep_shares() = 0;
  // Told of every account, loaded or not, on any thread, shortly: raise a signal, no more.
  virtual Watch watch(std::function<void(AccountId, AccountNews)> told) = 0;
  // Called before an account's folder goes, or another one takes its place: whoever has files open
  // in it closes them. On a thread that may wait for that.
  virtual Watch watch_leaving(std::function<void(AccountId)> leaving) = 0;
  // Gives back the space of what was purged from this account, and packs old mail, as
  // store.compact_* say; slowly, beside everything else. What could not be written anew is passed
  // over with an event. busy: it is being done already. cancelled: the store closes.
  virtual Task<Result<CompactReport>> compact(AccountId id, CompactTurn turn) = 0;
  // Ends the background work that goes on, so that its tasks end soon. Any thread.
  virtual void stop_upkeep() = 0;
  // Writes snapshots, waits for every commit, closes. No task may be under way afterwards; every
  // Account that was handed out is given back before the store is destroyed.
  virtual Task<void> close() = 0;

  // Retention, purging and compaction (store/mailbox/upkeep.hpp) of the account whose turn it is,
  // if one's is; in store.upkeep_interval every account has one. Says how long until the next turn.
  // To be called again and again by one task; one call works on one account.
  virtual Task<std::chrono::seconds> upkeep() = 0;
  // The same for this account, now. What could not be done stands in the report.
  virtual Task<Result<UpkeepReport>> look_after(AccountId id) = 0;
  // Of its last turn since the store was opened.
  virtual std::optional<UpkeepReport> last_upkeep(AccountId id) const = 0;

  // Gives an account to another owner. exists: he has a mailbox that holds something; an empty one
  // goes.
  virtual Task<Result<void>> attach(AccountId id, Binding owner) = 0;
  // The account and all it holds are gone from the disk. busy: somebody uses it.
  virtual Task<Result<void>> remove(AccountId id) = 0;
};

}  // namespace kontor::store
