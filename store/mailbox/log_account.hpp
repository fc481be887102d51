// SPDX-License-Identifier: GPL-3.0-or-later
// LogAccount: an Account over its log. Made by the loader (store/mailbox/loader.hpp).
#pragma once
#include <memory>

#include "base/core/time.hpp"
#include "base/io/work_pool.hpp"
#include "base/log/log.hpp"
#include "store/mailbox/committer.hpp"
#include "store/mailbox/loader.hpp"
#include "store/mailbox/snapshot_keeper.hpp"
#include "store/mailbox/space.hpp"
#include "store/mailbox/strand.hpp"

namespace kontor::store {

// What accounts share of their store; outlives them.
struct AccountParts {
  boost::asio::any_io_executor executor;
  io::DiskPool& disk;
  const Clock& clock;
  const Space& space;
  std::function<MailboxPolicy(const Binding& owner)> policy;
  // The letter for INBOX of a mailbox that is nearly full, encoded; nothing: there is none.
  std::function<std::optional<std::string>(const Binding& owner, const Quota& quota)> letter;
  log::Context log;
};

class LogAccount final : public Account, public std::enable_shared_from_this<LogAccount> {
 public:
  LogAccount(AccountParts parts, std::shared_ptr<SnapshotKeeper> snapshots, Loaded loaded);

  const AccountId& id() const noexcept override { return id_; }
  AccountView view() const override;
  Task<Result<Appending>> append(FolderId folder, std::vector<NewMessage> messages) override;
  Task<Result<Appending>> replace(Replaced old, FolderId folder, NewMessage message) override;
  Task<Result<FlagChanged>> change_flags(FolderId folder,
                                         std::vector<Uid> uids,
                                         FlagChange change) override;
  Task<Result<Copied>> copy(FolderId from, std::vector<Uid> uids, FolderId to) override;
  Task<Result<Copied>> move(FolderId from, std::vector<Uid> uids, FolderId to) override;
  Task<Result<std::vector<Uid>>> expunge(FolderId folder, std::vector<Uid> uids) override;
  Task<Result<std::vector<Uid>>> remove(FolderId folder, std::vector<Uid> uids) override;
  Task<Result<Copied>> restore(FolderId expunged, std::vector<Uid> uids) override;
  Task<Result<FolderId>> restore_folder(FolderId deleted, std::string name) override;
  Task<Result<Purged>> purge(UtcSeconds before) override;
  MailboxPolicy policy() const override;
  std::vector<RetentionCount> retention_due() const override;
  Quota quota() const override;
  Task<Result<void>> set_limits(OwnLimits own) override;
  Task<Result<FolderId>> create_folder(std::string name, FolderOptions options) override;
  Task<Result<void>> rename_folder(std::string from, std::string to) override;
  Task<Result<void>> delete_folder(std::string name) override;
  Task<Result<void>> subscribe(std::string name, bool subscribed) override;
  Task<Result<void>> set_access(FolderId folder, AccessChange change) override;
  Task<Result<void>> set_annotations(FolderId folder,
                                     std::vector<AnnotationChange> changes,
                                     std::size_t most) override;
  Task<Result<ObjectPut>> put_object(FolderId folder,
                                     NewObject object,
                                     ObjectCondition condition) override;
  Task<Result<ObjectPut>> transfer_object(ObjectTransfer transfer) override;
  Task<Result<void>> remove_object(FolderId folder,
                                   std::string name,
                                   ObjectCondition condition) override;
  Task<Result<std::string>> read_message(ItemId item) override;
  Task<Result<std::string>> read_range(ItemId item,
                                       std::uint64_t offset,
                                       std::uint64_t size) override;
  Task<std::vector<Result<std::string>>> read_messages(std::vector<ItemId> items) override;
  Task<std::vector<Result<std::string>>> read_ranges(std::vector<ItemRange> ranges) override;
  Task<Result<std::vector<Fragments>>> read_fragments(std::vector<ItemId> items) override;
  Watch watch(std::function<void()> changed) override;

  // append() and replace() by somebody who is not the owner: what is his own of the messages comes
  // by the same commit.
  Task<Result<Appending>> append_as(OwnOfNew own,
                                    FolderId folder,
                                    std::vector<NewMessage> messages);
  Task<Result<Appending>> replace_as(OwnOfNew own,
                                     Replaced old,
                                     FolderId folder,
                                     NewMessage message);
  // change_flags() by somebody who is not the owner (store/mailbox/reader_account.hpp).
  Task<Result<FlagChanged>> change_flags_as(Binding reader,
                                            FolderId folder,
                                            std::vector<Uid> uids,
                                            FlagChange change);
  // Of a folder, or with folder 0 of those that have none of their own; nothing: as there, or the
  // default. Readers see all of the folder as changed.
  Task<Result<void>> set_flag_sharing(FolderId folder, std::optional<FlagSharing> sharing);
  // Appends an encoded deliver payload (plan.hpp) to its folder.
  Task<Result<Appending>> append_encoded(FolderId folder, std::vector<std::string> payloads);
  // See store/mailbox/reader_account.hpp.
  Task<Result<void>> set_owner_reads(bool reads);
  // The newest durable state, with its place in the log. Any thread.
  Version published() const { return committer_.published(); }
  // Why changes are refused since a commit failed. Any thread.
  std::optional<Error> failure() const;
  // Expunges what is old enough by these rules.
  Task<Result<std::vector<RetentionCount>>> retain(std::vector<RetentionRule> rules);
  // The directory was first seen without the owner then; nothing: he is there.
  Task<Result<void>> note_gone(std::optional<UtcSeconds> since);
  Task<Result<void>> bind(Binding owner);
  // Forgets what left its folder more than `days` ago, if anything did.
  Task<Result<void>> prune(std::uint32_t days);
  // The messages in an older generation of `log` stand where its footer says, from here on for
  // everybody. keep_places() writes a snapshot of that, behind the last of several.
  Task<Result<void>> relocate(std::uint32_t log, std::vector<FooterMessage> messages);
  void keep_places();
  // Writes a snapshot when that is worth it; nothing may be under way any more. Blocking.
  void put_away();
  // Everything appended so far is durable when it returns, or its error.
  Task<Result<void>> settle();

 private:
  template <class T>
  using Plan = std::move_only_function<Result<Planned<T>>(const AccountState&)>;
  template <class T>
  Task<Result<T>> change(Plan<T> plan);
  template <class T>
  void run(Plan<T>& plan, Callback<Result<T>> done);
  Task<Result<void>> change_folders(Plan<Done> plan);
  Task<Result<Appending>> append_payloads(FolderId folder,
                                          std::vector<std::string> payloads,
                                          OwnOfNew own);
  Task<Result<Copied>> transfer(Transfer what, std::vector<Uid> uids);
  Task<Result<std::vector<Uid>>> expunge_those(FolderId folder,
                                               std::vector<Uid> uids,
                                               FlagBits carrying);
  QuotaWarning warning(const MailboxPolicy& policy) const;
  void note_failure(const Error& error);
  // Where the message's payload stands. not_found: purged.
  Result<ItemRow> find_item(ItemId item) const;
  template <class T, class Read>
  Result<T> with_place(const ItemRow& row, const Read& read) const;

  AccountParts parts_;
  AccountId id_;
  Strand strand_;
  std::shared_ptr<SnapshotKeeper> snapshots_;  // shared with a write under way
  Committer committer_;
  Guarded<std::optional<Error>> failure_;
};

}  // namespace kontor::store
