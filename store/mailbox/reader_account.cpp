// SPDX-License-Identifier: GPL-3.0-or-later
#include "store/mailbox/reader_account.hpp"

#include <span>
#include <utility>

#include "store/mailbox/log_account.hpp"

namespace kontor::store {
namespace {

class ReaderAccount final : public Account {
 public:
  ReaderAccount(std::shared_ptr<LogAccount> account, Binding reader)
      : account_(std::move(account)), reader_(std::move(reader)) {}

  const AccountId& id() const noexcept override { return account_->id(); }
  AccountView view() const override {
    AccountState state = *account_->published().state;  // as many pointers as it has folders
    state.reader = reader_;
    return AccountView(std::make_shared<const AccountState>(std::move(state)));
  }

  Task<Result<Appending>> append(FolderId folder, std::vector<NewMessage> messages) override {
    auto own = take_own(folder, messages);
    co_return co_await account_->append_as(std::move(own), folder, std::move(messages));
  }
  Task<Result<Appending>> replace(Replaced old, FolderId folder, NewMessage message) override {
    auto own = take_own(folder, {&message, 1});
    co_return co_await account_->replace_as(std::move(own), old, folder, std::move(message));
  }
  Task<Result<FlagChanged>> change_flags(FolderId folder,
                                         std::vector<Uid> uids,
                                         FlagChange change) override {
    return account_->change_flags_as(reader_, folder, std::move(uids), std::move(change));
  }

  Task<Result<Copied>> copy(FolderId from, std::vector<Uid> uids, FolderId to) override {
    return account_->copy(from, std::move(uids), to);
  }
  Task<Result<Copied>> move(FolderId from, std::vector<Uid> uids, FolderId to) override {
    return account_->move(from, std::move(uids), to);
  }
  Task<Result<std::vector<Uid>>> expunge(FolderId folder, std::vector<Uid> uids) override {
    return account_->expunge(folder, std::move(uids));
  }
  Task<Result<std::vector<Uid>>> remove(FolderId folder, std::vector<Uid> uids) override {
    return account_->remove(folder, std::move(uids));
  }
  Task<Result<Copied>> restore(FolderId expunged, std::vector<Uid> uids) override {
    return account_->restore(expunged, std::move(uids));
  }
  Task<Result<FolderId>> restore_folder(FolderId deleted, std::string name) override {
    return account_->restore_folder(deleted, std::move(name));
  }
  Task<Result<Purged>> purge(UtcSeconds before) override { return account_->purge(before); }
  MailboxPolicy policy() const override { return account_->policy(); }
  std::vector<RetentionCount> retention_due() const override { return account_->retention_due(); }
  Quota quota() const override { return account_->quota(); }
  Task<Result<void>> set_limits(OwnLimits own) override { return account_->set_limits(own); }
  Task<Result<FolderId>> create_folder(std::string name, FolderOptions options) override {
    return account_->create_folder(std::move(name), options);
  }
  Task<Result<void>> rename_folder(std::string from, std::string to) override {
    return account_->rename_folder(std::move(from), std::move(to));
  }
  Task<Result<void>> delete_folder(std::string name) override {
    return account_->delete_folder(std::move(name));
  }
  Task<Result<void>> subscribe(std::string name, bool subscribed) override {
    return account_->subscribe(std::move(name), subscribed);
  }
  Task<Result<void>> set_access(FolderId folder, AccessChange change) override {
    return account_->set_access(folder, std::move(change));
  }
  Task<Result<void>> set_annotations(FolderId folder,
                                     std::vector<AnnotationChange> changes,
                                     std::size_t most) override {
    return account_->set_annotations(folder, std::move(changes), most);
  }
  Task<Result<ObjectPut>> put_object(FolderId folder,
                                     NewObject object,
                                     ObjectCondition condition) override {
    return account_->put_object(folder, std::move(object), std::move(condition));
  }
  Task<Result<ObjectPut>> transfer_object(ObjectTransfer transfer) override {
    return account_->transfer_object(std::move(transfer));
  }
  Task<Result<void>> remove_object(FolderId folder,
                                   std::string name,
                                   ObjectCondition condition) override {
    return account_->remove_object(folder, std::move(name), std::move(condition));
  }
  Task<Result<std::string>> read_message(ItemId item) override {
    return account_->read_message(item);
  }
  Task<Result<std::string>> read_range(ItemId item,
                                       std::uint64_t offset,
                                       std::uint64_t size) override {
    return account_->read_range(item, offset, size);
  }
  Task<std::vector<Result<std::string>>> read_messages(std::vector<ItemId> items) override {
    return account_->read_messages(std::move(items));
  }
  Task<std::vector<Result<std::string>>> read_ranges(std::vector<ItemRange> ranges) override {
    return account_->read_ranges(std::move(ranges));
  }
  Task<Result<std::vector<Fragments>>> read_fragments(std::vector<ItemId> items) override {
    return account_->read_fragments(std::move(items));
  }
  Watch watch(std::function<void()> changed) override {
    return account_->watch(std::move(changed));
  }

 private:
  // By what holds in the folder now; if that changes meanwhile, they are still his alone.
  OwnOfNew take_own(FolderId folder, std::span<NewMessage> messages) const {
    OwnOfNew taken;
    const auto version = account_->published();
    const auto* found = version.state->find_shown(folder);
    if (found == nullptr) return taken;  // it is refused then
    taken.reader = reader_;
    taken.own = own_flags_in(*version.state, *found);
    auto flags = taken.own.flags;
    // What is sent as a shared mailbox is new to nobody there.
    const bool is_sent = found->info.special_use == SpecialUse::sent;
    if (taken.own.inherits && is_sent) flags &= static_cast<FlagBits>(~k_seen);
    for (auto& message : messages) {
      auto& marks = taken.marks.emplace_back();
      marks.flags = static_cast<FlagBits>(message.flags & flags);
      message.flags = static_cast<FlagBits>(message.flags & ~flags);
      if (taken.own.keywords) marks.keywords = std::exchange(message.keywords, {});
    }
    return taken;
  }

  std::shared_ptr<LogAccount> account_;
  Binding reader_;
};

}  // namespace

std::shared_ptr<Account> as_reader(const std::shared_ptr<Account>& account, Binding reader) {
  auto log_account = std::dynamic_pointer_cast<LogAccount>(account);
  if (log_account == nullptr) return nullptr;
  return std::make_shared<ReaderAccount>(std::move(log_account), std::move(reader));
}

Task<Result<void>> set_owner_reads(std::shared_ptr<Account> account, bool reads) {
  const auto log_account = std::dynamic_pointer_cast<LogAccount>(account);
  if (log_account == nullptr) co_return fail(Errc::unsupported, "an account of another kind");
  if (log_account->published().state->owner_reads == reads) co_return Result<void>();
  co_return co_await log_account->set_owner_reads(reads);
}

std::optional<FlagSharing> flag_sharing(const Account& account, FolderId folder) {
  const auto* log_account = dynamic_cast<const LogAccount*>(&account);
  if (log_account == nullptr) return std::nullopt;
  const auto version = log_account->published();
  if (folder == 0) return version.state->flag_sharing;
  const auto* found = version.state->find_shown(folder);
  return found == nullptr ? std::nullopt : found->flag_sharing;
}

Task<Result<void>> set_flag_sharing(std::shared_ptr<Account> account,
                                    FolderId folder,
                                    std::optional<FlagSharing> sharing) {
  const auto log_account = std::dynamic_pointer_cast<LogAccount>(account);
  if (log_account == nullptr) co_return fail(Errc::unsupported, "an account of another kind");
  co_return co_await log_account->set_flag_sharing(folder, sharing);
}

}  // namespace kontor::store
