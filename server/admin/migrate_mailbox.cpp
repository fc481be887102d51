// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/admin/migrate_mailbox.hpp"

#include "base/net/signal.hpp"
#include "server/admin/import_folder.hpp"
#include "server/admin/shown_messages.hpp"

namespace kontor::admin {
namespace {

using directory::PrincipalId;
using store::Account;
using store::Binding;
using AccountPtr = std::shared_ptr<Account>;  // shared with everybody who has the mailbox open

constexpr int k_tries = 20;
constexpr std::chrono::milliseconds k_pause{200};
constexpr std::size_t k_batch_messages = 64;
constexpr std::uint64_t k_most_of_a_batch = 8U << 20U;

Binding binding_of(const PrincipalId& id) { return {id.source, id.guid}; }

std::uint64_t weight_of(const store::AccountView& view) {
  std::uint64_t count = view.recoverable().size();
  for (const auto& folder : view.folders()) count += folder.exists;
  return count;
}

Task<Result<std::uint64_t>> weight(const Desk& desk, store::AccountId id) {
  KONTOR_CO_TRY(const auto account, co_await desk.environment.store.open(id));
  co_return weight_of(account->view());
}

// One folder of the smaller mailbox, batch by batch; how many were brought.
class FolderMove {
 public:
  FolderMove(const Desk& desk, Account& from, AccountPtr to, ShownMessages& shown)
      : desk_(desk), from_(from), to_(std::move(to)), shown_(shown) {}

  Task<Result<std::uint64_t>> run(store::FolderInfo folder) {
    store::FolderOptions options;
    options.folder_class = folder.folder_class;
    options.special_use = folder.special_use;
    options.subscribed = folder.subscribed;
    const auto view = from_.view();
    const auto rows = view.open(folder.id);
    if (!rows) co_return 0;
    KONTOR_CO_TRY(const auto into, co_await ImportFolder::open(to_, folder.name, options, false));
    if (folder.folder_class != store::FolderClass::mail)
      co_return co_await bring_objects(view, *rows, into.id());
    std::uint64_t moved = 0;
    for (std::size_t at = 0; at < rows->size();) {
      auto batch = next_batch(view, *rows, folder.name, at);
      if (batch.empty()) continue;
      KONTOR_CO_TRY(auto messages, co_await read(view, batch));
      moved += messages.size();
      KONTOR_CO_TRY(co_await to_->append(into.id(), std::move(messages)));
    }
    co_return moved;
  }

 private:
  // Under their names; what the other mailbox has under the same name or with the same UID stays
  // there beside it.
  Task<Result<std::uint64_t>> bring_objects(store::AccountView view,
                                            store::FolderView rows,
                                            store::FolderId into) {
    const auto& kept = view.annotations(rows.info().id);
    if (to_->view().annotations(into).empty() && !kept.empty()) {
      std::vector<store::AnnotationChange> changes;
      for (const auto& [entry, value] : kept) changes.push_back({entry, value});
      const auto most = changes.size();
      KONTOR_CO_TRY(co_await to_->set_annotations(into, std::move(changes), most));
    }
    std::uint64_t moved = 0;
    for (std::size_t i = 0; i < rows.size(); ++i) {
      const auto entry = rows.at(i);
      const auto item = view.item(entry.item);
      const auto* object = rows.object(entry.uid);
      if (!item || object == nullptr) continue;
      store::NewObject wanted;
      KONTOR_CO_TRY(wanted.bytes, co_await from_.read_message(entry.item));
      wanted.name = object->name;
      wanted.keys = object->keys;
      KONTOR_CO_TRY(const bool brought, co_await bring(into, std::move(wanted)));
      if (brought) ++moved;
    }
    co_return moved;
  }

  // False: the very same object is there already, from a try before.
  Task<Result<bool>> bring(store::FolderId into, store::NewObject object) {
    const auto present = to_->view().open(into);
    for (const auto* other :
         {present->find_object(object.name), present->find_object_key(object.keys.uid)}) {
      if (other == nullptr) continue;
      const auto item = present->at(*present->index_of(other->uid)).item;
      KONTOR_CO_TRY(const auto bytes, co_await to_->read_message(item));
      if (bytes == object.bytes) co_return false;
    }
    if (present->find_object_key(object.keys.uid) != nullptr) object.keys.uid.clear();
    if (object.name.starts_with('.') || present->find_object(object.name) != nullptr)
      object.name = Uuid::random().text();
    store::ObjectCondition condition;
    condition.wanted = store::ObjectCondition::Wanted::absent;
    KONTOR_CO_TRY(co_await to_->put_object(into, std::move(object), std::move(condition)));
    co_return true;
  }

  std::vector<store::Entry> next_batch(const store::AccountView& view,
                                       const store::FolderView& rows,
                                       const std::string& folder,
                                       std::size_t& at) {
    std::vector<store::Entry> batch;
    std::uint64_t bytes = 0;
    while (at < rows.size() && batch.size() < k_batch_messages && bytes < k_most_of_a_batch) {
      const auto entry = rows.at(at++);
      const auto item = view.item(entry.item);
      if (!item || shown_.take_in(item->guid, folder)) continue;
      bytes += item->size;
      batch.push_back(entry);
    }
    return batch;
  }

  Task<Result<std::vector<store::NewMessage>>> read(const store::AccountView& view,
                                                    const std::vector<store::Entry>& batch) {
    const auto& limits = desk_.environment.settings.mime;
    std::vector<store::NewMessage> messages;
    for (const auto& entry : batch) {
      KONTOR_CO_TRY(auto raw, co_await from_.read_message(entry.item));
      store::NewMessage message;
      message.message = store::prepare_message(std::move(raw), limits.max_depth, limits.max_parts);
      message.flags = entry.flags;
      message.keywords = view.keywords(entry.keywords);
      message.internal_date = entry.internal_date;
      message.guid = view.item(entry.item)->guid;
      messages.push_back(std::move(message));
    }
    co_return messages;
  }

  const Desk& desk_;
  Account& from_;
  AccountPtr to_;
  ShownMessages& shown_;
};

// What `small` shows is brought into `large`; then `small` goes.
Task<Result<std::uint64_t>> merge(const Desk& desk,
                                  store::AccountId small,
                                  store::AccountId large) {
  auto& accounts = desk.environment.store;
  std::uint64_t moved = 0;
  {
    KONTOR_CO_TRY(const auto from, co_await accounts.open(small));
    KONTOR_CO_TRY(const auto to, co_await accounts.open(large));
    ShownMessages shown(to->view());
    FolderMove move(desk, *from, to, shown);
    const auto folders = from->view().folders();
    for (const auto& folder : folders) {
      KONTOR_CO_TRY(const auto count, co_await move.run(folder));
      moved += count;
    }
  }
  KONTOR_CO_TRY(co_await accounts.remove(small));
  co_return moved;
}

void end_sessions(const Desk& desk, const PrincipalId& person) {
  desk.environment.sessions.end(person, "the mailbox is being moved: please sign in again");
}

// The lighter of two.
Task<Result<bool>> is_lighter(const Desk& desk, store::AccountId one, store::AccountId other) {
  KONTOR_CO_TRY(const auto of_one, co_await weight(desk, one));
  KONTOR_CO_TRY(const auto of_other, co_await weight(desk, other));
  co_return of_one < of_other;
}

// Brings them one step nearer to each other. True: there is nothing left to do.
Task<Result<bool>> step(const Desk& desk, PrincipalId from, PrincipalId to, MovedMailbox& report) {
  auto& accounts = desk.environment.store;
  const auto old = accounts.find(binding_of(from)), fresh = accounts.find(binding_of(to));
  const auto aside = accounts.find(set_aside(to));
  report.had_mailbox = report.had_mailbox || old || aside;
  if (aside) {
    // The heavier one stays, whichever it is.
    const auto other = fresh ? fresh : old;
    if (!other) {
      KONTOR_CO_TRY(co_await accounts.attach(*aside, binding_of(to)));
      co_return false;
    }
    KONTOR_CO_TRY(const bool aside_goes, co_await is_lighter(desk, *aside, *other));
    if (aside_goes) {
      KONTOR_CO_TRY(const auto moved, co_await merge(desk, *aside, *other));
      report.messages += moved;
      co_return false;
    }
    KONTOR_CO_TRY(const auto moved, co_await merge(desk, *other, *aside));
    report.messages += moved;
    co_return false;
  }
  if (!old) co_return true;
  if (!fresh) {
    const auto attached = co_await accounts.attach(*old, binding_of(to));
    if (!attached && attached.error().code() != Errc::exists) co_return fail(attached.error());
    co_return false;
  }
  KONTOR_CO_TRY(const bool old_goes, co_await is_lighter(desk, *old, *fresh));
  KONTOR_CO_TRY(co_await accounts.attach(old_goes ? *old : *fresh, set_aside(to)));
  co_return false;
}

// The entries of one mailbox that name one of them.
Task<Result<void>> move_rights_in(Account& account,
                                  const Renamed& people,
                                  bool dry_run,
                                  MovedRights& report) {
  using Action = store::AccessChange::Action;
  const auto view = account.view();
  const auto folders = view.folders();
  for (const auto& folder : folders) {
    const auto list = view.access(folder.id);  // a copy: it changes below
    for (const auto& entry : list) {
      const auto person = people.find(entry.principal);
      if (person == people.end()) continue;
      ++report.entries[entry.principal];
      if (dry_run) continue;
      store::AccessChange given{person->second, entry.negative, Action::add, entry.rights};
      KONTOR_CO_TRY(co_await account.set_access(folder.id, given));
      store::AccessChange taken{entry.principal, entry.negative, Action::set, 0};
      KONTOR_CO_TRY(co_await account.set_access(folder.id, taken));
    }
  }
  co_return Result<void>();
}

}  // namespace

Binding set_aside(const PrincipalId& to) { return {"moving-to-" + to.source, to.guid}; }

Task<Result<void>> set_mailbox_aside(const Desk& desk, PrincipalId from, PrincipalId to) {
  auto& accounts = desk.environment.store;
  const auto old = accounts.find(binding_of(from));
  if (!old || accounts.find(set_aside(to))) co_return Result<void>();
  end_sessions(desk, from);
  co_return co_await accounts.attach(*old, set_aside(to));
}

Task<Result<MovedMailbox>> move_mailbox(const Desk& desk, PrincipalId from, PrincipalId to) {
  MovedMailbox report;
  for (int tries = 0; tries < k_tries; ++tries) {
    end_sessions(desk, from);
    end_sessions(desk, to);
    const auto done = co_await step(desk, from, to, report);
    if (done && *done) co_return report;
    if (done) continue;
    if (done.error().code() != Errc::busy) co_return fail(done.error());
    net::Signal nobody;  // sessions take a moment to end
    (void)co_await nobody.wait(k_pause);
  }
  co_return fail(Errc::busy, "both mailboxes go on being used; give the command again");
}

Task<MovedRights> move_rights(const Desk& desk, Renamed people, bool dry_run) {
  MovedRights report;
  for (const auto& info : desk.environment.store.list()) {
    const auto account = co_await desk.environment.store.open(info.id);
    const auto moved = account ? co_await move_rights_in(**account, people, dry_run, report)
                               : Result<void>(account.error());
    if (!moved) report.problems.push_back(info.id.text() + ": " + moved.error().text());
  }
  co_return report;
}

}  // namespace kontor::admin
