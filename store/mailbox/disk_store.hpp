// SPDX-License-Identifier: GPL-3.0-or-later
// DiskStore: the AccountStore over a data folder (docs/formats/accounts.md).
#pragma once
#include <atomic>
#include <memory>
#include <mutex>
#include <set>

#include "base/io/work_pool.hpp"
#include "store/log/sync_pool.hpp"
#include "store/mailbox/account_replacer.hpp"
#include "store/mailbox/account_store.hpp"
#include "store/mailbox/compactor.hpp"
#include "store/mailbox/loader.hpp"
#include "store/mailbox/shares.hpp"
#include "store/mailbox/slots.hpp"
#include "store/mailbox/space.hpp"

namespace kontor::store {

class DiskStore final : public AccountStore, public AccountReplacer {
 public:
  DiskStore(StoreEnvironment environment,
            std::string folder,
            config::Store settings,
            std::unique_ptr<io::FileLock> lock);
  Result<void> find_accounts();  // blocking, before anything else

  Task<Result<std::shared_ptr<Account>>> open_for(Binding owner) override;
  Task<Result<std::shared_ptr<Account>>> open(AccountId id) override;
  Task<Result<Appending>> deliver(Binding owner, NewMessage message) override;
  std::shared_ptr<const AnnotationMap> owner_notes(const Binding& owner) const override;
  std::optional<AccountId> find(const Binding& owner) const override;
  std::vector<AccountInfo> list() const override;
  std::optional<AccountInfo> info(const AccountId& id) const override;
  const Shares& shares() const override { return shares_; }
  Task<Result<void>> keep_shares() override;
  Watch watch(std::function<void(AccountId, AccountNews)> told) override;
  Watch watch_leaving(std::function<void(AccountId)> leaving) override;
  Task<Result<CompactReport>> compact(AccountId id, CompactTurn turn) override;
  void stop_upkeep() override;
  Task<void> close() override;
  Task<Result<void>> replace(AccountId id, Binding owner, std::string prepared) override;
  Task<std::chrono::seconds> upkeep() override;
  Task<Result<UpkeepReport>> look_after(AccountId id) override;
  std::optional<UpkeepReport> last_upkeep(AccountId id) const override;
  Task<Result<void>> check_room(Binding owner, std::uint64_t bytes) override;
  Task<Result<void>> attach(AccountId id, Binding owner) override;
  Task<Result<void>> remove(AccountId id) override;

 private:
  static constexpr std::uint32_t k_disk_threads = 8;
  using SlotPtr = std::shared_ptr<Slot>;
  using AccountPtr = std::shared_ptr<LogAccount>;

  Result<SlotPtr> slot_for(const Binding& owner);  // a new absent one when there is none
  Task<Result<AccountPtr>> use(SlotPtr slot);      // loaded, whatever that takes
  Task<Result<AccountPtr>> load(SlotPtr slot, SlotState before);  // of a slot made busy
  Task<Result<std::shared_ptr<LightLog>>> use_light(SlotPtr slot);
  void end_delivery(const SlotPtr& slot);
  Result<SlotPtr> take_for_replacing(const AccountId& id, const Binding& owner);  // made busy
  Task<Result<void>> open_light(SlotPtr slot);  // of a slot made busy
  void refuse(const SlotPtr& slot, SlotState before, const Error& error);
  Task<void> wait(SlotPtr slot);   // until it is not busy any more
  Task<void> drain(SlotPtr slot);  // of a slot made busy: until no delivery is under way
  // Takes the slot out of the busy state and wakes whoever waits for it.
  void settle(const SlotPtr& slot, SlotState state, const std::function<void(Slot&)>& change);
  Task<void> make_room();
  std::vector<SlotPtr> pick_victims();
  Task<void> unload(SlotPtr slot);    // of a slot made busy
  Task<void> put_away(SlotPtr slot);  // whatever state it is in
  // store/mailbox/disk_store_compact.cpp
  Task<Result<CompactReport>> compact(SlotPtr slot,
                                      CompactTurn turn,
                                      std::optional<Version> version);
  Task<Result<CompactReport>> compact_slot(SlotPtr slot, CompactTurn turn, Version version);
  Task<Result<Version>> durable_version(SlotPtr slot);
  Task<Result<Version>> peek(SlotPtr slot, SlotState before);  // of a slot made busy
  Task<AccountPtr> settled(SlotPtr slot);  // when it is not busy; nullptr: it is not loaded
  Task<Result<void>> rewrite(SlotPtr slot,
                             Version version,
                             std::uint32_t log,
                             CompactReport& report);
  Task<Result<Removed>> remove_replaced(SlotPtr slot);
  void save_index() const;
  // store/mailbox/disk_store_shares.cpp
  void read_shares(const std::vector<AccountId>& found, const std::set<AccountId>& fresh);
  Result<void> save_shares(bool complete);
  void note_shares(const AccountId& id, const AccountState& state);
  std::function<void()> on_commit(const AccountId& id, const LogAccount& account);
  void look_again(const AccountId& id);
  Task<bool> look_at_shares();  // of one account that may have changed unseen; false: of none
  std::string folder_of(const AccountId& id) const;
  AccountParts parts();
  LightLog::Rules rules_for(const OwnLimits& own, bool warned, const Binding& owner);
  Limits default_limits() const;
  MailboxPolicy policy_of(const Binding& owner) const;
  Standing standing_of(const Binding& owner) const;
  std::optional<std::string> letter_to(const Binding& owner, const Quota& quota) const;
  SlotPtr find_slot(const AccountId& id) const;
  Task<Result<void>> make_free(Binding owner);
  // Makes the slot busy, whatever state it is in; false: somebody uses the account. A change that
  // has just been answered may hold it for a moment still.
  Task<bool> seize(SlotPtr slot);
  SlotPtr next_turn(std::chrono::seconds& wait);
  Task<Result<UpkeepReport>> look_after(SlotPtr slot);

  StoreEnvironment environment_;
  WatchersOf<AccountId, AccountNews> watchers_;  // before the slots, which tell them
  WatchersOf<AccountId> leaving_;
  Shares shares_;
  Guarded<std::set<AccountId>> unseen_;          // what they share is to be looked at
  std::atomic<std::uint64_t> saved_shares_ = 0;  // the version in the file
  std::mutex shares_file_;                       // who writes it
  std::string folder_;
  config::Store settings_;
  std::unique_ptr<io::FileLock> lock_;
  SyncPool syncs_;
  io::DiskPool disk_;
  Space space_;
  Loader loader_;
  Upkeep upkeep_;
  Compactor compactor_;
  Slots slots_;
  io::WorkPool tidy_{"kontor-compact", 1};  // what it runs may take long and uses the rest
};

}  // namespace kontor::store
