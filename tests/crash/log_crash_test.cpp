// SPDX-License-Identifier: GPL-3.0-or-later
// Power is lost before every operation on the disk, at every point of random work on a log; what
// comes back must be a prefix of what was appended, and hold everything that was acknowledged.
//
// The same harness is turned on logs that break a rule on purpose (a completion without its sync, a
// disk that lies): it must see acknowledged frames go missing, or it proves nothing.
#include <gtest/gtest.h>

#include <cstdio>
#include <random>

#include "base/io/memory_disk.hpp"
#include "store/log/account_log.hpp"
#include "store/log/device.hpp"
#include "store/log/sync_pool.hpp"

namespace kontor::store {
namespace {

constexpr const char* k_folder = "/account";
constexpr AccountLog::Options k_options{.segment_size = 6'000, .preallocate = 2'048};

// Says that an append is durable one append too early: a wait that somebody dropped.
class HastyDevice final : public LogDevice {
 public:
  explicit HastyDevice(std::shared_ptr<LogDevice> inner) : inner_(std::move(inner)) {}
  ~HastyDevice() override { catch_up(); }

  Result<std::vector<std::uint32_t>> list() override { return inner_->list(); }
  Result<std::uint64_t> size(std::uint32_t log) override { return inner_->size(log); }
  Result<std::string> read(std::uint32_t log, std::uint64_t at, std::uint64_t size) override {
    return inner_->read(log, at, size);
  }
  Result<void> create(std::uint32_t log, std::string_view bytes) override {
    catch_up();
    return inner_->create(log, bytes);
  }
  Result<void> append(std::uint32_t log,
                      std::uint64_t offset,
                      std::string_view bytes,
                      std::uint64_t room) override {
    catch_up();
    late_ = [this, log, offset, copy = std::string(bytes), room] {
      EXPECT_TRUE(inner_->append(log, offset, copy, room));
    };
    return {};
  }
  Result<void> harden(std::uint32_t log, std::uint64_t at, std::uint64_t size) override {
    return inner_->harden(log, at, size);
  }
  Result<void> cut(std::uint32_t log, std::uint64_t size) override {
    return inner_->cut(log, size);
  }
  Result<void> seal(std::uint32_t log, std::uint64_t size) override {
    catch_up();
    return inner_->seal(log, size);
  }
  Result<void> remove(std::uint32_t log) override { return inner_->remove(log); }
  Result<void> quarantine(const std::string& name, std::string_view bytes) override {
    return inner_->quarantine(name, bytes);
  }

 private:
  void catch_up() {
    if (auto late = std::exchange(late_, nullptr)) late();
  }
  std::shared_ptr<LogDevice> inner_;
  std::move_only_function<void()> late_;
};

struct Setup {
  std::uint64_t seed = 0;
  std::uint64_t appends = 40;
  std::uint64_t crashes_a_point = 1;
  bool hasty = false;
  bool dropped_syncs = false;
};

struct Outcome {
  std::uint64_t points = 0;
  std::uint64_t violations = 0;
  std::string first;  // what was wrong first
};

// One life of a log, watched: what was appended and what was acknowledged, and after every crash a
// comparison with what comes back.
class Life {
 public:
  explicit Life(const Setup& setup) : setup_(setup), random_(setup.seed) {}

  Outcome run() {
    EXPECT_TRUE(disk_.make_directory(k_folder));
    EXPECT_TRUE(disk_.sync_directory("/"));
    auto log = AccountLog::create(device(disk_), pool_, k_options);
    EXPECT_TRUE(log);
    if (setup_.dropped_syncs) disk_.set_syncs(io::Syncs::dropped);
    disk_.before_each([this](std::uint64_t number) { crash_before(number); });
    for (std::uint64_t i = 0; i < setup_.appends; ++i) {
      append(**log);
      if (below(3) == 0) pool_.run_one();
    }
    while (pool_.run_one()) {
    }
    disk_.before_each({});
    return std::move(out_);
  }

 private:
  struct Group {
    std::vector<std::string> payloads;
  };

  std::uint64_t below(std::uint64_t bound) { return random_() % bound; }

  std::shared_ptr<LogDevice> device(io::MemoryDisk& disk) const {
    auto local = local_log_device(disk, k_folder);
    return setup_.hasty ? std::make_shared<HastyDevice>(std::move(local)) : local;
  }

  void append(AccountLog& log) {
    Group group;
    std::vector<NewFrame> frames;
    for (std::uint64_t n = below(3) + 1; n > 0; --n) {
      std::string payload = "frame " + std::to_string(random_());
      payload.resize(payload.size() + below(below(4) == 0 ? 1'500 : 120), '.');
      group.payloads.push_back(payload);
      frames.push_back({FrameType::deliver, std::move(payload)});
    }
    groups_.push_back(std::move(group));
    const auto appended = log.append(std::move(frames), [this](Result<void> done) {
      EXPECT_TRUE(done);
      ++acknowledged_;
    });
    EXPECT_TRUE(appended);
  }

  void crash_before(std::uint64_t operation) {
    for (std::uint64_t n = 0; n < setup_.crashes_a_point; ++n) {
      const std::uint64_t seed = setup_.seed * 1'000'003 + operation * 101 + n;
      check(disk_.after_power_loss(seed), seed);
    }
    // The process alone dies; power is lost after its successor has begun to work.
    if (operation % 4 == 0) check(disk_.after_kill(), operation);
  }

  // Opens what is left, compares, works on, loses power again, compares again.
  void check(std::unique_ptr<io::MemoryDisk> disk, std::uint64_t seed) {
    ++out_.points;
    std::vector<std::string> found;
    if (!open_and_append(*disk, found)) return;
    compare(found, acknowledged_);
    found.emplace_back("acknowledged after recovery");
    const auto later = disk->after_power_loss(seed + 7);
    std::vector<std::string> again;
    if (open(*later, again) && again != found) wrong("lost behind a recovery");
  }

  bool open(io::MemoryDisk& disk, std::vector<std::string>& found) {
    return opened(disk, found) != nullptr;
  }

  bool open_and_append(io::MemoryDisk& disk, std::vector<std::string>& found) {
    SyncPool pool(0);
    const auto log = opened(disk, found, &pool);
    if (!log) return false;
    bool done = false;
    std::vector<NewFrame> frames;
    frames.push_back({FrameType::deliver, "acknowledged after recovery"});
    const auto appended =
        log->append(std::move(frames), [&done](Result<void> result) { done = result.has_value(); });
    while (pool.run_one()) {
    }
    if (!appended || !done) wrong("cannot append after recovery");
    return true;
  }

  std::unique_ptr<AccountLog> opened(io::MemoryDisk& disk,
                                     std::vector<std::string>& found,
                                     SyncPool* pool = nullptr) {
    ReplayReport report;
    const ReplayFrame replay = [&found](const FrameHeader&, const LogPosition&,
                                        std::string_view payload) -> Result<void> {
      found.emplace_back(payload);
      return {};
    };
    auto log = AccountLog::open(local_log_device(disk, k_folder), pool ? *pool : pool_, k_options,
                                LogPosition{}, replay, report);
    if (!log) {
      wrong("cannot open: " + log.error().text());
      return nullptr;
    }
    if (!report.damage.empty()) wrong("damage without damage: " + report.damage.front().what);
    return *std::move(log);
  }

  // Whole groups, in order, at least the acknowledged ones.
  void compare(const std::vector<std::string>& found, std::uint64_t acknowledged) {
    std::size_t at = 0;
    std::uint64_t whole = 0;
    for (const auto& group : groups_) {
      if (at == found.size()) break;
      for (const auto& payload : group.payloads) {
        if (at == found.size() || found[at] != payload) return wrong("not a prefix of the appends");
        ++at;
      }
      ++whole;
    }
    if (at != found.size()) return wrong("more than was appended");
    if (whole < acknowledged) wrong("acknowledged frames are gone");
  }

  void wrong(const std::string& what) {
    if (out_.violations++ == 0) out_.first = what + ", seed " + std::to_string(setup_.seed);
  }

  const Setup setup_;
  std::mt19937_64 random_;
  io::MemoryDisk disk_;
  SyncPool pool_{0};
  std::vector<Group> groups_;
  std::uint64_t acknowledged_ = 0;
  Outcome out_;
};

std::uint64_t rounds() { return std::getenv("KONTOR_LONG") != nullptr ? 600 : 30; }

Outcome live(Setup setup, std::uint64_t lives) {
  Outcome sum;
  for (std::uint64_t seed = 1; seed <= lives; ++seed) {
    setup.seed = seed;
    const Outcome one = Life(setup).run();
    sum.points += one.points;
    sum.violations += one.violations;
    if (sum.first.empty()) sum.first = one.first;
  }
  std::printf("%llu crash points, %llu violations\n", static_cast<unsigned long long>(sum.points),
              static_cast<unsigned long long>(sum.violations));
  return sum;
}

TEST(LogCrash, NothingAcknowledgedIsLostAtAnyPoint) {
  const Outcome all = live({.crashes_a_point = 2}, rounds());
  EXPECT_GE(all.points, 2'000U);
  EXPECT_EQ(all.violations, 0U) << all.first;
}

TEST(LogCrash, ACompletionThatDoesNotWaitForTheSyncIsCaught) {
  const Outcome all = live({.crashes_a_point = 2, .hasty = true}, 3);
  EXPECT_GT(all.violations, 0U) << "the harness sees nothing";
}

TEST(LogCrash, ADiskThatLiesAboutSyncsIsCaught) {
  const Outcome all = live({.crashes_a_point = 2, .dropped_syncs = true}, 3);
  EXPECT_GT(all.violations, 0U) << "the harness sees nothing";
}

}  // namespace
}  // namespace kontor::store
