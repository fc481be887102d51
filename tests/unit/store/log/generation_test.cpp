// SPDX-License-Identifier: GPL-3.0-or-later
// A sealed log that is written anew: the same frames in less room, found by every reader, and
// nothing of it before it is complete.
#include "store/log/generation.hpp"

#include <algorithm>

#include "store/log/frame.hpp"
#include "store/log/rewrite.hpp"
#include "store/log/verify.hpp"
#include "tests/unit/store/log/log_fixture.hpp"

namespace kontor::store {
namespace {
using namespace kontor::store::testing;

constexpr auto k_second = log_of(1, 2);

// Drops the payload of every second frame and names the others in the footer.
RewriteSteps halving() {
  RewriteSteps steps;
  steps.choose = [](const FrameHeader& header, std::string_view) -> Result<Rewritten> {
    Rewritten out;
    out.type = header.type;
    out.codec = header.codec;
    if (header.sequence % 2 == 0) {
      out.type = FrameType::stub;
      out.payload = "gone";
    } else {
      out.listed = true;
    }
    return out;
  };
  steps.pace = [](std::uint64_t) { return Result<void>(); };
  return steps;
}

class GenerationTest : public ::testing::Test {
 protected:
  GenerationTest() {
    const auto log = create_log(*disk_, pool_);
    for (int i = 0; i < 30; ++i) {
      EXPECT_TRUE(append_now(*log, pool_, {"frame " + std::to_string(i) + std::string(300, 'x')}));
      marks_.push_back(log->durable());
    }
  }
  std::shared_ptr<LogDevice> device() { return local_log_device(*disk_, k_folder); }
  Result<NewLog> rewrite(std::uint32_t log = 1) {
    return rewrite_log(*device(), log, UtcSeconds(std::chrono::seconds(1'000)), halving());
  }
  std::string path(const std::string& name) { return std::string(k_folder) + "/" + name; }
  // Sequence numbers and incarnations, which must never change.
  static std::vector<std::pair<std::uint64_t, std::uint64_t>> numbers(
      const std::vector<Read>& frames) {
    std::vector<std::pair<std::uint64_t, std::uint64_t>> out;
    for (const auto& frame : frames)
      out.emplace_back(frame.header.sequence, frame.header.incarnation);
    return out;
  }

  std::unique_ptr<io::MemoryDisk> disk_ = new_disk();
  SyncPool pool_{0};
  std::vector<LogMark> marks_;
};

TEST(LogIds, NameALogAndItsGeneration) {
  EXPECT_EQ(log_file_name(3), "log.000003");
  EXPECT_EQ(log_file_name(log_of(3, 2)), "log.000003.g2");
  EXPECT_EQ(log_file_name(log_of(12'345'678, 32)), "log.12345678.g32");
  for (const auto log : {std::uint32_t{1}, log_of(1, 2), log_of(k_last_log, k_last_generation)})
    EXPECT_EQ(log_of_file_name(log_file_name(log)), log);
  for (const char* name : {"log.000003.g1", "log.000003.g0", "log.000003.g33", "log.000003.g2.new",
                           "log.3", "log.000000", "log.200000000", "log.000003.g", "log..g2"})
    EXPECT_FALSE(log_of_file_name(name)) << name;
}

TEST(FooterBytes, ComeBackAsTheyWere) {
  Footer footer;
  footer.generation = 5;
  footer.made = UtcSeconds(std::chrono::seconds(1'800'000'000));
  footer.replaced_size = 9'000'000;
  footer.other_bytes = 77;
  footer.messages = {{3, 1'024, 400}, {4, 1'424, 90}, {9, 9'000, 100'000}};
  const auto bytes = encode_footer(footer, 123'456);
  const auto again = decode_footer(bytes);
  ASSERT_TRUE(again) << again.error().text();
  EXPECT_EQ(*again, footer);
  for (std::size_t size = 0; size < bytes.size(); ++size)
    EXPECT_FALSE(decode_footer(std::string_view(bytes).substr(0, size)));
  auto later = bytes;
  later[0] = 2;
  EXPECT_EQ(decode_footer(later).error().code(), Errc::unsupported);
}

TEST_F(GenerationTest, HasTheSameFramesInLessRoom) {
  const auto before = open_log(*disk_, pool_);
  const auto made = rewrite();
  ASSERT_TRUE(made) << made.error().text();
  EXPECT_EQ(made->log, k_second);
  EXPECT_LT(made->after, made->before * 3 / 4);
  EXPECT_EQ(made->after, disk_->stat(path("log.000001.g2"))->size);
  const auto after = open_log(*disk_, pool_);
  ASSERT_NE(after.log, nullptr) << after.error;
  EXPECT_TRUE(after.report.damage.empty());
  EXPECT_EQ(numbers(after.frames), numbers(before.frames));
  for (std::size_t i = 0; i < after.frames.size(); ++i) {
    const auto& frame = after.frames[i];
    const bool gone = log_number(frame.position.file) == 1 && frame.header.sequence % 2 == 0;
    EXPECT_EQ(frame.payload, gone ? "gone" : before.frames[i].payload);
    EXPECT_EQ(log_generation(frame.position.file), log_number(frame.position.file) == 1 ? 2U : 1U);
    EXPECT_EQ(*after.log->read_payload(frame.position), frame.payload);
  }
}

TEST_F(GenerationTest, TheFooterSaysWhereMessagesStand) {
  ASSERT_TRUE(rewrite());
  const auto footer = read_footer(*device(), k_second);
  ASSERT_TRUE(footer) << footer.error().text();
  EXPECT_EQ(footer->generation, 2U);
  EXPECT_EQ(footer->made, UtcSeconds(std::chrono::seconds(1'000)));
  std::size_t found = 0;
  for (const auto& frame : open_log(*disk_, pool_).frames) {
    if (frame.position.file != k_second || frame.header.sequence % 2 == 0) continue;
    ASSERT_LT(found, footer->messages.size());
    EXPECT_EQ(footer->messages[found].item, frame.header.sequence);
    EXPECT_EQ(footer->messages[found].offset, frame.position.offset);
    ++found;
  }
  EXPECT_EQ(found, footer->messages.size());
}

TEST_F(GenerationTest, TheHighestCompleteOneCounts) {
  ASSERT_TRUE(rewrite());
  ASSERT_TRUE(rewrite(k_second));
  EXPECT_EQ(device()->list()->front(), log_of(1, 3));
  EXPECT_EQ(*device()->list_replaced(), (std::vector<std::uint32_t>{1, k_second}));
  const auto whole = bytes_of(*disk_, "log.000001.g3");
  // A copy that broke off anywhere is passed over.
  for (std::size_t size = 0; size < whole.size(); size += 97) {
    put_bytes(*disk_, whole.substr(0, size), "log.000001.g3");
    ASSERT_EQ(device()->list()->front(), k_second) << size;
  }
  // One under another name too.
  put_bytes(*disk_, whole, "log.000001.g4");
  EXPECT_EQ(device()->list()->front(), k_second);
}

TEST_F(GenerationTest, AnUnfinishedOneWasNeverThere) {
  auto begun = device()->begin_generation(k_second);
  ASSERT_TRUE(begun);
  ASSERT_TRUE((*begun)->append("half of it"));
  EXPECT_EQ(device()->list()->front(), 1U);
  const auto killed = disk_->after_kill();
  (*begun).reset();
  EXPECT_FALSE(disk_->stat(path("log.000001.g2.new")));
  // What a killed process has left goes with the next attempt, whichever log that is for.
  EXPECT_TRUE(killed->stat(path("log.000001.g2.new")));
  const auto next = local_log_device(*killed, k_folder);
  ASSERT_TRUE(rewrite_log(*next, 2, {}, halving()));
  EXPECT_FALSE(killed->stat(path("log.000001.g2.new")));
}

TEST_F(GenerationTest, AMarkInTheReplacedOneStillHolds) {
  const auto before = open_log(*disk_, pool_);
  ASSERT_TRUE(rewrite());
  ASSERT_TRUE(device()->remove(1));
  for (const auto& mark : marks_) {
    const auto opened = open_log(*disk_, pool_, k_small, mark);
    ASSERT_NE(opened.log, nullptr) << opened.error;
    ASSERT_EQ(opened.frames.size(),
              static_cast<std::size_t>(std::ranges::count_if(before.frames, [&](const Read& frame) {
                return frame.header.sequence > mark.sequence;
              })));
  }
}

TEST_F(GenerationTest, DamageInItIsFoundAndTheRestIsServed) {
  ASSERT_TRUE(rewrite());
  ASSERT_TRUE(device()->remove(1));
  const auto whole = open_log(*disk_, pool_).frames;
  auto bytes = bytes_of(*disk_, "log.000001.g2");
  bytes[whole[2].position.offset + 50] ^= 4;
  put_bytes(*disk_, bytes, "log.000001.g2");
  const auto opened = open_log(*disk_, pool_);
  ASSERT_NE(opened.log, nullptr);
  ASSERT_EQ(opened.report.damage.size(), 1U);
  EXPECT_EQ(opened.report.damage[0].begin, whole[2].position);
  EXPECT_EQ(opened.frames.size(), whole.size() - 1);
  EXPECT_EQ(rewrite(k_second).error().code(), Errc::corrupt) << "a damaged log is left alone";
  const auto check = check_logs(*device(), [](const auto&, auto) { return Result<void>(); });
  ASSERT_TRUE(check);
  EXPECT_FALSE(check->good());
  EXPECT_NE(describe(*check).find("DAMAGED log.000001.g2:"), std::string::npos);
}

TEST_F(GenerationTest, ADamagedLogIsLeftAlone) {
  auto bytes = bytes_of(*disk_);
  bytes[2'000] ^= 1;
  put_bytes(*disk_, bytes);
  EXPECT_EQ(rewrite().error().code(), Errc::corrupt);
  EXPECT_FALSE(disk_->stat(path("log.000001.g2")));
  EXPECT_FALSE(disk_->stat(path("log.000001.g2.new")));
}

TEST_F(GenerationTest, NothingIsAppendedToOneWhoseSuccessorsWereLost) {
  ASSERT_TRUE(rewrite());
  const auto logs = *device()->list();
  for (const auto log : logs)
    if (log_number(log) > 1) {
      ASSERT_TRUE(device()->remove(log));
    }
  auto opened = open_log(*disk_, pool_);
  ASSERT_NE(opened.log, nullptr) << opened.error;
  const auto appended = append_now(*opened.log, pool_, {"more"});
  ASSERT_TRUE(appended);
  EXPECT_EQ(appended->positions[0], (LogPosition{2, k_log_start}));
}

TEST_F(GenerationTest, EndsWhenThePaceSaysSo) {
  auto steps = halving();
  int calls = 0;
  steps.pace = [&](std::uint64_t) -> Result<void> {
    if (++calls > 3) return fail(Errc::cancelled);
    return {};
  };
  EXPECT_EQ(rewrite_log(*device(), 1, {}, steps).error().code(), Errc::cancelled);
  EXPECT_EQ(device()->list()->front(), 1U);
}

}  // namespace
}  // namespace kontor::store
