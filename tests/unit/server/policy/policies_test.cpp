// SPDX-License-Identifier: GPL-3.0-or-later
// Policies, Keeper and the sign-in in front of which they stand.
#include "server/policy/policies.hpp"

#include <gmock/gmock.h>

#include "base/io/memory_disk.hpp"
#include "base/log/recording_sink.hpp"
#include "server/policy/access.hpp"
#include "server/policy/day_counts.hpp"
#include "server/policy/keeper.hpp"
#include "server/policy/sign_in.hpp"
#include "tests/support/run_task.hpp"
#include "tests/unit/directory/model/people.hpp"
#include "tests/unit/server/fakes.hpp"

namespace kontor::policy {
namespace {

using directory::test_group;
using directory::test_id;
using directory::test_person;

struct PoliciesTest : ::testing::Test {
  std::unique_ptr<Policies> made() {
    auto policies = std::make_unique<Policies>(settings, log::Context(events));
    policies->set_directory(directory);
    return policies;
  }
  static std::vector<config::PolicyRule> rules(std::string_view text) {
    return {config::parse_policy(text).value()};
  }
  config::Settings settings;
  log::RecordingSink events;
  kontor::testing::FakeDirectory directory{
      {test_person(1, "anna"), test_person(2, "boris"), test_group(10, "staff", {test_id(1)})}};
};

TEST_F(PoliciesTest, StoredRulesCountAtOnceAndGoAgain) {
  settings.policy.rules = {"staff@example.test: quota=1G"};
  const auto policies = made();
  EXPECT_EQ(policies->of(test_id(1))->quota, std::uint64_t{1} << 30U);
  EXPECT_FALSE(policies->of(test_id(2))->quota);
  const auto before = policies->version();
  policies->set_stored(rules("everybody: undelete=3"));
  EXPECT_NE(policies->version(), before);
  EXPECT_EQ(policies->of(test_id(2))->undelete_days, 3U);
  policies->set_stored({});
  EXPECT_FALSE(policies->of(test_id(2))->undelete_days);
  EXPECT_EQ(policies->of(test_id(1))->quota, std::uint64_t{1} << 30U);
  EXPECT_FALSE(policies->of(directory::PrincipalId())->quota);
}

TEST_F(PoliciesTest, AProblemIsToldOnceWhileItLasts) {
  settings.policy.rules = {"gone@example.test: quota=1G"};
  const auto policies = made();
  (void)policies->of(test_id(1));
  policies->set_stored(rules("everybody: undelete=3"));
  (void)policies->of(test_id(1));
  EXPECT_EQ(events.count("policy.rule.problem"), 1U);
  ASSERT_EQ(policies->problems().size(), 1U);
  EXPECT_THAT(policies->problems()[0],
              ::testing::HasSubstr("policy gone@example.test: quota=1G: "));
}

struct KeeperTest : PoliciesTest {
  Result<std::unique_ptr<Keeper>> open() {
    return Keeper::open(disk, "data/policies", *policies, pool, [this] { ++changes; });
  }
  template <class T>
  T run(Task<T> task) {
    boost::asio::io_context context;
    return kontor::testing::run(context, std::move(task));
  }
  std::unique_ptr<Policies> policies = made();
  io::MemoryDisk disk;
  io::DiskPool pool{1};
  int changes = 0;
};

TEST_F(KeeperTest, WhatWasSetIsThereAfterARestart) {
  ASSERT_TRUE(disk.make_directory("data"));
  auto keeper = open();
  ASSERT_TRUE(keeper) << keeper.error().text();
  ASSERT_TRUE(run((*keeper)->set(rules("staff@example.test: quota=1G undelete=9")[0])));
  EXPECT_EQ(changes, 1);
  EXPECT_EQ(policies->of(test_id(1))->quota, std::uint64_t{1} << 30U);
  policies = made();
  keeper = open();
  ASSERT_TRUE(keeper);
  EXPECT_EQ(policies->of(test_id(1))->undelete_days, 9U);
  ASSERT_TRUE(run((*keeper)->remove("staff@example.test", "quota")));
  EXPECT_FALSE(policies->of(test_id(1))->quota);
  EXPECT_EQ(run((*keeper)->remove("nobody@example.test", "")).error().code(), Errc::not_found);
  EXPECT_EQ(changes, 2);
}

TEST_F(KeeperTest, ADamagedFileIsNotGoneOnWithout) {
  ASSERT_TRUE(disk.make_directory("data"));
  ASSERT_TRUE(
      io::write_file_durably(disk, "data/policies", "kontor-policies 1\neverybody: quota=1G\n"));
  const auto keeper = open();
  ASSERT_FALSE(keeper);
  EXPECT_EQ(keeper.error().code(), Errc::bad_input);
  EXPECT_THAT(keeper.error().detail(), ::testing::HasSubstr("reading data/policies"));
}

using std::chrono::hours;
constexpr UtcSeconds k_noon{std::chrono::sys_days(std::chrono::January / 5 / 2027) + hours(12)};

TEST(DayCounts, CountUntilTheDayIsOver) {
  DayCounts counts;
  const auto anna = day_key(directory::test_id(1)), boris = day_key(directory::test_id(2));
  const DayUse limits{2, 10};
  EXPECT_TRUE(counts.take(anna, {1, 3}, limits, k_noon));
  EXPECT_FALSE(counts.take(anna, {1, 8}, limits, k_noon)) << "eleven recipients";
  EXPECT_TRUE(counts.take(anna, {1, 7}, limits, k_noon));
  EXPECT_FALSE(counts.take(anna, {1, 0}, limits, k_noon));
  EXPECT_TRUE(counts.take(boris, {1, 1}, limits, k_noon));
  EXPECT_TRUE(counts.take(boris, {50, 5'000}, {}, k_noon)) << "no limit";
  EXPECT_EQ(counts.used(anna, k_noon), (DayUse{2, 10}));
  counts.give_back(anna, {1, 7}, k_noon);
  EXPECT_EQ(counts.used(anna, k_noon + hours(11)), (DayUse{1, 3}));
  EXPECT_EQ(counts.used(anna, k_noon + hours(12)), DayUse());
  counts.give_back(anna, {1, 3}, k_noon + hours(12));
  EXPECT_TRUE(counts.take(anna, {2, 10}, limits, k_noon + hours(12)));
  EXPECT_EQ(counts.size(), 1U) << "yesterday's are gone";
}

TEST(DayCounts, LastOverARestart) {
  DayCounts counts;
  EXPECT_FALSE(counts.take_changed());
  ASSERT_TRUE(counts.take(day_key(directory::test_id(1)), {3, 4}, {}, k_noon));
  ASSERT_TRUE(counts.take(day_key("192.0.2.1"), {5, 6}, {}, k_noon));
  const auto bytes = counts.take_changed();
  ASSERT_TRUE(bytes);
  EXPECT_FALSE(counts.take_changed());
  DayCounts again;
  ASSERT_TRUE(again.load(*bytes, k_noon + hours(1)));
  EXPECT_EQ(again.used(day_key(directory::test_id(1)), k_noon), (DayUse{3, 4}));
  EXPECT_EQ(again.used(day_key("192.0.2.1"), k_noon), (DayUse{5, 6}));
  EXPECT_FALSE(again.take_changed());
  DayCounts tomorrow;
  ASSERT_TRUE(tomorrow.load(*bytes, k_noon + hours(24)));
  EXPECT_EQ(tomorrow.size(), 0U);
}

TEST(DayCounts, ADamagedFileSaysSo) {
  DayCounts counts;
  ASSERT_TRUE(counts.take(day_key("192.0.2.1"), {1, 1}, {}, k_noon));
  const auto whole = *counts.take_changed();
  for (std::size_t at = 0; at < whole.size(); ++at) {
    auto bad = whole;
    bad[at] = static_cast<char>(bad[at] ^ 1);
    DayCounts other;
    EXPECT_FALSE(other.load(bad, k_noon)) << at;
    EXPECT_FALSE(other.load(whole.substr(0, at), k_noon)) << at;
    EXPECT_EQ(other.size(), 0U);
  }
  auto newer = whole;
  newer[8] = 2;
  EXPECT_NE(DayCounts().load(newer, k_noon).error().detail().find("version"), std::string::npos);
}

TEST(DayCounts, ManyClientsDoNotPushOutWhoSendsMuch) {
  DayCounts counts(100);
  const auto loud = day_key("192.0.2.1");
  ASSERT_TRUE(counts.take(loud, {9, 9}, {}, k_noon));
  ASSERT_TRUE(counts.take(day_key(directory::test_id(1)), {1, 1}, {}, k_noon));
  for (int i = 0; i < 1'000; ++i)
    ASSERT_TRUE(
        counts.take(day_key("10.0." + std::to_string(i / 250) + "." + std::to_string(i % 250)),
                    {1, 1}, {}, k_noon));
  EXPECT_LE(counts.size(), 102U);
  EXPECT_EQ(counts.used(loud, k_noon), (DayUse{9, 9}));
  EXPECT_EQ(counts.used(day_key(directory::test_id(1)), k_noon), (DayUse{1, 1}));
  EXPECT_EQ(day_key("2001:db8::1"), day_key("2001:db8::ffff")) << "one network of IPv6";
  EXPECT_FALSE(day_key("192.0.2.1") == day_key("192.0.2.2"));
}

TEST(CheckAccess, AsksForTheProtocolAndTheNetwork) {
  config::PolicyValues values;
  const auto put = [&](config::PolicyName name, std::string_view text) {
    config::apply_policy_value(name, text, values);
  };
  using enum config::PolicyProtocol;
  EXPECT_TRUE(check_access(values, imap, "unix"));
  put(config::PolicyName::protocols, "imap,submission");
  put(config::PolicyName::networks, "10.0.0.0/8");
  put(config::PolicyName::submission_networks, "192.0.2.0/24");
  EXPECT_TRUE(check_access(values, imap, "10.1.2.3"));
  EXPECT_TRUE(check_access(values, imap, "::ffff:10.1.2.3"));
  EXPECT_FALSE(check_access(values, imap, "192.0.2.1"));
  EXPECT_FALSE(check_access(values, imap, "unix"));
  EXPECT_TRUE(check_access(values, submission, "192.0.2.1"));
  EXPECT_FALSE(check_access(values, http, "10.1.2.3"));
  EXPECT_EQ(protocol_of_service("HTTP"), http);
  EXPECT_EQ(protocol_of_session("http"), http);
  const auto refused = check_access(values, pop3, "10.1.2.3");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code(), Errc::no_permission);
}

}  // namespace
}  // namespace kontor::policy
