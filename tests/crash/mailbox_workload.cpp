// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/crash/mailbox_workload.hpp"

#include "store/mailbox/reader_account.hpp"
#include "store/mailbox/snapshot.hpp"

namespace kontor::store {
namespace {

using Workload = MailboxWorkload;

// The mailbox as one of two who are not its owner sees it.
std::shared_ptr<Account> reader_of(Account& account, unsigned who) {
  return as_reader(dynamic_cast<LogAccount&>(account).shared_from_this(), owner_of(2 + who));
}

void say_whose_flags(Workload& w) {
  const auto account = dynamic_cast<LogAccount&>(w.mailbox()).shared_from_this();
  EXPECT_TRUE(w.work(set_owner_reads(account, w.one_in(2))));
}

void append_by_a_reader(Workload& w) {
  const auto reader = reader_of(w.mailbox(), static_cast<unsigned>(w.below(2)));
  std::vector<NewMessage> messages;
  for (std::uint64_t n = w.below(3) + 1; n > 0; --n) messages.push_back(w.some_message());
  EXPECT_TRUE(w.work(reader->append(w.any_folder(), std::move(messages))));
}

void change_flags_by_a_reader(Workload& w) {
  const auto reader = reader_of(w.mailbox(), static_cast<unsigned>(w.below(2)));
  FlagChange change;
  change.action = static_cast<FlagAction>(w.below(3));
  change.flags = static_cast<FlagBits>(w.below(32));
  if (w.one_in(3)) change.keywords = {"Label" + std::to_string(w.below(4))};
  const auto folder = w.any_folder();
  EXPECT_TRUE(w.work(reader->change_flags(folder, w.some_uids(folder), change)));
}

void share_flags(Workload& w) {
  const auto account = dynamic_cast<LogAccount&>(w.mailbox()).shared_from_this();
  const auto folder = w.one_in(3) ? FolderId{0} : w.any_folder();
  const auto word = w.below(4);
  std::optional<FlagSharing> sharing;
  if (word != 3) sharing = static_cast<FlagSharing>(word);
  EXPECT_TRUE(w.work(account->set_flag_sharing(folder, sharing)));
}

void append(Workload& w) {
  std::vector<NewMessage> messages;
  for (std::uint64_t n = w.below(3) + 1; n > 0; --n) messages.push_back(w.some_message());
  EXPECT_TRUE(w.work(w.mailbox().append(w.any_folder(), std::move(messages))));
}

void deliver(Workload& w) {
  w.mailbox();
  EXPECT_TRUE(w.work(w.store_->deliver(owner_of(1), w.some_message())));
}

void deliver_unloaded(Workload& w) {
  w.put_down();
  w.open_store();
  EXPECT_TRUE(w.work(w.store_->deliver(owner_of(1), w.some_message())));
  w.acknowledged();
  w.mailbox();
}

void change_flags(Workload& w) {
  FlagChange change;
  change.action = static_cast<FlagAction>(w.below(3));
  change.flags = static_cast<FlagBits>(w.below(32));
  if (w.one_in(3)) change.keywords = {"Label" + std::to_string(w.below(4))};
  const auto folder = w.any_folder();
  EXPECT_TRUE(w.work(w.mailbox().change_flags(folder, w.some_uids(folder), change)));
}

void copy(Workload& w) {
  const auto from = w.any_folder(), to = w.any_folder();
  EXPECT_TRUE(w.work(w.mailbox().copy(from, w.some_uids(from), to)));
}

void move(Workload& w) {
  const auto from = w.any_folder(), to = w.any_folder();
  EXPECT_TRUE(w.work(w.mailbox().move(from, w.some_uids(from), to)));
}

void expunge(Workload& w) {
  const auto folder = w.any_folder();
  EXPECT_TRUE(w.work(w.mailbox().expunge(folder, w.some_uids(folder))));
}

void remove(Workload& w) {
  const auto folder = w.any_folder();
  EXPECT_TRUE(w.work(w.mailbox().remove(folder, w.some_uids(folder))));
}

void create_folder(Workload& w) {
  FolderOptions options;
  options.subscribed = w.one_in(2);
  const auto name = w.new_name("Folder") + (w.one_in(2) ? "/Sub/Deep" : "");
  EXPECT_TRUE(w.work(w.mailbox().create_folder(name, options)));
}

// Its children go with it; one that is renamed to where it is, or below itself, is refused.
void rename_folder(Workload& w) {
  const auto from = w.any_name();
  if (from.empty()) return;
  const auto to = w.one_in(3) ? w.new_name("Moved/below") : w.new_name("Renamed");
  static_cast<void>(w.work(w.mailbox().rename_folder(from, to)).has_value());
}

void rename_inbox(Workload& w) {
  EXPECT_TRUE(w.work(w.mailbox().rename_folder("INBOX", w.new_name("Old inbox"))));
}

void delete_folder(Workload& w) {
  const auto name = w.any_name();
  if (name.empty()) return;
  static_cast<void>(w.work(w.mailbox().delete_folder(name)).has_value());
}

void subscribe(Workload& w) {
  const auto name = w.one_in(2) ? w.any_name() : "Folder " + std::to_string(w.below(8));
  if (name.empty()) return;
  EXPECT_TRUE(w.work(w.mailbox().subscribe(name, w.one_in(2))));
}

void set_limits(Workload& w) {  // never so low that a change is refused
  OwnLimits own;
  if (w.one_in(2)) own.bytes = 1'000'000 + w.below(1'000);
  if (w.one_in(2)) own.messages = 100'000 + w.below(1'000);
  EXPECT_TRUE(w.work(w.mailbox().set_limits(own)));
}

void change_access(Workload& w) {
  AccessChange change;
  if (!w.one_in(3)) change.principal = owner_of(1 + static_cast<unsigned>(w.below(3)));
  change.negative = w.one_in(3);
  change.action = static_cast<AccessChange::Action>(w.below(3));
  change.rights = static_cast<RightBits>(w.below(k_all_rights + 1));
  EXPECT_TRUE(w.work(w.mailbox().set_access(w.any_folder(), change)));
}

void annotate(Workload& w) {  // several entries at once
  std::vector<AnnotationChange> changes;
  for (std::uint64_t n = w.below(3) + 1; n > 0; --n) {
    AnnotationChange change;
    change.entry = "/shared/vendor/test/" + std::to_string(w.below(4));
    if (!w.one_in(3)) change.value = std::string(w.below(200), 'v');
    changes.push_back(std::move(change));
  }
  const auto folder = w.one_in(3) ? FolderId{0} : w.any_folder();
  EXPECT_TRUE(w.work(w.mailbox().set_annotations(folder, std::move(changes), 100)));
}

FolderId folder_with_names(Workload& w) {
  std::vector<FolderId> found;
  for (const auto& folder : w.mailbox().view().folders())
    if (folder.folder_class != FolderClass::mail) found.push_back(folder.id);
  return found.empty() ? 0 : found[w.below(found.size())];
}

void create_calendar(Workload& w) {
  FolderOptions options;
  options.folder_class = FolderClass::calendar;
  EXPECT_TRUE(w.work(w.mailbox().create_folder(w.new_name("calendar"), options)));
}

// Of few names, so that most replace something.
void put_object(Workload& w) {
  const auto folder = folder_with_names(w);
  if (folder == 0) return;
  NewObject object;
  object.name = "object " + std::to_string(w.below(5));
  object.bytes = w.new_name("object") + "\r\n" + std::string(w.below(1'200), 'o');
  object.keys.uid = object.name;
  object.keys.begin = object.keys.end = w.clock_.now();
  EXPECT_TRUE(w.work(w.mailbox().put_object(folder, std::move(object), {})));
}

// What is not there, or would replace itself, is refused.
void transfer_object(Workload& w) {
  ObjectTransfer transfer;
  transfer.from = folder_with_names(w);
  transfer.to = folder_with_names(w);
  transfer.name = "object " + std::to_string(w.below(5));
  transfer.new_name = "object " + std::to_string(w.below(5));
  transfer.copy = w.one_in(2);
  if (transfer.to != 0)
    static_cast<void>(w.work(w.mailbox().transfer_object(std::move(transfer))).has_value());
}

void remove_object(Workload& w) {
  const auto folder = folder_with_names(w);
  const auto name = "object " + std::to_string(w.below(5));
  if (folder != 0)
    static_cast<void>(w.work(w.mailbox().remove_object(folder, name, {})).has_value());
}

// As SnapshotKeeper does while an account is in use.
void write_a_snapshot(Workload& w) {
  const auto version = dynamic_cast<LogAccount&>(w.mailbox()).published();
  EXPECT_TRUE(write_snapshot(*w.faulty_, w.folder(), version));
}

void drop_the_snapshot(Workload& w) {
  w.put_down();
  w.undisturbed([&] { static_cast<void>(w.disk_->remove(w.folder() + "/snapshot").has_value()); });
  w.mailbox();
}

void reopen(Workload& w) {
  w.put_down();
  w.mailbox();
}

// What left long ago is forgotten at the next opening.
void let_time_pass(Workload& w) {
  w.clock_.advance(40 * 86'400);
  reopen(w);
}

void keep_a_copy(Workload& w) {
  w.copy = {};
  w.copy.text = w.describe(w.mailbox());
  const auto names = w.disk_->list(w.folder());
  for (const auto& name : *names) {
    const auto path = w.folder() + '/' + name;
    if (w.disk_->stat(path)->directory) continue;
    w.copy.files[name] = *io::read_file(*w.disk_, path, 1U << 30U);
  }
}

// The folder as it was; at times beside a snapshot that knows more than the logs.
void copy_back(Workload& w) {
  if (w.copy.files.empty()) return;
  w.put_down();
  const bool leaves_snapshot = w.one_in(2);
  w.undisturbed([&] {
    for (const auto& name : *w.disk_->list(w.folder())) {
      const auto path = w.folder() + '/' + name;
      if (w.disk_->stat(path)->directory || (name == "snapshot" && leaves_snapshot)) continue;
      EXPECT_TRUE(w.disk_->remove(path));
    }
    for (const auto& [name, bytes] : w.copy.files)
      if (name != "snapshot" || !leaves_snapshot)
        EXPECT_TRUE(io::write_file_durably(*w.disk_, w.folder() + '/' + name, bytes));
  });
  w.acknowledged();
  EXPECT_EQ(w.describe(w.mailbox()), w.copy.text);
}

// What was expunged or deleted up to some days ago cannot come back any more.
void purge(Workload& w) {
  const std::chrono::seconds age(w.below(20) * 86'400);
  EXPECT_TRUE(w.work(w.mailbox().purge(w.clock_.now() - age)));
}

// Nothing that anybody sees changes; in use, or while nobody has it open.
void compact(Workload& w) {
  const auto id = w.mailbox().id();
  w.acknowledged();
  if (w.one_in(2)) {
    w.put_down();
    w.open_store();
  }
  CompactTurn turn;
  if (w.one_in(2)) turn.wish = CompactWish::at_once;
  const auto report = w.work(w.store_->compact(id, turn));
  EXPECT_TRUE(report) << report.error().text();
}

std::optional<FolderInfo> some_recoverable(Workload& w) {
  auto folders = w.mailbox().view().recoverable();
  if (folders.empty()) return std::nullopt;
  return folders[w.below(folders.size())];
}

void restore(Workload& w) {
  const auto folder = some_recoverable(w);
  if (!folder) return;
  if (folder->recoverable == Recoverable::folder)
    EXPECT_TRUE(w.work(w.mailbox().restore_folder(folder->id, w.new_name("Back"))));
  else  // refused when its folder is deleted
    static_cast<void>(w.work(w.mailbox().restore(folder->id, w.some_uids(folder->id))).has_value());
}

void take_from_recoverable(Workload& w) {
  const auto folder = some_recoverable(w);
  if (!folder) return;
  const auto uids = w.some_uids(folder->id);
  if (w.one_in(2))
    EXPECT_TRUE(w.work(w.mailbox().move(folder->id, uids, w.any_folder())));
  else
    EXPECT_TRUE(w.work(w.mailbox().copy(folder->id, uids, w.any_folder())));
}

std::string text_of(const AnnotationMap& annotations) {
  std::string text;
  for (const auto& [entry, value] : annotations)
    text.append("  annotation ").append(entry).append("=").append(value).append("\n");
  return text;
}

// What only he sees so.
std::string text_of_reader(Account& account, unsigned who) {
  std::string text;
  const auto view = reader_of(account, who)->view();
  for (const auto& folder : view.folders()) {
    text += "reader " + std::to_string(who) + " of " + folder.name + " unseen " +
            std::to_string(folder.unseen) + " modseq " + std::to_string(folder.highest_modseq) +
            "\n";
    std::uint64_t unseen = 0;
    const auto open = view.open(folder.id);
    open->for_each(0, open->size(), [&](std::size_t, const Entry& entry) {
      text += "  " + std::to_string(entry.uid) + " flags " + std::to_string(entry.flags) +
              " modseq " + std::to_string(entry.modseq);
      for (const auto& keyword : view.keywords(entry.keywords)) text += " " + keyword;
      text += "\n";
      if ((entry.flags & k_seen) == 0) ++unseen;
    });
    if (unseen != folder.unseen) text += "the number of unseen messages is wrong\n";
  }
  return text;
}

constexpr Workload::Operation k_operations[] = {
    {"append", 8, append},
    {"deliver", 3, deliver},
    {"deliver, not loaded", 3, deliver_unloaded},
    {"flags", 8, change_flags},
    {"append by a reader", 2, append_by_a_reader},
    {"flags by a reader", 8, change_flags_by_a_reader},
    {"whose the flags are", 1, say_whose_flags},
    {"which flags are common", 1, share_flags},
    {"copy", 4, copy},
    {"move", 4, move},
    {"expunge", 4, expunge},
    {"remove", 2, remove},
    {"create a folder", 2, create_folder},
    {"rename a folder", 2, rename_folder},
    {"rename INBOX", 1, rename_inbox},
    {"delete a folder", 2, delete_folder},
    {"subscribe", 1, subscribe},
    {"limits", 1, set_limits},
    {"access", 2, change_access},
    {"annotate", 2, annotate},
    {"create a calendar", 1, create_calendar},
    {"put an object", 6, put_object},
    {"transfer an object", 2, transfer_object},
    {"remove an object", 2, remove_object},
    {"purge", 1, purge},
    {"compact", 3, compact},
    {"restore", 2, restore},
    {"take from recoverable", 2, take_from_recoverable},
    {"write a snapshot", 3, write_a_snapshot},
    {"drop the snapshot", 1, drop_the_snapshot},
    {"reopen", 2, reopen},
    {"let time pass", 1, let_time_pass},
    {"keep a copy", 2, keep_a_copy},
    {"copy back", 1, copy_back},
};

}  // namespace

std::span<const MailboxWorkload::Operation> MailboxWorkload::operations() { return k_operations; }

void MailboxWorkload::begin(std::uint64_t seed, io::FaultyFiles::Decide lies) {
  random_.seed(seed);
  made_ = 0;
  lies_ = std::move(lies);
  copy = {};
  states_.clear();
  begun_ = answered_ = 0;
  settings_.log_segment = 12'000;
  settings_.tombstone_days = 30;
  disk_ = std::make_unique<io::MemoryDisk>();
  StoreFixture::open();
  id_ = mailbox().id();
  faulty_->decide_by(lies_);
  states_.push_back(describe(mailbox()));
}

void MailboxWorkload::step() {
  std::uint64_t total = 0;
  for (const auto& operation : operations()) total += operation.weight;
  auto dice = below(total);
  const auto* chosen = operations().data();
  for (; dice >= chosen->weight; ++chosen) dice -= chosen->weight;
  ++counts_[chosen->name];
  {
    const std::lock_guard lock(mutex_);
    ++begun_;
  }
  chosen->run(*this);
  acknowledged();
  states_.push_back(describe(mailbox()));
}

void MailboxWorkload::end() {
  look_before_each({});
  put_down();
}

std::size_t MailboxWorkload::begun() const {
  const std::lock_guard lock(mutex_);
  return begun_;
}

std::size_t MailboxWorkload::answered() const {
  const std::lock_guard lock(mutex_);
  return answered_;
}

void MailboxWorkload::acknowledged() {
  const std::lock_guard lock(mutex_);
  answered_ = begun_;
}

Account& MailboxWorkload::mailbox() {
  if (store_ == nullptr) open_store();
  if (mailbox_ == nullptr) mailbox_ = account();
  return *mailbox_;
}

void MailboxWorkload::put_down() {
  mailbox_.reset();
  close();
}

void MailboxWorkload::open_store() {
  StoreFixture::open();
  faulty_->decide_by(lies_);
}

void MailboxWorkload::undisturbed(const std::function<void()>& job) {
  disk_->before_each({});
  job();
  disk_->before_each(look_);
}

void MailboxWorkload::look_before_each(Look look) {
  look_ = std::move(look);
  disk_->before_each(look_);
}

FolderId MailboxWorkload::any_folder() {
  const auto folders = mailbox().view().folders();
  return folders[below(folders.size())].id;
}

std::string MailboxWorkload::any_name() {
  const auto folders = mailbox().view().folders();
  return folders.size() < 2 ? "" : folders[1 + below(folders.size() - 1)].name;
}

std::vector<Uid> MailboxWorkload::some_uids(FolderId folder) {
  std::vector<Uid> uids;
  const auto view = mailbox().view().open(folder);
  for (std::size_t i = 0; i < view->size(); ++i)
    if (one_in(2)) uids.push_back(view->at(i).uid);
  return uids;
}

NewMessage MailboxWorkload::some_message() {
  auto message = message_of(new_name("message"), one_in(2) ? k_seen : 0);
  message.message.raw.append(below(1'200), 'x');
  if (one_in(4)) message.keywords = {"$Important"};
  return message;
}

std::string MailboxWorkload::describe(Account& account) {
  std::string text;
  const AccountView view = account.view();
  auto folders = view.folders();
  for (auto& folder : view.recoverable()) folders.push_back(std::move(folder));
  for (const auto& folder : folders) {
    text += folder.name + " validity " + std::to_string(folder.uid_validity) + " next " +
            std::to_string(folder.uid_next) + " modseq " + std::to_string(folder.highest_modseq) +
            "\n";
    const auto open = view.open(folder.id);
    for (std::size_t i = 0; i < open->size(); ++i) {
      const Entry entry = open->at(i);
      const auto raw = work(account.read_message(entry.item));
      text += "  " + std::to_string(entry.uid) + " flags " + std::to_string(entry.flags) +
              " modseq " + std::to_string(entry.modseq);
      if (const auto* object = open->object(entry.uid)) {
        text += " named " + object->name + " of " + object->keys.uid;
        if (folder.recoverable == Recoverable::no && open->find_object(object->name) != object)
          text += ", which finds another one";
      }
      for (const auto& keyword : view.keywords(entry.keywords)) text += " " + keyword;
      text += " " + (raw ? raw->substr(0, raw->find('\r')) : raw.error().text()) + "\n";
    }
    for (const auto& entry : view.access(folder.id))
      text += "  access " + std::to_string(entry.principal.guid.array()[0]) +
              (entry.negative ? " -" : " ") + letters_of(entry.rights) + "\n";
    text += text_of(view.annotations(folder.id));
  }
  for (unsigned who = 0; who < 2; ++who) text += text_of_reader(account, who);
  text += text_of(view.annotations(0));
  for (const auto& name : view.subscriptions()) text += "subscribed " + name + "\n";
  const auto quota = account.quota();
  text += "usage " + std::to_string(quota.usage.bytes) + " " +
          std::to_string(quota.usage.messages) + " of " + std::to_string(quota.limits.bytes) + " " +
          std::to_string(quota.limits.messages) + "\n";
  if (!(recount(*state_of(account)) == quota.usage)) text += "the usage is wrong\n";
  return text;
}

std::shared_ptr<Account> MailboxWorkload::try_account(io::FaultyFiles::Decide lies) {
  faulty_ = std::make_unique<io::FaultyFiles>(*disk_);
  auto opened = try_open();
  if (!opened) return nullptr;
  store_ = *std::move(opened);
  faulty_->decide_by(std::move(lies));
  auto found = work(store_->open_for(owner_of(1)));
  return found ? *std::move(found) : nullptr;
}

}  // namespace kontor::store
