// SPDX-License-Identifier: GPL-3.0-or-later
// Power is lost before every operation on the disk while a mailbox is worked on in every way: what
// comes back is the mailbox as it was before or after the change under way, whole, and never
// earlier than the last one that was answered; what it shows then outlives the next loss of power.
//
// The same harness is turned on disks that lie: it must see what each lie costs, or it proves
// nothing.
#include <chrono>
#include <cstdio>

#include "store/tools/replayed.hpp"
#include "tests/crash/mailbox_workload.hpp"

namespace kontor::store {
namespace {

struct Image {  // what a machine would find that lost power here
  std::unique_ptr<io::MemoryDisk> disk;
  std::size_t answered = 0;  // changes answered before
  std::size_t begun = 0;     // changes begun before
  std::uint64_t seed = 0;
  bool killed = false;  // the process alone died
};

struct Outcome {
  std::uint64_t points = 0;
  std::uint64_t violations = 0;
  std::string first;  // what was wrong first
  void add(const Outcome& other) {
    points += other.points;
    violations += other.violations;
    if (first.empty()) first = other.first;
  }
};

class MailboxCrash : public MailboxWorkload {
 protected:
  // A life of `changes` changes with a crash before each operation of the disk.
  Outcome live(std::uint64_t seed, std::size_t changes, io::FaultyFiles::Decide lies = {}) {
    begin(seed, std::move(lies));
    std::vector<Image> images;
    std::mutex mutex;
    look_before_each([&](std::uint64_t operation) {
      Image image;
      image.answered = answered();
      image.begun = begun();
      image.seed = seed * 7'919 + operation;
      image.killed = operation % kill_every_ == 0;
      image.disk = image.killed ? disk_->after_kill() : disk_->after_power_loss(image.seed);
      const std::lock_guard lock(mutex);
      images.push_back(std::move(image));
    });
    for (std::size_t i = 0; i < changes; ++i) step();
    end();
    Outcome out;
    for (auto& image : images) {
      ++out.points;
      const std::string wrong = check(std::move(image));
      if (wrong.empty()) continue;
      if (out.violations++ == 0) out.first = "seed " + std::to_string(seed) + ", " + wrong;
    }
    return out;
  }

  Outcome live_often(std::uint64_t lives,
                     std::size_t changes,
                     const io::FaultyFiles::Decide& lies = {}) {
    const auto start = std::chrono::steady_clock::now();
    Outcome sum;
    for (std::uint64_t seed = 1; seed <= lives; ++seed) sum.add(live(seed, changes, lies));
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
    std::printf("%llu crash points, %.0f a second, %llu violations\n",
                static_cast<unsigned long long>(sum.points),
                static_cast<double>(sum.points) / took.count(),
                static_cast<unsigned long long>(sum.violations));
    return sum;
  }

 private:
  // What is wrong with what the image holds; nothing: all is well.
  std::string check(Image image) {
    const auto& before = state(image.answered);
    const auto& after = state(image.begun);
    disk_ = std::move(image.disk);
    std::string wrong = verified();
    auto mailbox = try_account(recovery_lies_);
    if (mailbox == nullptr) {
      close();
      return "the mailbox cannot be opened; " + wrong;
    }
    const std::string found = describe(*mailbox);
    if (wrong.empty()) wrong = compared_with_log(*mailbox);
    auto later = disk_->after_power_loss(image.seed + 1);
    mailbox.reset();
    close();
    if (found != before && found != after)
      wrong += "\nbefore:\n" + before + "after:\n" + after + "found:\n" + found;
    if (wrong.empty() && (image.killed || image.seed % 3 == 0)) wrong = again(later, found);
    return wrong.empty() ? wrong : "change " + std::to_string(image.begun) + ": " + wrong;
  }

  // The tools find nothing, except a tail that was never acknowledged.
  std::string verified() {
    const auto replayed = replay_account(*disk_, folder(), [](const auto&, const auto*) {});
    if (!replayed) return "verify: " + replayed.error().text();
    if (!replayed->logs.good()) return "verify: " + describe_damage(*replayed);
    for (const auto& problem : replayed->problems)
      if (!snapshots_may_be_bad_ && !is_of_a_copy(problem)) return "verify: " + problem;
    const auto lost = lost_messages(*replayed);
    return lost.empty()
               ? ""
               : "verify: lost " + lost.front().name + " UID " + std::to_string(lost.front().uid);
  }
  // A folder copied back beside a younger snapshot, until it is opened.
  static bool is_of_a_copy(const std::string& problem) {
    return problem.starts_with("snapshot: ") && problem.find("longer log") != std::string::npos;
  }
  static std::string describe_damage(const Replayed& replayed) {
    return store::describe(replayed.logs);
  }

  // Snapshot and tail make what the whole log makes.
  std::string compared_with_log(const Account& mailbox) {
    const auto replayed = replay_account(*disk_, folder(), [](const auto&, const auto*) {});
    if (!replayed) return "replay: " + replayed.error().text();
    if (!replayed->problems.empty() && !snapshots_may_be_bad_)
      return "opened: " + replayed->problems.front();
    const auto differs = difference(*state_of(mailbox), replayed->state);
    return differs.empty() ? "" : "the log says otherwise: " + differs;
  }

  // What was shown is there after the next loss of power.
  std::string again(std::unique_ptr<io::MemoryDisk>& later, const std::string& found) {
    disk_ = std::move(later);
    auto mailbox = try_account();
    const std::string now = mailbox == nullptr ? "nothing\n" : describe(*mailbox);
    mailbox.reset();
    close();
    return now == found ? "" : "\nshown after recovery:\n" + found + "then lost:\n" + now;
  }

 protected:
  io::FaultyFiles::Decide recovery_lies_;  // what the disk drops while an image is opened
  bool snapshots_may_be_bad_ = false;
  std::uint64_t kill_every_ = 5;  // of so many operations, one loses the process alone
};

bool is_log(const std::string& path) { return path.find("/log.") != std::string::npos; }

int drop_syncs_of_logs(const io::OperationInfo& info) {
  const bool lies = info.kind == io::Operation::sync && is_log(info.path);
  return lies ? io::FaultyFiles::k_drop : 0;
}

int drop_syncs_of_the_rest(const io::OperationInfo& info) {
  const bool lies = info.kind == io::Operation::sync && !is_log(info.path);
  return lies ? io::FaultyFiles::k_drop : 0;
}

int drop_syncs_of_folders(const io::OperationInfo& info) {
  return info.kind == io::Operation::sync_directory ? io::FaultyFiles::k_drop : 0;
}

TEST_F(MailboxCrash, EveryChangeIsWholeAndNoAnsweredOneIsLost) {
  const bool is_long = std::getenv("KONTOR_LONG") != nullptr;
  const Outcome all = live_often(is_long ? 150 : 6, 60);
  EXPECT_EQ(all.violations, 0U) << all.first;
  EXPECT_GE(all.points, 1'000U);
  for (const auto& operation : operations()) {
    const auto ran = counts().find(operation.name);
    if (is_long)
      std::printf("  %s: %llu\n", operation.name,
                  ran == counts().end() ? 0ULL : static_cast<unsigned long long>(ran->second));
    EXPECT_NE(ran, counts().end()) << operation.name << " was never done";
  }
}

// A commit that does not wait for its sync, and snapshots that cover frames that are not there.
TEST_F(MailboxCrash, ALogThatIsNotSyncedIsCaught) {
  const Outcome all = live_often(2, 25, drop_syncs_of_logs);
  EXPECT_GT(all.violations, 0U) << "the harness sees nothing";
}

TEST_F(MailboxCrash, ANewLogWhoseNameIsNotSyncedIsCaught) {
  const Outcome all = live_often(2, 40, drop_syncs_of_folders);
  EXPECT_GT(all.violations, 0U) << "the harness sees nothing";
}

// What a killed process left un-synced is shown, and gone with the next loss of power.
TEST_F(MailboxCrash, ARecoveryThatDoesNotSyncIsCaught) {
  recovery_lies_ = drop_syncs_of_logs;
  kill_every_ = 1;
  const Outcome all = live_often(2, 25);
  EXPECT_GT(all.violations, 0U) << "the harness sees nothing";
}

// The snapshot is only a cache: whatever becomes of it costs nothing.
TEST_F(MailboxCrash, ASnapshotThatIsNotSyncedCostsNothing) {
  snapshots_may_be_bad_ = true;
  const Outcome all = live_often(2, 40, drop_syncs_of_the_rest);
  EXPECT_EQ(all.violations, 0U) << all.first;
}

}  // namespace
}  // namespace kontor::store
