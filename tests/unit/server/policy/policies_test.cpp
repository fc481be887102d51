// SPDX-License-Identifier: GPL-3.0-or-later
// Policies, Keeper and the sign-in in front of which they stand.
#include "server/policy/policies.hpp"

#include <gmock/gmock.h>

#include "base/io/memory_disk.hpp"
#include "base/log/recording_sink.hpp"
#include "server/policy/access.hpp"
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
