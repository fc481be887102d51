// SPDX-License-Identifier: GPL-3.0-or-later
// Power is lost before every operation on the disk while a mailbox is worked on in every way: what
// comes back is the mailbox as it was before or after the change under way, whole, and never
// earlier than the last one that was answered.
#include <cstdio>
#include <mutex>
#include <random>

#include "tests/unit/store/mailbox/store_fixture.hpp"

namespace kontor::store {
namespace {

struct Image {  // what a machine would find that lost power here
  std::unique_ptr<io::MemoryDisk> disk;
  std::size_t answered = 0;  // changes answered before
  std::size_t begun = 0;     // changes begun before
};

class MailboxCrash : public StoreFixture {
 protected:
  // The mailbox as text: folders, and in them every message with all that a client sees of it.
  std::string describe(Account& account) {
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
        const auto raw = threads_.work(account.read_message(entry.item));
        text += "  " + std::to_string(entry.uid) + " flags " + std::to_string(entry.flags) +
                " modseq " + std::to_string(entry.modseq);
        for (const auto& keyword : view.keywords(entry.keywords)) text += " " + keyword;
        text += " " + (raw ? raw->substr(0, raw->find('\r')) : raw.error().text()) + "\n";
      }
    }
    for (const auto& name : view.subscriptions()) text += "subscribed " + name + "\n";
    const auto quota = account.quota();
    text += "usage " + std::to_string(quota.usage.bytes) + " " +
            std::to_string(quota.usage.messages) + " of " + std::to_string(quota.limits.bytes) +
            " " + std::to_string(quota.limits.messages) + "\n";
    EXPECT_EQ(recount(*state_of(account)), quota.usage) << text;
    return text;
  }

  std::uint64_t below(std::uint64_t bound) { return random_() % bound; }

  FolderId any_folder(const Account& account) {
    const auto folders = account.view().folders();
    return folders[below(folders.size())].id;
  }

  std::vector<Uid> some_uids(const Account& account, FolderId folder) {
    std::vector<Uid> uids;
    const auto view = account.view().open(folder);
    for (std::size_t i = 0; i < view->size(); ++i)
      if (below(2) == 0) uids.push_back(view->at(i).uid);
    return uids;
  }

  void append_some(Account& account) {
    std::vector<NewMessage> messages;
    for (std::uint64_t n = below(3) + 1; n > 0; --n) {
      auto message = message_of("message " + std::to_string(++made_), below(2) == 0 ? k_seen : 0);
      message.message.raw.append(below(1'200), 'x');
      if (below(4) == 0) message.keywords = {"$Important"};
      messages.push_back(std::move(message));
    }
    EXPECT_TRUE(threads_.work(account.append(any_folder(account), std::move(messages))));
  }

  void change_some_flags(Account& account) {
    FlagChange change;
    change.action = static_cast<FlagAction>(below(3));
    change.flags = static_cast<FlagBits>(below(32));
    if (below(3) == 0) change.keywords = {"Label" + std::to_string(below(4))};
    const auto folder = any_folder(account);
    EXPECT_TRUE(threads_.work(account.change_flags(folder, some_uids(account, folder), change)));
  }

  void change_folders(Account& account) {
    const std::string name = "Folder " + std::to_string(below(4));
    switch (below(4)) {
      case 0:
        static_cast<void>(threads_.work(account.create_folder(name + "/Sub", {})).has_value());
        break;
      case 1:
        static_cast<void>(
            threads_.work(account.rename_folder(name, "Renamed " + std::to_string(++made_)))
                .has_value());
        break;
      case 2:
        static_cast<void>(threads_.work(account.delete_folder(name + "/Sub")).has_value());
        break;
      default:
        EXPECT_TRUE(threads_.work(account.subscribe(name, below(2) == 0)));
    }
  }

  // Something of what was expunged or deleted comes back, or cannot any more.
  void recover(Account& account) {
    if (below(4) == 0) {
      const std::chrono::seconds age(below(20) * 86'400);
      EXPECT_TRUE(threads_.work(account.purge(clock_.now() - age)));
      return;
    }
    const auto folders = account.view().recoverable();
    if (folders.empty()) return;
    const auto& folder = folders[below(folders.size())];
    const auto uids = some_uids(account, folder.id);
    if (folder.recoverable == Recoverable::folder && below(2) == 0) {
      const auto name = "Back " + std::to_string(++made_);
      EXPECT_TRUE(threads_.work(account.restore_folder(folder.id, name)));
    } else if (below(2) == 0) {  // refused when its folder is deleted
      static_cast<void>(threads_.work(account.restore(folder.id, uids)).has_value());
    } else if (below(2) == 0) {
      EXPECT_TRUE(threads_.work(account.move(folder.id, uids, any_folder(account))));
    } else {
      EXPECT_TRUE(threads_.work(account.copy(folder.id, uids, any_folder(account))));
    }
  }

  OwnLimits some_limits() {  // never so low that a change is refused
    OwnLimits own;
    if (below(2) == 0) own.bytes = 1'000'000 + below(1'000);
    if (below(2) == 0) own.messages = 100'000 + below(1'000);
    return own;
  }

  // One change of a random kind.
  void change(std::shared_ptr<Account>& account) {
    const auto from = any_folder(*account), to = any_folder(*account);
    switch (below(14)) {
      case 0:
      case 1:
        return append_some(*account);
      case 2:
      case 3:
        return change_some_flags(*account);
      case 4:
        EXPECT_TRUE(threads_.work(account->copy(from, some_uids(*account, from), to)));
        return;
      case 5:
        EXPECT_TRUE(threads_.work(account->move(from, some_uids(*account, from), to)));
        return;
      case 6:
        EXPECT_TRUE(threads_.work(account->expunge(from, some_uids(*account, from))));
        return;
      case 7:
        return change_folders(*account);
      case 11:
      case 12:
        return recover(*account);
      case 13:  // all of a folder, whatever flags they carry
        EXPECT_TRUE(threads_.work(account->remove(from, some_uids(*account, from))));
        return;
      case 8:
        EXPECT_TRUE(threads_.work(account->set_limits(some_limits())));
        return;
      case 9:  // what left long ago is forgotten at the next opening
        clock_.advance(40 * 86'400);
        account.reset();
        reopen();
        account = this->account();
        return;
      default:  // snapshots are written and read
        account.reset();
        reopen();
        account = this->account();
    }
  }

  // A life of `changes` changes with a crash before each operation; the states between them.
  std::vector<Image> live(std::uint64_t seed,
                          std::size_t changes,
                          std::vector<std::string>& states) {
    random_.seed(seed);
    settings_.log_segment = 12'000;
    settings_.tombstone_days = 30;
    disk_ = std::make_unique<io::MemoryDisk>();
    open();
    auto mailbox = account();
    states.push_back(describe(*mailbox));
    std::vector<Image> images;
    std::mutex mutex;
    std::size_t answered = 0, begun = 0;
    disk_->before_each([&](std::uint64_t operation) {
      const std::lock_guard lock(mutex);
      Image image;
      image.answered = answered;
      image.begun = begun;
      image.disk = operation % 5 == 0 ? disk_->after_kill()
                                      : disk_->after_power_loss(seed * 7'919 + operation);
      images.push_back(std::move(image));
    });
    for (std::size_t i = 0; i < changes; ++i) {
      with_lock(mutex, [&] { ++begun; });
      change(mailbox);
      with_lock(mutex, [&] { ++answered; });
      states.push_back(describe(*mailbox));
    }
    disk_->before_each({});
    mailbox.reset();
    close();
    return images;
  }

  template <class Work>
  static void with_lock(std::mutex& mutex, Work work) {
    const std::lock_guard lock(mutex);
    work();
  }

  std::string state_after(Image image) {
    disk_ = std::move(image.disk);
    open();
    auto mailbox = account();
    std::string text = mailbox ? describe(*mailbox) : "cannot be opened";
    mailbox.reset();
    close();
    return text;
  }

  std::mt19937_64 random_;
  std::uint64_t made_ = 0;
};

TEST_F(MailboxCrash, EveryChangeIsWholeAndNoAnsweredOneIsLost) {
  const std::uint64_t lives = std::getenv("KONTOR_LONG") != nullptr ? 60 : 3;
  std::uint64_t points = 0;
  for (std::uint64_t seed = 1; seed <= lives; ++seed) {
    std::vector<std::string> states;
    auto images = live(seed, 40, states);
    for (auto& image : images) {
      const std::size_t first = image.answered, last = image.begun;
      const std::string found = state_after(std::move(image));
      ++points;
      ASSERT_TRUE(found == states[first] || found == states[last])
          << "seed " << seed << ", change " << last << "\nbefore:\n"
          << states[first] << "after:\n"
          << states[last] << "found:\n"
          << found;
    }
  }
  std::printf("%llu crash points\n", static_cast<unsigned long long>(points));
  EXPECT_GE(points, 200U);
}

}  // namespace
}  // namespace kontor::store
