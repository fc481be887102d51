// SPDX-License-Identifier: GPL-3.0-or-later
// Random changes against a plain model of a mailbox: several sessions at once, each in a folder of
// its own, with reopening by the log alone, by the snapshot, and by a snapshot of any age.
#include <boost/asio/this_coro.hpp>
#include <map>
#include <random>
#include <set>

#include "base/core/text.hpp"
#include "store/mailbox/snapshot.hpp"
#include "tests/unit/store/mailbox/store_fixture.hpp"

namespace kontor::store {
namespace {

struct ModelMessage {
  std::string raw;
  FlagBits flags = 0;
  std::set<std::string> keywords;
  bool operator==(const ModelMessage&) const = default;
};

struct ModelFolder {
  FolderId id = 0;
  Uid next = 1;
  std::map<Uid, ModelMessage> messages;
  std::set<Uid> vanished;
};

// One session: its own random choices, its own folder; all of them share one account.
class Session {
 public:
  Session(std::shared_ptr<Account> account, ModelFolder& folder, unsigned seed, unsigned number)
      : account_(std::move(account)), folder_(folder), random_(seed), number_(number) {}

  Task<void> run(unsigned steps) {
    for (unsigned i = 0; i < steps; ++i) {
      const auto dice = random_() % 100;
      if (dice < 35)
        co_await append();
      else if (dice < 65)
        co_await change_flags();
      else if (dice < 75)
        co_await copy();
      else if (dice < 85)
        co_await move();
      else if (dice < 95)
        co_await expunge();
      else
        co_await restructure();
    }
  }

 private:
  std::vector<Uid> some_uids() {  // some that are there, some that are not, in any order
    std::vector<Uid> uids;
    for (const auto& [uid, message] : folder_.messages)
      if (random_() % 3 == 0) uids.push_back(uid);
    if (random_() % 2 == 0) uids.push_back(folder_.next + 5);
    std::ranges::shuffle(uids, random_);
    return uids;
  }
  std::vector<std::string> some_words() {
    static const std::vector<std::string> words{"Work", "$Junk", "later", "Отдел-no", "x"};
    std::vector<std::string> out;
    for (const auto& word : words)
      if (random_() % 4 == 0 && word != "Отдел-no") out.push_back(word);
    return out;
  }

  Task<void> append() {
    std::vector<NewMessage> batch(1 + random_() % 3);
    std::vector<ModelMessage> model;
    for (auto& message : batch) {
      message = message_of(std::to_string(number_) + "." + std::to_string(++serial_),
                           static_cast<FlagBits>(random_() % 32));
      message.keywords = some_words();
      ModelMessage row;
      row.raw = message.message.raw;
      row.flags = message.flags;
      row.keywords = {message.keywords.begin(), message.keywords.end()};
      model.push_back(std::move(row));
    }
    const auto appended = co_await account_->append(folder_.id, std::move(batch));
    EXPECT_TRUE(appended);
    if (!appended) co_return;
    for (std::size_t i = 0; i < model.size(); ++i) {
      EXPECT_EQ(appended->uids[i], folder_.next);
      folder_.messages.emplace(folder_.next++, std::move(model[i]));
    }
  }

  Task<void> change_flags() {
    FlagChange change;
    change.action = static_cast<FlagAction>(random_() % 3);
    change.flags = static_cast<FlagBits>(random_() % 32);
    change.keywords = some_words();
    auto uids = some_uids();
    const auto changed = co_await account_->change_flags(folder_.id, uids, change);
    EXPECT_TRUE(changed);
    if (!changed) co_return;
    std::set<Uid> expected;
    for (const Uid uid : uids) {
      const auto found = folder_.messages.find(uid);
      if (found == folder_.messages.end()) continue;
      const auto before = found->second;
      auto& message = found->second;
      if (change.action == FlagAction::set) message.keywords.clear();
      for (const auto& word : change.keywords) {
        if (change.action == FlagAction::remove)
          message.keywords.erase(word);
        else
          message.keywords.insert(word);
      }
      if (change.action == FlagAction::set) message.flags = change.flags;
      if (change.action == FlagAction::add) message.flags |= change.flags;
      if (change.action == FlagAction::remove)
        message.flags &= static_cast<FlagBits>(~change.flags);
      if (!(before == message)) expected.insert(uid);
    }
    EXPECT_EQ(std::vector<Uid>(expected.begin(), expected.end()), changed->changed);
  }

  Task<void> copy() {  // within the folder, so that every row is this session's own
    auto uids = some_uids();
    const auto copied = co_await account_->copy(folder_.id, uids, folder_.id);
    EXPECT_TRUE(copied);
    if (!copied) co_return;
    for (std::size_t i = 0; i < copied->from.size(); ++i) {
      EXPECT_EQ(copied->to[i], folder_.next);
      folder_.messages.emplace(folder_.next++, folder_.messages.at(copied->from[i]));
    }
  }

  Task<void> move() {
    auto uids = some_uids();
    const auto moved = co_await account_->move(folder_.id, uids, folder_.id);
    EXPECT_TRUE(moved);
    if (!moved) co_return;
    for (std::size_t i = 0; i < moved->from.size(); ++i) {
      EXPECT_EQ(moved->to[i], folder_.next);
      folder_.messages.emplace(folder_.next++, folder_.messages.at(moved->from[i]));
      folder_.messages.erase(moved->from[i]);
      folder_.vanished.insert(moved->from[i]);
    }
  }

  Task<void> expunge() {
    auto uids = some_uids();
    std::set<Uid> expected;
    for (const Uid uid : uids) {
      const auto found = folder_.messages.find(uid);
      if (found == folder_.messages.end() || (found->second.flags & k_deleted) == 0) continue;
      folder_.messages.erase(found);
      folder_.vanished.insert(uid);
      expected.insert(uid);
    }
    const auto expunged = co_await account_->expunge(folder_.id, uids);
    EXPECT_TRUE(expunged);
    if (!expunged) co_return;
    EXPECT_EQ(std::vector<Uid>(expected.begin(), expected.end()), *expunged);
  }

  Task<void> restructure() {
    const auto name = "s" + std::to_string(number_) + "/" + std::to_string(++serial_);
    const auto made = co_await account_->create_folder(name, FolderOptions{});
    EXPECT_TRUE(made);
    const auto renamed = co_await account_->rename_folder(name, name + "-renamed/deep");
    EXPECT_TRUE(renamed);
    if (random_() % 2 == 0) {
      const auto deleted = co_await account_->delete_folder(name + "-renamed/deep");
      EXPECT_TRUE(deleted);
    }
  }

  std::shared_ptr<Account> account_;
  ModelFolder& folder_;
  std::minstd_rand random_;
  unsigned number_;
  unsigned serial_ = 0;
};

class ModelTest : public StoreFixture, public ::testing::WithParamInterface<unsigned> {
 protected:
  void compare(const Account& account, const ModelFolder& model) {
    const auto view = account.view();
    const auto folder = view.open(model.id);
    ASSERT_NE(folder, nullptr);
    ASSERT_EQ(folder->size(), model.messages.size());
    EXPECT_EQ(folder->info().uid_next, model.next);
    std::size_t index = 0;
    std::uint64_t unseen = 0, bytes = 0;
    for (const auto& [uid, message] : model.messages) {
      const auto entry = folder->at(index);
      EXPECT_EQ(folder->index_of(uid), index++);
      EXPECT_EQ(entry.uid, uid);
      EXPECT_EQ(entry.flags, message.flags);
      const auto& words = view.keywords(entry.keywords);
      EXPECT_EQ(std::set<std::string>(words.begin(), words.end()), message.keywords);
      EXPECT_EQ(view.item(entry.item)->size, message.raw.size());
      if ((message.flags & k_seen) == 0) ++unseen;
      bytes += message.raw.size();
    }
    EXPECT_EQ(folder->info().unseen, unseen);
    EXPECT_EQ(folder->info().bytes, bytes);
    EXPECT_EQ(folder->info().exists, model.messages.size());
    const auto vanished = folder->vanished_since(0);
    ASSERT_TRUE(vanished);
    EXPECT_EQ(*vanished, std::vector<Uid>(model.vanished.begin(), model.vanished.end()));
  }

  void read_some(Account& account, const ModelFolder& model) {
    const auto folder = account.view().open(model.id);
    std::size_t index = 0;
    for (const auto& [uid, message] : model.messages)
      if (index++ % 7 == 0) {
        const auto raw = threads_.work(account.read_message(folder->at(index - 1).item));
        ASSERT_TRUE(raw);
        EXPECT_EQ(*raw, message.raw);
      }
  }
};

TEST_P(ModelTest, SessionsAtOnceMatchTheModelHoweverTheAccountIsReadAgain) {
  constexpr unsigned k_sessions = 4;
  settings_.log_segment = 16'384;  // several logs
  open();
  std::vector<ModelFolder> folders(k_sessions);
  for (unsigned i = 0; i < k_sessions; ++i) {
    const auto name = "folder" + std::to_string(i);
    folders[i].id = *threads_.work(account()->create_folder(name, FolderOptions{}));
  }
  std::vector<std::string> snapshots;
  std::minstd_rand random(GetParam());
  for (unsigned round = 0; round < 6; ++round) {
    auto mailbox = account();
    std::vector<std::future<void>> running;
    std::vector<std::unique_ptr<Session>> sessions;
    for (unsigned i = 0; i < k_sessions; ++i) {
      sessions.push_back(std::make_unique<Session>(
          mailbox, folders[i], GetParam() * 100 + round * 10 + i, i + round * 100));
      running.push_back(threads_.start(sessions.back()->run(25)));
    }
    for (auto& session : running) session.get();
    sessions.clear();
    for (const auto& folder : folders) compare(*mailbox, folder);
    const auto before = state_of(*mailbox);
    snapshots.push_back(encode_snapshot(dynamic_cast<LogAccount&>(*mailbox).published()));
    const auto id = mailbox->id();
    mailbox.reset();
    close();
    if (random() % 3 == 0)
      drop_snapshot(id);
    else if (random() % 2 == 0)  // one of any age
      ASSERT_TRUE(io::write_file_durably(*disk_, account_folder(id) + "/snapshot",
                                         snapshots[random() % snapshots.size()]));
    open();
    mailbox = account();
    EXPECT_EQ(difference(*before, *state_of(*mailbox)), "") << "round " << round;
    for (const auto& folder : folders) read_some(*mailbox, folder);
  }
  EXPECT_EQ(sink_.count("store.snapshot.ignored"), 0U);
  EXPECT_EQ(sink_.count("store.account.damaged"), 0U);
}

INSTANTIATE_TEST_SUITE_P(Seeds, ModelTest, ::testing::Range(1U, 9U));

}  // namespace
}  // namespace kontor::store
