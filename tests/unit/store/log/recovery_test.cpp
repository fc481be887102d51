// SPDX-License-Identifier: GPL-3.0-or-later
// What opening makes of logs that were torn, damaged, left by an older owner or cut short.
#include <algorithm>

#include "log_fixture.hpp"
#include "store/log/frame.hpp"

namespace kontor::store {
namespace {
using namespace testing;

class Recovery : public ::testing::Test {
 protected:
  // A log of these appends, each with its own sync.
  std::string written(const std::vector<std::vector<std::string>>& groups) {
    const auto log = create_log(*disk, pool);
    for (const auto& group : groups) EXPECT_TRUE(append_now(*log, pool, group));
    return bytes_of(*disk);
  }

  std::unique_ptr<io::MemoryDisk> disk = new_disk();
  SyncPool pool{0};
};

// Are these the first frames of `all`, perhaps fewer?
bool is_prefix(const std::vector<std::string>& some, const std::vector<std::string>& all) {
  return some.size() <= all.size() && std::equal(some.begin(), some.end(), all.begin());
}

TEST_F(Recovery, ATornTailOfEveryLengthIsCutAndAppendingGoesOn) {
  const std::string whole = written({{"first"}, {"second", "third"}, {"fourth"}});
  const std::vector<std::size_t> ends = {1'024, 1'069, 1'069 + 46 + 45, 1'160 + 46};
  const std::vector<std::string> all = {"first", "second", "third", "fourth"};
  const std::vector<std::size_t> frames = {0, 1, 3, 4};  // known at each end
  for (std::size_t length = 1'024; length <= ends.back(); ++length) {
    disk = new_disk();
    put_bytes(*disk, whole.substr(0, length));
    const auto reached = std::ranges::upper_bound(ends, length) - ends.begin() - 1;
    const std::size_t kept = frames[static_cast<std::size_t>(reached)];
    {
      const auto opened = open_log(*disk, pool);
      ASSERT_TRUE(opened.log) << length << ": " << opened.error;
      ASSERT_EQ(opened.frames.size(), kept) << length;
      ASSERT_TRUE(is_prefix(payloads_of(opened.frames), all));
      ASSERT_EQ(opened.report.torn_bytes > 0, length != ends[static_cast<std::size_t>(reached)]);
      ASSERT_TRUE(opened.report.damage.empty()) << length;
      ASSERT_EQ(append_now(*opened.log, pool, {"after"})->first_sequence, kept + 1);
    }
    const auto again = open_log(*disk, pool);
    ASSERT_EQ(again.frames.size(), kept + 1) << length;
    ASSERT_EQ(again.frames.back().payload, "after");
    ASSERT_EQ(again.report.torn_bytes, 0U);
  }
}

TEST_F(Recovery, EveryFlippedBitOfALogIsFoundAndNothingWrongIsReplayed) {
  const std::string whole = written({{"first"}, {"second", "third"}, {"fourth"}, {"fifth"}});
  const std::vector<std::string> all = {"first", "second", "third", "fourth", "fifth"};
  for (std::size_t bit = 0; bit < whole.size() * 8; ++bit) {
    std::string broken = whole;
    broken[bit / 8] = static_cast<char>(broken[bit / 8] ^ (1 << (bit % 8)));
    disk = new_disk();
    put_bytes(*disk, broken);
    const auto opened = open_log(*disk, pool);
    ASSERT_TRUE(opened.log) << "bit " << bit << ": " << opened.error;
    EXPECT_TRUE(!opened.report.damage.empty() || opened.report.torn_bytes > 0) << "bit " << bit;
    std::size_t next = 0;
    for (const auto& frame : opened.frames) {
      while (next < all.size() && all[next] != frame.payload) ++next;
      ASSERT_LT(next, all.size()) << "bit " << bit << " gave " << frame.payload;
      ++next;
    }
    EXPECT_GE(opened.frames.size(), 4U) << "one flip costs one frame, bit " << bit;
  }
}

// A snapshot may lie beside logs that were copied back: its mark must not be believed, although the
// room written ahead makes the log long enough.
TEST_F(Recovery, AMarkOfALongerLogIsRefused) {
  std::vector<LogMark> marks;
  std::vector<std::string> copies;
  {
    const auto log = create_log(*disk, pool);
    for (const std::string text : {"first", "second", "", "fourth"}) {
      copies.push_back(bytes_of(*disk));
      ASSERT_TRUE(append_now(*log, pool, {text, std::string(60, '\0')}));  // ends like free room
      marks.push_back(log->durable());
    }
    copies.push_back(bytes_of(*disk));
  }
  for (std::size_t frames = 0; frames < copies.size(); ++frames)
    for (std::size_t mark = 0; mark < marks.size(); ++mark) {
      disk = new_disk();
      put_bytes(*disk, copies[frames]);
      const auto opened = open_log(*disk, pool, k_small, marks[mark]);
      if (mark < frames) {
        ASSERT_TRUE(opened.log) << frames << " " << mark << ": " << opened.error;
        EXPECT_EQ(opened.frames.size(), 2 * (frames - mark - 1));
        EXPECT_TRUE(opened.report.damage.empty());
      } else {
        EXPECT_FALSE(opened.log) << frames << " " << mark;
        EXPECT_NE(opened.error.find("copied back"), std::string::npos) << opened.error;
      }
    }
}

TEST_F(Recovery, AMarkOfAnotherHistoryIsRefused) {
  const auto history = [this](const std::vector<std::string>& texts) {
    LogMark mark;
    const auto opened = open_log(*disk, pool);
    for (const auto& text : texts) {
      EXPECT_TRUE(append_now(*opened.log, pool, {text}));
      mark = opened.log->durable();
    }
    return mark;
  };
  create_log(*disk, pool);
  history({"both"});
  const auto common = bytes_of(*disk);
  const auto mark = history({"one", "two"});
  for (const std::vector<std::string>& other :
       std::vector<std::vector<std::string>>{{"one", "two"},
                                             {"one", "two", "three"},
                                             {"longer than both of them"},
                                             {"x", "y", std::string(200, 'z')}}) {
    disk = new_disk();
    put_bytes(*disk, common);
    history(other);
    const auto opened = open_log(*disk, pool, k_small, mark);
    EXPECT_FALSE(opened.log) << other.size();
  }
}

TEST_F(Recovery, DamageBeforeAMarkIsNotItsMatter) {
  LogMark mark;
  {
    const auto log = create_log(*disk, pool);
    ASSERT_TRUE(append_now(*log, pool, {"first"}));
    ASSERT_TRUE(append_now(*log, pool, {"second"}));
    mark = log->durable();
    ASSERT_TRUE(append_now(*log, pool, {"third"}));
  }
  const auto whole = bytes_of(*disk);
  const std::size_t second = 1'024 + 45;
  for (std::size_t at = second; at < second + 46; ++at) {
    auto broken = whole;
    broken[at] = static_cast<char>(broken[at] ^ 0x40);
    disk = new_disk();
    put_bytes(*disk, broken);
    const auto opened = open_log(*disk, pool, k_small, mark);
    ASSERT_TRUE(opened.log) << at - second << ": " << opened.error;
    EXPECT_EQ(payloads_of(opened.frames), std::vector<std::string>{"third"});
  }
}

TEST_F(Recovery, DamageBelowTheDurableMarkIsPassedOverAndKeptAside) {
  std::string whole = written({{"first"}, {"second"}, {"third"}, {"fourth"}});
  const std::size_t second = 1'024 + 45;
  whole[second + 43] = '?';
  put_bytes(*disk, whole);
  {
    const auto opened = open_log(*disk, pool);
    ASSERT_TRUE(opened.log);
    EXPECT_EQ(payloads_of(opened.frames), (std::vector<std::string>{"first", "third", "fourth"}));
    ASSERT_EQ(opened.report.damage.size(), 1U);
    EXPECT_EQ(opened.report.damage[0].begin, (LogPosition{1, second}));
    EXPECT_EQ(opened.report.damage[0].end, (LogPosition{1, second + 46}));
    EXPECT_EQ(opened.report.torn_bytes, 0U);
    EXPECT_EQ(append_now(*opened.log, pool, {"fifth"})->first_sequence, 5U);
  }
  EXPECT_EQ(bytes_of(*disk, "quarantine/log.000001.1069-1115"), whole.substr(second, 46));
  const auto again = open_log(*disk, pool);
  EXPECT_EQ(payloads_of(again.frames),
            (std::vector<std::string>{"first", "third", "fourth", "fifth"}));
  EXPECT_EQ(again.report.damage.size(), 1U) << "damage stays known";
}

TEST_F(Recovery, ABadFrameAboveEveryDurableMarkIsTheTornTail) {
  std::string whole;
  {
    const auto log = create_log(*disk, pool);
    ASSERT_TRUE(append_now(*log, pool, {"first"}));
    for (const char* text : {"second", "third", "fourth"})  // one sync for the three
      ASSERT_TRUE(log->append(frames_of({text}), [](Result<void>) {}));
    run_all(pool);
    whole = bytes_of(*disk);
  }
  whole[1'069 + 43] = '?';  // pages reach the disk in any order: the third and fourth are there
  put_bytes(*disk, whole);
  const auto opened = open_log(*disk, pool);
  EXPECT_EQ(payloads_of(opened.frames), std::vector<std::string>{"first"});
  EXPECT_TRUE(opened.report.damage.empty());
  EXPECT_EQ(opened.report.torn_bytes, 46U + 45U + 46U);
  EXPECT_EQ(bytes_of(*disk).size(), 1'069U) << "cut";
}

TEST_F(Recovery, FramesOfAnOlderIncarnationNeverMatch) {
  // The tail of an older owner: the frame that would come next by its number and place.
  const std::uint64_t old_owner = 5ULL << 32U | 111, new_owner = 6ULL << 32U | 222;
  LogHeader header;
  header.number = 1;
  header.salt = 42;
  header.incarnation = old_owner;
  std::string bytes = encode_log_header(header);
  const auto add = [&](std::uint64_t owner, std::uint64_t sequence, std::uint64_t durable) {
    RawFrame frame;
    frame.header = {FrameType::deliver, 0, owner, sequence};
    frame.group_end = true;
    frame.durable_upto = durable;
    encode_frame(bytes, frame, header.salt, "frame " + std::to_string(sequence));
  };
  add(old_owner, 1, 0);
  add(new_owner, 2, 1);
  add(old_owner, 3, 2);
  add(old_owner, 4, 3);
  put_bytes(*disk, bytes);
  const auto opened = open_log(*disk, pool);
  EXPECT_EQ(payloads_of(opened.frames), (std::vector<std::string>{"frame 1", "frame 2"}));
  EXPECT_TRUE(opened.report.damage.empty());
  ASSERT_TRUE(append_now(*opened.log, pool, {"frame 3 of the third owner"}));
  const auto again = open_log(*disk, pool);
  ASSERT_EQ(again.frames.size(), 3U);
  EXPECT_EQ(again.frames[2].header.incarnation >> 32U, 7U);
}

TEST_F(Recovery, AFrameInsideAMessageIsNotTakenForOne) {
  const std::string whole = written({{"first"}, {"second"}});
  // A sender who mails a piece of the reader's own log, taken from another account.
  auto other = new_disk();
  std::string foreign;
  {
    const auto log = create_log(*other, pool);
    for (int i = 0; i < 6; ++i) ASSERT_TRUE(append_now(*log, pool, {"foreign"}));
    foreign = bytes_of(*other).substr(1'024, 6 * 47);
  }
  {
    const auto opened = open_log(*disk, pool);
    ASSERT_TRUE(append_now(*opened.log, pool, {"mail " + foreign}));
    ASSERT_TRUE(append_now(*opened.log, pool, {"last"}));
  }
  std::string broken = bytes_of(*disk);
  broken[broken.find("mail ")] = 'X';  // the frame around it is damaged: its inside is searched
  put_bytes(*disk, broken);
  const auto again = open_log(*disk, pool);
  EXPECT_EQ(payloads_of(again.frames), (std::vector<std::string>{"first", "second", "last"}));
  EXPECT_EQ(again.report.damage.size(), 1U);
}

TEST_F(Recovery, AMarkSparesTheReplayOfWhatIsBeforeIt) {
  LogMark mark, middle;
  {
    const auto log = create_log(*disk, pool);
    ASSERT_TRUE(append_now(*log, pool, {"first"}));
    middle = log->durable();
    ASSERT_TRUE(append_now(*log, pool, {"second"}));
    mark = log->durable();
  }
  struct Row {
    LogMark from;
    std::vector<std::string> frames;
  };
  const Row rows[] = {
      {{}, {"first", "second"}},
      {middle, {"second"}},
      {{middle.end, middle.sequence, 0}, {"second"}},
      {{middle.end, 0, 0}, {"second"}},
      {mark, {}},
      {{mark.end, 0, 0}, {}},
  };
  for (const auto& row : rows) {
    const auto opened = open_log(*disk, pool, k_small, row.from);
    ASSERT_TRUE(opened.log) << opened.error;
    EXPECT_EQ(payloads_of(opened.frames), row.frames);
    EXPECT_EQ(opened.log->last_sequence(), 2U);
    EXPECT_EQ(opened.log->end(), mark.end);
  }
  {
    const auto opened = open_log(*disk, pool, k_small, mark);
    ASSERT_EQ(append_now(*opened.log, pool, {"third"})->first_sequence, 3U);
  }
  EXPECT_EQ(open_log(*disk, pool).frames.size(), 3U);
  EXPECT_EQ(open_log(*disk, pool, k_small, mark).frames.size(), 1U);
}

// An account that is put away with a snapshot of everything and opened by it, again and again, and
// then read without one.
TEST_F(Recovery, WhatIsAppendedBehindAMarkFollowsWhateverWasThereBefore) {
  LogMark mark;
  {
    const auto log = create_log(*disk, pool, {});
    ASSERT_TRUE(append_now(*log, pool, {"0"}));
    mark = log->durable();
  }
  std::vector<std::string> expected{"0"};
  for (int i = 1; i <= 8; ++i) {
    const auto opened = open_log(*disk, pool, {}, mark);
    ASSERT_TRUE(opened.log) << opened.error;
    expected.push_back(std::to_string(i));
    ASSERT_TRUE(append_now(*opened.log, pool, {expected.back()}));
    if (i % 3 != 0) mark = opened.log->durable();  // else the process was killed: an older snapshot
    const auto all = open_log(*disk, pool, {});
    EXPECT_EQ(payloads_of(all.frames), expected);
    EXPECT_EQ(all.report.torn_bytes, 0U);
  }
}

TEST_F(Recovery, ALogThatEndsBeforeTheMarkIsCorrupt) {
  const std::string whole = written({{"first"}, {"second"}});
  LogMark mark;
  {
    const auto opened = open_log(*disk, pool);
    mark = opened.log->durable();
  }
  put_bytes(*disk, whole.substr(0, 1'069));  // a copy made too early, put back
  EXPECT_TRUE(open_log(*disk, pool, k_small, mark).error.starts_with("corrupt"));
  mark.incarnation = 0;
  EXPECT_TRUE(open_log(*disk, pool, k_small, mark).error.starts_with("corrupt"));
  mark.end.file = 7;
  EXPECT_TRUE(open_log(*disk, pool, k_small, mark).error.starts_with("corrupt"));
  EXPECT_TRUE(open_log(*disk, pool).log) << "what is there can be opened";
}

TEST_F(Recovery, ASealedLastLogIsFollowedByANewOne) {
  LogMark mark;
  {
    const auto log = create_log(*disk, pool);
    ASSERT_TRUE(append_now(*log, pool, {std::string(2'800, 'a')}));
    ASSERT_TRUE(append_now(*log, pool, {std::string(600, 'b')}));
  }
  ASSERT_TRUE(disk->remove(std::string(k_folder) + "/log.000002"));  // never came to be
  {
    const auto opened = open_log(*disk, pool);
    ASSERT_EQ(opened.frames.size(), 1U);
    EXPECT_TRUE(opened.report.damage.empty());
    EXPECT_EQ(opened.log->end(), (LogPosition{2, 1'024}));
    mark = opened.log->durable();
  }
  {
    const auto opened = open_log(*disk, pool, k_small, mark);
    ASSERT_TRUE(opened.log) << opened.error;
    EXPECT_TRUE(opened.frames.empty());
    EXPECT_EQ(append_now(*opened.log, pool, {"next"})->positions[0], (LogPosition{2, 1'024}));
  }
  EXPECT_EQ(open_log(*disk, pool).frames.size(), 2U);
  EXPECT_EQ(open_log(*disk, pool, k_small, mark).frames.size(), 1U);
}

TEST_F(Recovery, ALogWhoseMakingWasCutShortIsMadeAnew) {
  const std::string full(2'800, 'a');
  for (const std::size_t length : {0U, 1U, 511U, 512U, 700U, 1'023U}) {
    disk = new_disk();
    {
      const auto log = create_log(*disk, pool);
      ASSERT_TRUE(append_now(*log, pool, {full}));
      ASSERT_TRUE(append_now(*log, pool, {std::string(600, 'b')}));
    }
    put_bytes(*disk, bytes_of(*disk, "log.000002").substr(0, length), "log.000002");
    const auto opened = open_log(*disk, pool);
    ASSERT_TRUE(opened.log) << length << opened.error;
    EXPECT_EQ(opened.frames.size(), 1U);
    EXPECT_TRUE(opened.report.damage.empty());
    ASSERT_TRUE(append_now(*opened.log, pool, {"again"}));
    EXPECT_EQ(open_log(*disk, pool).frames.size(), 2U) << length;
  }
}

TEST_F(Recovery, AnAccountWhoseFirstLogWasCutShortHasNone) {
  put_bytes(*disk, std::string(300, '\0'));
  EXPECT_TRUE(open_log(*disk, pool).error.starts_with("not_found"));
  EXPECT_TRUE(create_log(*disk, pool)) << "and can be made";
}

TEST_F(Recovery, ALostHeaderCopyIsReportedAndBothCostTheLog) {
  {
    const auto log = create_log(*disk, pool);
    for (int i = 0; i < 12; ++i) ASSERT_TRUE(append_now(*log, pool, {std::string(600, 'x')}));
  }
  ASSERT_EQ(disk->list(k_folder)->size(), 3U);
  std::string bytes = bytes_of(*disk, "log.000002");
  bytes[3] = '?';
  put_bytes(*disk, bytes, "log.000002");
  {
    const auto opened = open_log(*disk, pool);
    EXPECT_EQ(opened.frames.size(), 12U);
    EXPECT_EQ(opened.report.damage.size(), 1U);
  }
  bytes[515] = '?';
  put_bytes(*disk, bytes, "log.000002");
  {
    const auto opened = open_log(*disk, pool);
    ASSERT_TRUE(opened.log) << opened.error;
    EXPECT_EQ(opened.frames.size(), 8U);
    EXPECT_EQ(opened.report.damage.size(), 2U)
        << "the log, and the frames that the next one misses";
    ASSERT_TRUE(append_now(*opened.log, pool, {"goes on"}));
  }
  EXPECT_EQ(open_log(*disk, pool).frames.back().payload, "goes on");
}

TEST_F(Recovery, TheLastLogWithoutAHeaderIsLeftAndANewOneBegun) {
  std::string bytes = written({{"first"}, {"second"}});
  std::fill_n(bytes.begin(), 1'024, '?');
  put_bytes(*disk, bytes);
  {
    const auto opened = open_log(*disk, pool);
    ASSERT_TRUE(opened.log) << opened.error;
    EXPECT_TRUE(opened.frames.empty());
    EXPECT_EQ(opened.report.damage.size(), 1U);
    const auto at = append_now(*opened.log, pool, {"after"});
    EXPECT_EQ(at->positions[0], (LogPosition{2, 1'024}));
    EXPECT_GT(at->first_sequence, 2U) << "no number is used twice";
  }
  EXPECT_EQ(payloads_of(open_log(*disk, pool).frames), std::vector<std::string>{"after"});
}

TEST_F(Recovery, ALogOfALaterVersionIsLeftAlone) {
  LogHeader header;
  header.version = 2;
  header.number = 1;
  put_bytes(*disk, encode_log_header(header) + "frames of the future");
  const auto opened = open_log(*disk, pool);
  EXPECT_TRUE(opened.error.starts_with("corrupt")) << opened.error;
  EXPECT_TRUE(bytes_of(*disk).ends_with("frames of the future"));
}

TEST_F(Recovery, AMissingLogInTheMiddleIsDamage) {
  {
    const auto log = create_log(*disk, pool);
    for (int i = 0; i < 12; ++i) ASSERT_TRUE(append_now(*log, pool, {std::string(600, 'x')}));
  }
  ASSERT_TRUE(disk->remove(std::string(k_folder) + "/log.000002"));
  const auto opened = open_log(*disk, pool);
  ASSERT_TRUE(opened.log);
  EXPECT_EQ(opened.frames.size(), 8U);
  ASSERT_EQ(opened.report.damage.size(), 1U);
  EXPECT_EQ(opened.report.damage[0].what, "frames 6 to 10");
}

TEST_F(Recovery, AFailedReplayEndsTheOpening) {
  written({{"first"}});
  ReplayReport report;
  const ReplayFrame refuse = [](const FrameHeader&, const LogPosition&, std::string_view) {
    return Result<void>(fail(Errc::unsupported, "not this one"));
  };
  const auto log = AccountLog::open(local_log_device(*disk, k_folder), pool, k_small, LogPosition{},
                                    refuse, report);
  ASSERT_FALSE(log);
  EXPECT_EQ(log.error().code(), Errc::unsupported);
}

}  // namespace
}  // namespace kontor::store
