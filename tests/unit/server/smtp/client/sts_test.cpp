// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/smtp/client/sts.hpp"

#include <gmock/gmock.h>

#include "base/io/memory_disk.hpp"
#include "base/log/recording_sink.hpp"
#include "tests/unit/server/smtp/client/fake_world.hpp"

namespace kontor::smtp::client {
namespace {

class TurnedClock final : public Clock {
 public:
  UtcSeconds now() const override { return UtcSeconds(std::chrono::seconds(1'793'268'000)) + past; }
  SteadyTime steady() const override { return SteadyTime() + past; }
  void advance(std::chrono::seconds by) { past += by; }
  std::chrono::seconds past{};
};

class StsTest : public ::testing::Test {
 protected:
  std::unique_ptr<StsPolicies> open() {
    return StsPolicies::open({resolver_, disk_, clock_, log::Context(log_),
                              [this](std::string host) -> Task<Result<std::string>> {
                                fetched_.push_back(host);
                                if (text_.empty()) co_return fail(Errc::unavailable, "no answer");
                                co_return text_;
                              }},
                             "data");
  }
  auto find(StsPolicies& policies) {
    return testing::run(context_, policies.find("far.test")).policy;
  }

  boost::asio::io_context context_;
  FakeResolver resolver_;
  io::MemoryDisk disk_;
  TurnedClock clock_;
  log::RecordingSink log_;
  std::vector<std::string> fetched_;
  std::string text_ = "version: STSv1\nmode: enforce\nmx: mx.far.test\nmax_age: 604800\n";
};

TEST_F(StsTest, IsFetchedOnceADayAndWhenTheIdChanges) {
  resolver_.texts_of["_mta-sts.far.test"] = {"v=STSv1; id=1"};
  const auto policies = open();
  EXPECT_TRUE(find(*policies));
  EXPECT_TRUE(find(*policies));
  EXPECT_EQ(fetched_, std::vector<std::string>{"mta-sts.far.test"});
  resolver_.texts_of["_mta-sts.far.test"] = {"v=STSv1; id=2"};
  EXPECT_TRUE(find(*policies));
  EXPECT_EQ(fetched_.size(), 2U);
  clock_.advance(std::chrono::hours(25));
  const auto goes_on = [] { return false; };
  testing::run(context_, policies->refresh(goes_on));
  EXPECT_EQ(fetched_.size(), 3U);
  EXPECT_EQ(log_.count("relay.policy.learnt"), 3U);
}

TEST_F(StsTest, HoldsUntilItIsTooOldOverARestartToo) {
  resolver_.texts_of["_mta-sts.far.test"] = {"v=STSv1; id=1"};
  {
    const auto policies = open();
    EXPECT_TRUE(find(*policies));
    EXPECT_TRUE(policies->save());
  }
  resolver_.texts_of.clear();
  text_.clear();
  const auto policies = open();
  EXPECT_TRUE(find(*policies));
  clock_.advance(std::chrono::hours(24 * 7 - 1));
  EXPECT_TRUE(find(*policies));
  clock_.advance(std::chrono::hours(2));
  EXPECT_FALSE(find(*policies));
}

TEST_F(StsTest, AFailureIsNotRepeatedAtOnce) {
  resolver_.texts_of["_mta-sts.far.test"] = {"v=STSv1; id=1"};
  text_.clear();
  const auto policies = open();
  EXPECT_TRUE(testing::run(context_, policies->find("far.test")).fetch_failure);
  EXPECT_TRUE(testing::run(context_, policies->find("far.test")).fetch_failure);
  EXPECT_EQ(fetched_.size(), 1U);
  clock_.advance(std::chrono::minutes(6));
  EXPECT_TRUE(testing::run(context_, policies->find("far.test")).fetch_failure);
  EXPECT_EQ(fetched_.size(), 2U);
}

}  // namespace
}  // namespace kontor::smtp::client
