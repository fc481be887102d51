// SPDX-License-Identifier: GPL-3.0-or-later
// Every change is a plan (store/mailbox/plan.hpp) run on the account's strand; the caller's
// coroutine sleeps meanwhile and is resumed on its own executor with the answer.
#include "store/mailbox/log_account.hpp"

#include "base/log/events/store.hpp"

namespace kontor::store {

LogAccount::LogAccount(AccountParts parts, std::shared_ptr<SnapshotKeeper> snapshots, Loaded loaded)
    : parts_(std::move(parts)),
      id_(loaded.state.id),
      strand_(parts_.executor),
      snapshots_(std::move(snapshots)),
      committer_(std::move(loaded.log), std::move(loaded.state), [this](Result<void> outcome) {
        auto self = weak_from_this().lock();  // an answer under way holds the account
        if (self == nullptr) return;
        strand_.post([self = std::move(self), outcome = std::move(outcome)] {
          if (!outcome) self->note_failure(outcome.error());
          self->committer_.on_synced(outcome);
          self->snapshots_->consider(self->committer_.published(), self->parts_.disk);
        });
      }) {}

void LogAccount::put_away() {
  if (!failure()) snapshots_->put_away(published());
}

template <class T>
void LogAccount::run(Plan<T>& plan, Callback<Result<T>> done) {
  if (committer_.failure()) return done(fail(*committer_.failure()));
  auto planned = plan(committer_.tip());
  if (!planned) {  // a refusal may rest on what is not durable yet
    auto refuse = [done = std::move(done), error = planned.error()](const Result<void>& outcome,
                                                                    ModSeq) mutable {
      done(fail(outcome ? std::move(error) : outcome.error()));
    };
    return committer_.after_pending(std::move(refuse));
  }
  auto answer = [done = std::move(done), value = std::move(planned->answer)](
                    const Result<void>& outcome, ModSeq modseq) mutable {
    if (!outcome) return done(fail(outcome.error()));
    if constexpr (requires { value.modseq; }) value.modseq = modseq;
    done(std::move(value));
  };
  committer_.commit(std::move(planned->frames), std::move(answer));
  if (committer_.failure()) note_failure(*committer_.failure());
}

void LogAccount::note_failure(const Error& error) {
  const bool first = failure_.with([&](auto& failure) {
    if (failure) return false;
    failure = error;
    return true;
  });
  if (first)
    parts_.log.emit(log::events::k_account_failed, error, {{log::Keys::account, id_.text()}});
}

template <class T>
Task<Result<T>> LogAccount::change(Plan<T> plan) {
  std::move_only_function<void(Callback<Result<T>>)> begin =
      [self = shared_from_this(), plan = std::move(plan)](Callback<Result<T>> done) mutable {
        const auto strand = self->strand_;
        strand.post([self, plan = std::move(plan), done = std::move(done)]() mutable {
          // Held to the end of run() and, by the answer, until that is given.
          self->template run<T>(plan, [self, done = std::move(done)](Result<T> result) mutable {
            done(std::move(result));
          });
        });
      };
  co_return co_await call_back<Result<T>>(std::move(begin));
}

AccountView LogAccount::view() const { return AccountView(committer_.published().state); }

std::optional<Error> LogAccount::failure() const {
  return failure_.with([](const auto& failure) { return failure; });
}

Watch LogAccount::watch(std::function<void()> changed) {
  return committer_.watchers().add(std::move(changed));
}

namespace {

Result<Planned<Appending>> with_own(const AccountState& tip,
                                    Result<Planned<Appending>> plan,
                                    FolderId folder,
                                    const OwnOfNew& own) {
  if (!plan) return plan;
  KONTOR_TRY(auto frames, own_frames(tip, folder, plan->answer.uids, own));
  for (auto& frame : frames) plan->frames.push_back(std::move(frame));
  return plan;
}

}  // namespace

Task<Result<Appending>> LogAccount::append(FolderId folder, std::vector<NewMessage> messages) {
  co_return co_await append_as({}, folder, std::move(messages));
}

Task<Result<Appending>> LogAccount::append_as(OwnOfNew own,
                                              FolderId folder,
                                              std::vector<NewMessage> messages) {
  std::vector<std::string> payloads;
  for (const auto& message : messages) {
    KONTOR_CO_TRY(auto payload, encode_message(message, folder, parts_.clock.now()));
    payloads.push_back(std::move(payload));
  }
  messages.clear();
  co_return co_await append_payloads(folder, std::move(payloads), std::move(own));
}

Task<Result<Appending>> LogAccount::append_encoded(FolderId folder,
                                                   std::vector<std::string> payloads) {
  co_return co_await append_payloads(folder, std::move(payloads), {});
}

Task<Result<Appending>> LogAccount::append_payloads(FolderId folder,
                                                    std::vector<std::string> payloads,
                                                    OwnOfNew own) {
  std::uint64_t bytes = 0;
  for (const auto& payload : payloads) bytes += payload.size();
  KONTOR_CO_TRY(co_await parts_.space.grant(bytes));
  const auto policy = this->policy();
  Plan<Appending> plan = [folder, limits = policy.limits, told = warning(policy),
                          payloads = std::move(payloads),
                          own = std::move(own)](const AccountState& tip) mutable {
    return with_own(tip, plan_append(tip, folder, std::move(payloads), limits, told), folder, own);
  };
  co_return co_await change<Appending>(std::move(plan));
}

Task<Result<Appending>> LogAccount::replace(Replaced old, FolderId folder, NewMessage message) {
  co_return co_await replace_as({}, old, folder, std::move(message));
}

Task<Result<Appending>> LogAccount::replace_as(OwnOfNew own,
                                               Replaced old,
                                               FolderId folder,
                                               NewMessage message) {
  const auto now = parts_.clock.now();
  NewPayload incoming{folder, {}};
  KONTOR_CO_TRY(incoming.payload, encode_message(message, folder, now));
  KONTOR_CO_TRY(co_await parts_.space.grant(incoming.payload.size()));
  Plan<Appending> plan = [old, now, folder, limits = policy().limits,
                          incoming = std::move(incoming),
                          own = std::move(own)](const AccountState& tip) mutable {
    return with_own(tip, plan_replace(tip, old, std::move(incoming), limits, now), folder, own);
  };
  co_return co_await change<Appending>(std::move(plan));
}

Task<Result<FlagChanged>> LogAccount::change_flags(FolderId folder,
                                                   std::vector<Uid> uids,
                                                   FlagChange change_wanted) {
  Plan<FlagChanged> plan = [folder, uids = std::move(uids),
                            wanted = std::move(change_wanted)](const AccountState& tip) mutable {
    return plan_flags(tip, folder, std::move(uids), wanted);
  };
  auto changed = co_await change<FlagChanged>(std::move(plan));
  co_return changed;
}

Task<Result<FlagChanged>> LogAccount::change_flags_as(Binding reader,
                                                      FolderId folder,
                                                      std::vector<Uid> uids,
                                                      FlagChange change_wanted) {
  Plan<FlagChanged> plan = [reader = std::move(reader), folder, uids = std::move(uids),
                            wanted = std::move(change_wanted)](const AccountState& tip) mutable {
    return plan_reader_flags(tip, folder, std::move(uids), wanted, reader);
  };
  co_return co_await change<FlagChanged>(std::move(plan));
}

Task<Result<Copied>> LogAccount::transfer(Transfer what, std::vector<Uid> uids) {
  const auto now = parts_.clock.now();
  Plan<Copied> plan = [what, now, uids = std::move(uids)](const AccountState& tip) mutable {
    return plan_transfer(tip, what, std::move(uids), now);
  };
  co_return co_await change<Copied>(std::move(plan));
}

Task<Result<Copied>> LogAccount::copy(FolderId from, std::vector<Uid> uids, FolderId to) {
  KONTOR_CO_TRY(co_await parts_.space.grant(uids.size() * 32));
  const Transfer what{from, to, false, policy().limits};
  co_return co_await transfer(what, std::move(uids));
}

Task<Result<Copied>> LogAccount::move(FolderId from, std::vector<Uid> uids, FolderId to) {
  // Into the Trash is how most people delete: a move may use the reserve.
  const Transfer what{from, to, true, policy().limits};
  co_return co_await transfer(what, std::move(uids));
}

Task<Result<ObjectPut>> LogAccount::put_object(FolderId folder,
                                               NewObject object,
                                               ObjectCondition condition) {
  const auto now = parts_.clock.now();
  ObjectPayload incoming;
  incoming.folder = folder;
  KONTOR_CO_TRY(incoming.payload, encode_object(object, folder, now));
  incoming.name = std::move(object.name);
  incoming.keys = std::move(object.keys);
  incoming.condition = std::move(condition);
  KONTOR_CO_TRY(co_await parts_.space.grant(incoming.payload.size()));
  Plan<ObjectPut> plan = [now, limits = policy().limits,
                          incoming = std::move(incoming)](const AccountState& tip) mutable {
    return plan_put_object(tip, std::move(incoming), limits, now);
  };
  co_return co_await change<ObjectPut>(std::move(plan));
}

Task<Result<ObjectPut>> LogAccount::transfer_object(ObjectTransfer transfer) {
  KONTOR_CO_TRY(co_await parts_.space.grant(transfer.new_name.size()));
  const auto now = parts_.clock.now();
  Plan<ObjectPut> plan = [now, limits = policy().limits,
                          transfer = std::move(transfer)](const AccountState& tip) {
    return plan_transfer_object(tip, transfer, limits, now);
  };
  co_return co_await change<ObjectPut>(std::move(plan));
}

Task<Result<void>> LogAccount::remove_object(FolderId folder,
                                             std::string name,
                                             ObjectCondition condition) {
  const auto now = parts_.clock.now();
  Plan<Done> plan = [folder, now, name = std::move(name),
                     condition = std::move(condition)](const AccountState& tip) {
    return plan_remove_object(tip, folder, name, condition, now);
  };
  co_return co_await change_folders(std::move(plan));
}

Task<Result<std::vector<Uid>>> LogAccount::expunge_those(FolderId folder,
                                                         std::vector<Uid> uids,
                                                         FlagBits carrying) {
  const auto now = parts_.clock.now();
  Plan<std::vector<Uid>> plan = [folder, now, carrying,
                                 uids = std::move(uids)](const AccountState& tip) mutable {
    return plan_expunge(tip, folder, std::move(uids), carrying, now);
  };
  co_return co_await change<std::vector<Uid>>(std::move(plan));
}

Task<Result<std::vector<Uid>>> LogAccount::expunge(FolderId folder, std::vector<Uid> uids) {
  co_return co_await expunge_those(folder, std::move(uids), k_deleted);
}

Task<Result<std::vector<Uid>>> LogAccount::remove(FolderId folder, std::vector<Uid> uids) {
  co_return co_await expunge_those(folder, std::move(uids), 0);
}

Task<Result<Copied>> LogAccount::restore(FolderId expunged, std::vector<Uid> uids) {
  const auto now = parts_.clock.now();
  Plan<Copied> plan = [expunged, now, limits = policy().limits,
                       uids = std::move(uids)](const AccountState& tip) mutable {
    return plan_restore(tip, expunged, std::move(uids), limits, now);
  };
  co_return co_await change<Copied>(std::move(plan));
}

Task<Result<FolderId>> LogAccount::restore_folder(FolderId deleted, std::string name) {
  const auto now = parts_.clock.now();
  Plan<FolderId> plan = [deleted, now, limits = policy().limits,
                         name = std::move(name)](const AccountState& tip) {
    return plan_restore_folder(tip, deleted, name, limits, now);
  };
  co_return co_await change<FolderId>(std::move(plan));
}

Task<Result<Purged>> LogAccount::purge(UtcSeconds before) {
  Plan<Purged> plan = [before](const AccountState& tip) { return plan_purge(tip, before); };
  co_return co_await change<Purged>(std::move(plan));
}

MailboxPolicy LogAccount::policy() const {
  return parts_.policy(committer_.published().state->owner);
}

QuotaWarning LogAccount::warning(const MailboxPolicy& policy) const {
  QuotaWarning warning;
  warning.percent = policy.warning_percent;
  warning.bytes = policy.warning_bytes;
  warning.letter = [this](const Quota& quota) {  // the plan that holds it holds the account
    return parts_.letter(committer_.tip().owner, quota);
  };
  return warning;
}

std::vector<RetentionCount> LogAccount::retention_due() const {
  const auto version = committer_.published();
  auto plan = plan_retention(*version.state, policy().retention, parts_.clock.now());
  return plan ? std::move(plan->answer) : std::vector<RetentionCount>();
}

Task<Result<std::vector<RetentionCount>>> LogAccount::retain(std::vector<RetentionRule> rules) {
  const auto now = parts_.clock.now();
  Plan<std::vector<RetentionCount>> plan = [rules = std::move(rules),
                                            now](const AccountState& tip) {
    return plan_retention(tip, rules, now);
  };
  co_return co_await change<std::vector<RetentionCount>>(std::move(plan));
}

Task<Result<void>> LogAccount::note_gone(std::optional<UtcSeconds> since) {
  Plan<Done> plan = [since](const AccountState& tip) { return plan_gone(tip, since); };
  co_return co_await change_folders(std::move(plan));
}

Task<Result<void>> LogAccount::bind(Binding owner) {
  Plan<Done> plan = [owner = std::move(owner)](const AccountState& tip) {
    return plan_bind(tip, owner);
  };
  co_return co_await change_folders(std::move(plan));
}

Quota LogAccount::quota() const {
  const auto version = committer_.published();
  const auto& state = *version.state;
  return {state.usage, limits_in_force(state.own_limits, policy().limits), state.own_limits};
}

Task<Result<void>> LogAccount::set_limits(OwnLimits own) {
  Plan<Done> plan = [own](const AccountState& tip) { return plan_limits(tip, own); };
  co_return co_await change_folders(std::move(plan));
}

Task<Result<void>> LogAccount::prune(std::uint32_t days) {
  const auto now = parts_.clock.now();
  Plan<Done> plan = [days, now](const AccountState& tip) { return plan_prune(tip, days, now); };
  co_return co_await change_folders(std::move(plan));
}

Task<Result<FolderId>> LogAccount::create_folder(std::string name, FolderOptions options) {
  KONTOR_CO_TRY(co_await parts_.space.grant(name.size()));
  const auto now = parts_.clock.now();
  Plan<FolderId> plan = [name = std::move(name), options, now,
                         limits = policy().limits](const AccountState& tip) {
    return plan_create(tip, name, options, now, limits);
  };
  co_return co_await change<FolderId>(std::move(plan));
}

Task<Result<void>> LogAccount::change_folders(Plan<Done> plan) {
  KONTOR_CO_TRY(co_await change<Done>(std::move(plan)));
  co_return Result<void>();
}

Task<Result<void>> LogAccount::rename_folder(std::string from, std::string to) {
  const auto now = parts_.clock.now();
  Plan<Done> plan = [from = std::move(from), to = std::move(to), now](const AccountState& tip) {
    return plan_rename(tip, from, to, now);
  };
  co_return co_await change_folders(std::move(plan));
}

Task<Result<void>> LogAccount::delete_folder(std::string name) {
  const auto now = parts_.clock.now();
  Plan<Done> plan = [name = std::move(name), now](const AccountState& tip) {
    return plan_delete(tip, name, now);
  };
  co_return co_await change_folders(std::move(plan));
}

Task<Result<void>> LogAccount::subscribe(std::string name, bool subscribed) {
  Plan<Done> plan = [name = std::move(name), subscribed](const AccountState& tip) {
    return plan_subscribe(tip, name, subscribed);
  };
  co_return co_await change_folders(std::move(plan));
}

Task<Result<void>> LogAccount::relocate(std::uint32_t log, std::vector<FooterMessage> messages) {
  using Outcome = Result<void>;
  std::move_only_function<void(Callback<Outcome>)> begin =
      [self = shared_from_this(), log,
       messages = std::move(messages)](Callback<Outcome> done) mutable {
        const auto strand = self->strand_;
        strand.post([self, log, messages = std::move(messages), done = std::move(done)]() mutable {
          self->committer_.relocate(log, messages,
                                    [self, done = std::move(done)](
                                        const Outcome& outcome, ModSeq) mutable { done(outcome); });
        });
      };
  co_return co_await call_back<Outcome>(std::move(begin));
}

void LogAccount::keep_places() { snapshots_->refresh(published(), parts_.disk); }

Task<Result<void>> LogAccount::set_access(FolderId folder, AccessChange change_wanted) {
  KONTOR_CO_TRY(co_await parts_.space.grant(0));
  Plan<Done> plan = [folder, wanted = std::move(change_wanted)](const AccountState& tip) {
    return plan_access(tip, folder, wanted);
  };
  co_return co_await change_folders(std::move(plan));
}

Task<Result<void>> LogAccount::set_owner_reads(bool reads) {
  Plan<Done> plan = [reads](const AccountState& tip) { return plan_owner_reads(tip, reads); };
  co_return co_await change_folders(std::move(plan));
}

Task<Result<void>> LogAccount::set_flag_sharing(FolderId folder,
                                                std::optional<FlagSharing> sharing) {
  KONTOR_CO_TRY(co_await parts_.space.grant(0));
  Plan<Done> plan = [folder, sharing](const AccountState& tip) {
    return plan_flag_sharing(tip, folder, sharing);
  };
  co_return co_await change_folders(std::move(plan));
}

Task<Result<void>> LogAccount::set_annotations(FolderId folder,
                                               std::vector<AnnotationChange> changes,
                                               std::size_t most) {
  std::uint64_t bytes = 0;
  for (const auto& one : changes) bytes += one.entry.size() + one.value.value_or("").size();
  KONTOR_CO_TRY(co_await parts_.space.grant(bytes));
  const AnnotationLimits limits{most, policy().limits};
  Plan<Done> plan = [folder, limits, changes = std::move(changes)](const AccountState& tip) {
    return plan_annotations(tip, folder, changes, limits);
  };
  co_return co_await change_folders(std::move(plan));
}

Task<Result<void>> LogAccount::settle() {
  Plan<Done> plan = [](const AccountState&) { return Result<Planned<Done>>(Planned<Done>()); };
  co_return co_await change_folders(std::move(plan));
}

}  // namespace kontor::store
