// SPDX-License-Identifier: GPL-3.0-or-later
// A task that needs an account in some state looks at its slot under the lock: it takes what is
// there, or makes the slot busy and brings it about, or waits for whoever did. A busy slot belongs
// to one task; the lock is never held across a wait.
#include "store/mailbox/disk_store.hpp"

#include "base/log/events/store.hpp"
#include "store/mailbox/account_index.hpp"
#include "store/mailbox/disk_error.hpp"
#include "store/mailbox/plan.hpp"

namespace kontor::store {

using log::Keys;

namespace {

AccountInfo info_of(const Slot& slot) {
  AccountInfo info;
  info.id = slot.id;
  info.binding = slot.owner;
  info.folder = slot.folder;
  info.loaded = slot.state == SlotState::loaded;
  info.problem = slot.problem;
  return info;
}

}  // namespace

Result<std::unique_ptr<AccountStore>> AccountStore::open(StoreEnvironment environment,
                                                         std::string folder,
                                                         config::Store settings) {
  KONTOR_TRY(io::make_directories(environment.files, folder));
  KONTOR_TRY(auto lock, environment.files.lock(folder + "/lock"));
  auto store = std::make_unique<DiskStore>(std::move(environment), std::move(folder),
                                           std::move(settings), std::move(lock));
  KONTOR_TRY(store->find_accounts());
  return Result<std::unique_ptr<AccountStore>>(std::move(store));
}

DiskStore::DiskStore(StoreEnvironment environment,
                     std::string folder,
                     config::Store settings,
                     std::unique_ptr<io::FileLock> lock)
    : environment_(std::move(environment)),
      folder_(std::move(folder)),
      settings_(std::move(settings)),
      lock_(std::move(lock)),
      syncs_(std::max(1U, settings_.sync_threads)),
      disk_(k_disk_threads),
      space_(environment_.files, disk_, folder_, settings_.reserve),
      loader_(environment_.files, syncs_, settings_, environment_.log),
      upkeep_(environment_.clock, environment_.log),
      compactor_(environment_.files,
                 io::parent_of(folder_) + "/backup.lock",
                 settings_,
                 environment_.clock,
                 environment_.log) {}

std::string DiskStore::folder_of(const AccountId& id) const {
  return folder_ + '/' + id.hex().substr(0, 2) + '/' + id.text();
}

Limits DiskStore::default_limits() const { return {settings_.quota, settings_.quota_messages}; }

AccountParts DiskStore::parts() {
  const auto policy = [this](const Binding& owner) { return policy_of(owner); };
  const auto letter = [this](const Binding& owner, const Quota& quota) {
    return letter_to(owner, quota);
  };
  return AccountParts{environment_.executor, disk_, environment_.clock, space_, policy, letter,
                      environment_.log};
}

LightLog::Rules DiskStore::rules_for(const OwnLimits& own, bool warned, const Binding& owner) {
  LightLog::Rules rules;
  rules.own_limits = own;
  rules.warned = warned;
  rules.policy = [this, owner] { return policy_of(owner); };
  rules.letter = [this, owner](const Quota& quota) { return letter_to(owner, quota); };
  return rules;
}

Result<void> DiskStore::find_accounts() {
  KONTOR_TRY(const auto found, find_account_folders(environment_.files, folder_));
  remove_leftovers(environment_.files, folder_);
  auto known = read_account_index(environment_.files, folder_);
  std::set<AccountId> fresh;
  slots_.with([&](SlotTable& table) {
    for (const auto& id : found) {
      auto slot = std::make_shared<Slot>();
      slot->id = id;
      slot->folder = folder_of(id);
      const auto indexed = known.find(id);
      if (indexed != known.end()) {
        slot->owner = indexed->second;
      } else if (auto owner = loader_.read_binding(id, slot->folder)) {
        slot->owner = *std::move(owner);
        fresh.insert(id);
      } else {
        slot->problem = owner.error().text();
        environment_.log.emit(log::events::k_account_unusable, owner.error(),
                              {{Keys::account, id.text()}});
      }
      if (slot->problem.empty() && !table.owners.try_emplace(slot->owner, id).second)
        slot->problem = "another account has the same owner";
      table.slots.emplace(id, std::move(slot));
    }
  });
  read_shares(found, fresh);
  if (!fresh.empty() || known.size() > found.size()) {
    environment_.log.emit(log::events::k_store_index_rebuilt, {{Keys::count, found.size()}});
    save_index();
  }
  environment_.log.emit(log::events::k_store_opened, {{Keys::count, found.size()}});
  return {};
}

void DiskStore::save_index() const {
  const auto accounts = slots_.with([](const SlotTable& table) {
    AccountIndex index;
    for (const auto& [id, slot] : table.slots)
      // Also when it could not be opened: without its owner it would be nobody's, and he would get
      // another, empty one.
      if (!slot->owner.source.empty() && slot->state != SlotState::absent)
        index.emplace(id, slot->owner);
    return index;
  });
  // A cache: when it cannot be written, the next start reads the logs.
  static_cast<void>(write_account_index(environment_.files, folder_, accounts).has_value());
}

Result<DiskStore::SlotPtr> DiskStore::slot_for(const Binding& owner) {
  return slots_.with([&](SlotTable& table) -> Result<SlotPtr> {
    if (table.closing) return fail(Errc::cancelled, "the store is closing");
    const auto known = table.owners.find(owner);
    if (known != table.owners.end()) return table.slots.at(known->second);
    auto slot = std::make_shared<Slot>();
    slot->id = Uuid::random();
    slot->owner = owner;
    slot->folder = folder_of(slot->id);
    slot->state = SlotState::absent;
    table.owners.emplace(owner, slot->id);
    table.slots.emplace(slot->id, slot);
    return slot;
  });
}

Task<Result<std::shared_ptr<Account>>> DiskStore::open_for(Binding owner) {
  KONTOR_CO_TRY(auto slot, slot_for(owner));
  KONTOR_CO_TRY(auto account, co_await use(std::move(slot)));
  co_return std::shared_ptr<Account>(std::move(account));
}

DiskStore::SlotPtr DiskStore::find_slot(const AccountId& id) const {
  return slots_.with([&](const SlotTable& table) -> SlotPtr {
    const auto found = table.slots.find(id);
    return found == table.slots.end() ? nullptr : found->second;
  });
}

Task<Result<std::shared_ptr<Account>>> DiskStore::open(AccountId id) {
  auto slot = find_slot(id);
  if (slot == nullptr) co_return fail(Errc::not_found, "no such account");
  KONTOR_CO_TRY(auto account, co_await use(std::move(slot)));
  co_return std::shared_ptr<Account>(std::move(account));
}

Task<Result<DiskStore::AccountPtr>> DiskStore::use(SlotPtr slot) {
  for (;;) {
    AccountPtr account;
    bool closing = false, removed = false;
    const auto before = slots_.with([&](SlotTable& table) {
      slot->last_use = ++table.clock;
      closing = table.closing;
      removed = slot->removed;
      if (removed) return slot->state;
      const bool usable = slot->state == SlotState::loaded && !slot->account->failure();
      if (usable) account = slot->account;
      const auto state = slot->state;
      if (state != SlotState::busy && !usable && !closing) slot->state = SlotState::busy;
      return state;
    });
    if (closing) co_return fail(Errc::cancelled, "the store is closing");
    if (removed) co_return fail(Errc::not_found, "the account was removed");
    if (account != nullptr) co_return account;
    if (before != SlotState::busy) co_return co_await load(slot, before);
    co_await wait(slot);
  }
}

Task<Result<DiskStore::AccountPtr>> DiskStore::load(SlotPtr slot, SlotState before) {
  co_await drain(slot);
  auto work = [this, slot, before, light = std::exchange(slot->light, nullptr),
               failed = std::exchange(slot->account, nullptr)]() mutable -> Result<Loaded> {
    light.reset();   // the log is closed here, on the disk pool, before it is opened anew
    failed.reset();  // of an account whose commit failed
    if (before == SlotState::absent)
      return loader_.create(slot->id, slot->folder, slot->owner, environment_.clock.now());
    return loader_.load(slot->id, slot->folder, slot->owner);
  };
  auto loaded = co_await io::on_pool(disk_, std::move(work));
  if (!loaded) {
    refuse(slot, before, loaded.error());
    co_return fail(disk_error(loaded.error()));
  }
  auto snapshots = std::make_shared<SnapshotKeeper>(environment_.files, slot->folder,
                                                    loaded->snapshot, environment_.log);
  auto account = std::make_shared<LogAccount>(parts(), std::move(snapshots), *std::move(loaded));
  // A disk that takes no more keeps what is old for now.
  static_cast<void>((co_await account->prune(settings_.tombstone_days)).has_value());
  note_shares(slot->id, *account->published().state);
  auto watch = account->watch(on_commit(slot->id, *account));
  settle(slot, SlotState::loaded, [&](Slot& s) {
    s.account = account;
    std::swap(s.watch, watch);
    ++s.loads;
    s.problem.clear();
  });
  co_await make_room();
  co_return account;
}

void DiskStore::refuse(const SlotPtr& slot, SlotState before, const Error& error) {
  environment_.log.emit(log::events::k_account_unusable, error, {{Keys::account, slot->id.text()}});
  if (before == SlotState::absent) {  // the next attempt has nothing to do with what this one left
    slots_.with([&](SlotTable& table) {
      table.slots.erase(slot->id);
      slot->id = Uuid::random();
      slot->folder = folder_of(slot->id);
      table.slots.emplace(slot->id, slot);
      table.owners[slot->owner] = slot->id;
    });
    return settle(slot, SlotState::absent, [](Slot&) {});
  }
  settle(slot, SlotState::unloaded, [&](Slot& s) { s.problem = error.text(); });
}

void DiskStore::settle(const SlotPtr& slot,
                       SlotState state,
                       const std::function<void(Slot&)>& change) {
  std::vector<Callback<bool>> waiting;
  slots_.with([&](SlotTable& table) {
    change(*slot);
    slot->state = state;
    const bool open = state == SlotState::loaded || state == SlotState::light;
    if (open != slot->counted) table.open += open ? 1 : std::size_t(-1);
    slot->counted = open;
    waiting.swap(slot->waiting);
  });
  for (auto& wake : waiting) wake(true);
}

Task<void> DiskStore::wait(SlotPtr slot) {
  std::move_only_function<void(Callback<bool>)> begin = [this, slot](Callback<bool> wake) {
    const bool over = slots_.with([&](SlotTable&) {
      if (slot->state != SlotState::busy) return true;
      slot->waiting.push_back(std::move(wake));
      return false;
    });
    if (over) wake(true);
  };
  co_await call_back<bool>(std::move(begin));
}

Task<void> DiskStore::drain(SlotPtr slot) {
  std::move_only_function<void(Callback<bool>)> begin = [this, slot](Callback<bool> wake) {
    const bool over = slots_.with([&](SlotTable&) {
      if (slot->deliveries == 0) return true;
      slot->draining = std::move(wake);
      return false;
    });
    if (over) wake(true);
  };
  co_await call_back<bool>(std::move(begin));
}

Task<Result<std::shared_ptr<LightLog>>> DiskStore::use_light(SlotPtr slot) {
  for (;;) {
    std::shared_ptr<LightLog> light;
    const auto before = slots_.with([&](SlotTable& table) {
      slot->last_use = ++table.clock;
      const auto state = slot->removed ? SlotState::absent : slot->state;
      if (state == SlotState::light && !slot->light->failed()) {
        light = slot->light;
        ++slot->deliveries;
      } else if (state == SlotState::unloaded || state == SlotState::light) {
        slot->state = SlotState::busy;
      }
      return state;
    });
    if (light != nullptr) co_return light;
    if (before == SlotState::loaded || before == SlotState::absent)
      co_return std::shared_ptr<LightLog>();  // the caller goes by use()
    if (before == SlotState::busy) {
      co_await wait(slot);
    } else {
      KONTOR_CO_TRY(co_await open_light(slot));
    }
  }
}

Task<Result<void>> DiskStore::open_light(SlotPtr slot) {
  co_await drain(slot);
  auto work = [this, slot, failed = std::exchange(slot->light, nullptr)]() mutable {
    failed.reset();
    return loader_.open_light(slot->id, slot->folder, slot->owner);
  };
  auto opened = co_await io::on_pool(disk_, std::move(work));
  if (!opened) {
    refuse(slot, SlotState::unloaded, opened.error());
    co_return fail(disk_error(opened.error()));
  }
  auto rules = rules_for(opened->own_limits, opened->quota_warned, slot->owner);
  rules.notes = std::move(opened->notes);
  auto light = std::make_shared<LightLog>(environment_.executor, std::move(opened->log),
                                          opened->usage, std::move(rules));
  settle(slot, SlotState::light, [&](Slot& s) {
    s.light = std::move(light);
    s.problem.clear();
  });
  co_await make_room();
  co_return Result<void>();
}

void DiskStore::end_delivery(const SlotPtr& slot) {
  Callback<bool> wake;
  slots_.with([&](SlotTable&) {
    if (--slot->deliveries == 0) wake = std::exchange(slot->draining, nullptr);
  });
  if (wake) wake(true);
}

Task<Result<Appending>> DiskStore::deliver(Binding owner, NewMessage message) {
  KONTOR_CO_TRY(auto payload, encode_message(message, k_inbox, environment_.clock.now()));
  message = NewMessage();
  KONTOR_CO_TRY(auto slot, slot_for(owner));
  KONTOR_CO_TRY(auto light, co_await use_light(slot));
  if (light != nullptr) {
    auto granted = co_await space_.grant(payload.size());
    Result<ModSeq> appended = fail(Errc::no_space);
    if (granted) appended = co_await light->deliver(std::move(payload));
    end_delivery(slot);
    KONTOR_CO_TRY(granted);
    KONTOR_CO_TRY(const auto modseq, appended);
    watchers_.notify(slot->id, AccountNews::delivered);
    Appending answer;
    answer.modseq = modseq;
    co_return answer;
  }
  KONTOR_CO_TRY(const auto account, co_await use(slot));
  std::vector<std::string> payloads;
  payloads.push_back(std::move(payload));
  co_return co_await account->append_encoded(k_inbox, std::move(payloads));
}

std::shared_ptr<const AnnotationMap> DiskStore::owner_notes(const Binding& owner) const {
  std::shared_ptr<LogAccount> account;
  const auto light = slots_.with([&](const SlotTable& table) {
    const auto found = table.owners.find(owner);
    if (found == table.owners.end()) return std::shared_ptr<LightLog>();
    const auto& slot = *table.slots.at(found->second);
    account = slot.account;
    return slot.light;
  });
  if (light != nullptr) return light->notes();
  if (account == nullptr) return nullptr;
  const auto view = account->view();
  const auto& notes = view.annotations(0);
  return notes.empty() ? nullptr : std::make_shared<const AnnotationMap>(notes);
}

std::optional<AccountId> DiskStore::find(const Binding& owner) const {
  return slots_.with([&](const SlotTable& table) -> std::optional<AccountId> {
    const auto found = table.owners.find(owner);
    if (found == table.owners.end()) return std::nullopt;
    return found->second;
  });
}

std::vector<AccountInfo> DiskStore::list() const {
  return slots_.with([&](const SlotTable& table) {
    std::vector<AccountInfo> out;
    for (const auto& [id, slot] : table.slots)
      if (slot->state != SlotState::absent) out.push_back(info_of(*slot));
    std::ranges::sort(out, {}, &AccountInfo::id);
    return out;
  });
}

std::optional<AccountInfo> DiskStore::info(const AccountId& id) const {
  return slots_.with([&](const SlotTable& table) -> std::optional<AccountInfo> {
    const auto found = table.slots.find(id);
    if (found == table.slots.end() || found->second->state == SlotState::absent) return {};
    return info_of(*found->second);
  });
}

Watch DiskStore::watch(std::function<void(AccountId, AccountNews)> told) {
  return watchers_.add(std::move(told));
}

Watch DiskStore::watch_leaving(std::function<void(AccountId)> leaving) {
  return leaving_.add(std::move(leaving));
}

}  // namespace kontor::store
