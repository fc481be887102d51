// SPDX-License-Identifier: GPL-3.0-or-later
#include "store/log/read_starts.hpp"

#include <algorithm>
#include <random>

#include "base/io/faulty_files.hpp"
#include "log_fixture.hpp"

namespace kontor::store {
namespace {
using namespace testing;

std::string payload_of(std::size_t number, std::size_t size) {
  std::string bytes(size, '\0');
  for (std::size_t i = 0; i < size; ++i) bytes[i] = static_cast<char>((number * 7 + i * 31) % 251);
  return bytes;
}

class ReadStartsTest : public ::testing::Test {
 protected:
  std::unique_ptr<io::MemoryDisk> disk = new_disk();
  io::FaultyFiles files{*disk};
  SyncPool pool{0};
  std::unique_ptr<AccountLog> log =
      create_log(files, pool, {.segment_size = 1U << 20U, .preallocate = 0});
  std::vector<std::string> payloads;
  std::vector<LogPosition> positions;

  void add(std::size_t size) {
    payloads.push_back(payload_of(payloads.size(), size));
    const auto at = append_now(*log, pool, {payloads.back()});
    ASSERT_TRUE(at);
    positions.push_back(at->positions[0]);
  }
  // In the order of `starts`.
  Result<std::vector<std::string>> read(const std::vector<PayloadStart>& starts) {
    std::vector<std::string> out(starts.size(), "not taken");
    const TakeStart take = [&](std::size_t index, std::string_view payload) -> Result<void> {
      EXPECT_EQ(out[index], "not taken") << index;
      out[index] = payload;
      return {};
    };
    KONTOR_TRY(log->read_payload_starts(starts, take));
    return out;
  }
  // Reads of files that asking for these takes.
  std::size_t reads_for(const std::vector<PayloadStart>& starts) {
    std::size_t reads = 0;
    files.decide_by([&](const io::OperationInfo& operation) {
      reads += operation.kind == io::Operation::read ? 1 : 0;
      return 0;
    });
    EXPECT_TRUE(read(starts));
    files.decide_by({});
    return reads;
  }
};

TEST_F(ReadStartsTest, small_neighbours_come_by_one_read) {
  for (int i = 0; i < 10; ++i) add(3'000);
  std::vector<PayloadStart> starts;
  for (const auto& position : positions) starts.push_back({position, 500});
  const auto found = read(starts);
  ASSERT_TRUE(found);
  for (std::size_t i = 0; i < starts.size(); ++i)
    EXPECT_EQ((*found)[i], payloads[i].substr(0, 500)) << i;
  EXPECT_EQ(reads_for(starts), 1U);
}

TEST_F(ReadStartsTest, large_ones_come_by_themselves) {
  for (const std::size_t size : {100U, 20'000U, 100U, 100U, 90'000U, 100U}) add(size);
  std::vector<PayloadStart> starts;
  for (const auto& position : positions) starts.push_back({position, 100});
  EXPECT_EQ(reads_for(starts), 3U) << "two gaps are too wide to be read for nothing";
  starts[4].size = 90'000;
  EXPECT_EQ(reads_for(starts), 4U) << "more than one read takes with others";
  EXPECT_EQ((*read(starts))[4], payloads[4]);
}

TEST_F(ReadStartsTest, any_order_any_size_any_log) {
  std::mt19937 random(7);
  for (int i = 0; i < 300; ++i) add(random() % 4 == 0 ? random() % 30'000 : random() % 2'000);
  ASSERT_GT(positions.back().file, 1U) << "more than one log";
  for (int turn = 0; turn < 20; ++turn) {
    std::vector<std::size_t> chosen(random() % 100);
    for (auto& one : chosen) one = random() % payloads.size();  // some twice
    if (turn % 2 == 0) std::ranges::sort(chosen);
    std::vector<PayloadStart> starts;
    for (const auto one : chosen)
      starts.push_back({positions[one], turn % 3 == 0 ? 1'000'000U : random() % 3'000});
    const auto found = read(starts);
    ASSERT_TRUE(found);
    for (std::size_t i = 0; i < chosen.size(); ++i)
      ASSERT_EQ((*found)[i], payloads[chosen[i]].substr(0, starts[i].size)) << turn << ' ' << i;
  }
}

TEST_F(ReadStartsTest, what_is_no_frame_is_corrupt) {
  for (int i = 0; i < 3; ++i) add(1'000);
  const auto error_of = [&](LogPosition second) {
    const auto found = read({{positions[0], 10}, {second, 10}, {positions[2], 10}});
    return found ? Errc::internal : found.error().code();
  };
  auto off = positions[1];
  ++off.offset;
  EXPECT_EQ(error_of(off), Errc::corrupt);
  EXPECT_EQ(error_of({1, 900'000}), Errc::corrupt);
  EXPECT_EQ(error_of({9, 1'024}), Errc::not_found);
  auto file = disk->open(std::string(k_folder) + "/log.000001", io::OpenMode::write);
  ASSERT_TRUE((*file)->truncate(positions[2].offset + 45));
  EXPECT_EQ(error_of(positions[1]), Errc::corrupt) << "the log ends within the third";
}

// As read_payload_range() does.
TEST_F(ReadStartsTest, what_comes_whole_is_checked) {
  for (int i = 0; i < 3; ++i) add(1'000);
  auto file = disk->open(std::string(k_folder) + "/log.000001", io::OpenMode::write);
  ASSERT_TRUE((*file)->write(positions[1].offset + 40 + 999, "?"));
  EXPECT_TRUE(read({{positions[0], 1'000}, {positions[1], 999}, {positions[2], 1'001}}));
  EXPECT_EQ(read({{positions[0], 1'000}, {positions[1], 1'000}}).error().code(), Errc::corrupt);
}

TEST_F(ReadStartsTest, an_error_of_the_taker_ends_it) {
  for (int i = 0; i < 3; ++i) add(1'000);
  std::size_t taken = 0;
  const TakeStart take = [&](std::size_t, std::string_view) -> Result<void> {
    if (++taken == 2) return fail(Errc::limit, "enough");
    return {};
  };
  const std::vector<PayloadStart> starts{{positions[0], 1}, {positions[1], 1}, {positions[2], 1}};
  EXPECT_EQ(log->read_payload_starts(starts, take).error().code(), Errc::limit);
  EXPECT_EQ(taken, 2U);
}

}  // namespace
}  // namespace kontor::store
