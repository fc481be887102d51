// SPDX-License-Identifier: GPL-3.0-or-later
// Power is lost before every operation on the disk while logs are written anew and mail comes in
// beside it: what comes back is the mailbox of an answered change or a later one, every message of
// it whole, the tools find nothing, and the logs alone make the same.
#include <cstdio>
#include <mutex>
#include <random>

#include "store/tools/inspect.hpp"
#include "store/tools/replayed.hpp"
#include "tests/unit/store/mailbox/store_fixture.hpp"

namespace kontor::store {
namespace {

struct Image {  // what a machine would find that lost power here
  std::unique_ptr<io::MemoryDisk> disk;
  std::size_t answered = 0;  // changes answered before
  std::size_t begun = 0;     // changes begun before
};

class CompactCrash : public StoreFixture {
 protected:
  void live(std::uint64_t seed) {
    random_.seed(seed);
    begin();
    states_.assign(1, describe(*account()));
    answered_ = begun_ = 0;
    faulty_->decide_by(lies_);
    std::vector<Image> images;
    std::mutex mutex;
    disk_->before_each([&](std::uint64_t operation) {
      Image image;
      image.answered = answered_;
      image.disk = operation % 4 == 0 ? disk_->after_kill()
                                      : disk_->after_power_loss(seed * 7'919 + operation);
      image.begun = begun_;
      const std::lock_guard lock(mutex);
      images.push_back(std::move(image));
    });
    for (int round = 0; round < 2; ++round) compact_beside_changes();
    disk_->before_each({});
    close();
    for (auto& image : images) {
      const auto wrong = check(std::move(image));
      close();
      ++points_;
      if (!wrong.empty() && violations_++ == 0)
        first_ = "seed " + std::to_string(seed) + ": " + wrong;
    }
  }
  void live_often(std::uint64_t lives) {
    for (std::uint64_t seed = 1; seed <= lives; ++seed) live(seed);
    std::printf(
        "%llu crash points, %llu logs written anew, %llu removed, %llu violations\n",
        static_cast<unsigned long long>(points_), static_cast<unsigned long long>(rewritten_),
        static_cast<unsigned long long>(removed_), static_cast<unsigned long long>(violations_));
  }

  io::FaultyFiles::Decide lies_;  // what the disk drops meanwhile
  std::uint64_t points_ = 0, rewritten_ = 0, removed_ = 0, violations_ = 0;
  std::string first_;  // what was wrong first

 private:
  std::uint64_t below(std::uint64_t bound) { return random_() % bound; }

  NewMessage some_message() {
    auto message = message_of("message " + std::to_string(++made_), below(2) == 0 ? k_seen : 0);
    for (auto lines = below(90); lines > 0; --lines)
      message.message.raw += "line " + std::to_string(below(20)) + " of the text\r\n";
    return message;
  }

  // Several logs in which a part is dead.
  void begin() {
    settings_.log_segment = 14'000;
    settings_.reserve = 0;
    settings_.compress = below(3) == 0 ? "none" : "zstd";
    settings_.keep_replaced = std::chrono::seconds(below(2) * 86'400);
    disk_ = std::make_unique<io::MemoryDisk>();
    open();
    const auto mailbox = account();
    std::vector<Uid> uids;
    for (int i = 0; i < 45; ++i) {
      const auto appended = append(*mailbox, k_inbox, some_message());
      if (below(5) < 3) uids.push_back(appended.uids.front());
    }
    ASSERT_TRUE(threads_.work(mailbox->remove(k_inbox, uids)));
    clock_.advance(40 * 86'400);
    ASSERT_TRUE(threads_.work(mailbox->purge(clock_.now())));
  }

  void compact_beside_changes() {
    if (below(2) == 0) {  // nobody has it loaded
      reopen();
      faulty_->decide_by(lies_);
    }
    const auto id = *store_->find(owner_of(1));
    CompactTurn turn;
    if (below(2) == 0) turn.wish = CompactWish::at_once;
    auto compacting = threads_.start(store_->compact(id, turn));
    for (int i = 0; i < 3; ++i) change();
    const auto report = compacting.get();
    ASSERT_TRUE(report) << report.error().text();
    rewritten_ += report->logs;
    removed_ += report->removed.logs;
  }

  void change() {
    const auto mailbox = account();
    ++begun_;
    if (below(2) == 0) {
      append(*mailbox, k_inbox, some_message());
    } else {
      const auto view = mailbox->view().open(k_inbox);
      FlagChange flags;
      flags.action = static_cast<FlagAction>(below(3));
      flags.flags = static_cast<FlagBits>(below(32));
      const std::vector<Uid> uids(1, view->at(below(view->size())).uid);
      EXPECT_TRUE(threads_.work(mailbox->change_flags(k_inbox, uids, flags)));
    }
    states_.push_back(describe(*mailbox));
    ++answered_;
  }

  std::string describe(Account& account) {
    std::string text;
    const auto view = account.view().open(k_inbox);
    for (std::size_t i = 0; i < view->size(); ++i) {
      const Entry entry = view->at(i);
      const auto raw = threads_.work(account.read_message(entry.item));
      const auto part = threads_.work(account.read_range(entry.item, 20, 30));
      text += std::to_string(entry.uid) + " " + std::to_string(entry.flags) + " " +
              std::to_string(entry.modseq) + " " +
              (raw ? std::to_string(std::hash<std::string>()(*raw)) : raw.error().text()) +
              (raw && part && *part == raw->substr(20, 30) ? "\n" : " NO PART\n");
    }
    return text;
  }

  // What is wrong with what the image holds; nothing: all is well.
  std::string check(Image image) {
    disk_ = std::move(image.disk);
    open();
    const auto path = account_folder(*store_->find(owner_of(1)));
    const auto verified = verify_account(*disk_, path);
    if (!verified) return "verify: " + verified.error().text();
    if (!verified->good) return "verify: " + verified->text;
    const auto opened = threads_.work(store_->open_for(owner_of(1)));
    if (!opened) return "it cannot be opened: " + opened.error().text();
    const auto found = describe(**opened);
    bool known = false;
    for (auto i = image.answered; i <= image.begun && i < states_.size(); ++i)
      known = known || states_[i] == found;
    if (!known) return "expected:\n" + states_[image.answered] + "found:\n" + found;
    const auto replayed = replay_account(*disk_, path, [](const auto&, const auto*) {});
    if (!replayed) return "replay: " + replayed.error().text();
    const auto differs = difference(*state_of(**opened), replayed->state);
    if (!differs.empty()) return "the logs say otherwise: " + differs;
    CompactTurn turn;
    turn.wish = CompactWish::at_once;
    const auto again = threads_.work(store_->compact((*opened)->id(), turn));
    if (!again) return "compacting after the crash: " + again.error().text();
    return describe(**opened) == found ? "" : "another mailbox when compacted after the crash";
  }

  std::mt19937_64 random_;
  std::uint64_t made_ = 0;
  std::vector<std::string> states_;
  std::atomic<std::size_t> answered_ = 0, begun_ = 0;
};

TEST_F(CompactCrash, NothingIsLostWhileLogsAreWrittenAnew) {
  const std::uint64_t lives = std::getenv("KONTOR_LONG") != nullptr ? 100 : 4;
  live_often(lives);
  EXPECT_EQ(violations_, 0U) << first_;
  EXPECT_GE(points_, lives * 50);
  EXPECT_GE(rewritten_, lives * 3);
  EXPECT_GE(removed_, 1U);
}

TEST_F(CompactCrash, ANewLogThatIsNotSyncedIsCaught) {
  lies_ = [](const io::OperationInfo& info) {
    const bool lies = info.kind == io::Operation::sync && info.path.ends_with(".new");
    return lies ? io::FaultyFiles::k_drop : 0;
  };
  live_often(2);
  EXPECT_GT(violations_, 0U) << "the harness sees nothing";
}

}  // namespace
}  // namespace kontor::store
