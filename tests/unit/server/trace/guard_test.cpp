// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/trace/guard.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/log/recording_sink.hpp"
#include "server/trace/blocks.hpp"

namespace kontor::trace {
namespace {

using namespace std::chrono_literals;
using std::chrono::milliseconds;

class TestClock final : public Clock {
 public:
  UtcSeconds now() const override {
    return UtcSeconds(std::chrono::floor<std::chrono::seconds>(passed));
  }
  SteadyTime steady() const override { return SteadyTime(passed); }
  milliseconds passed = 1'000'000s;
};

class GuardTest : public ::testing::Test {
 protected:
  GuardTest() {
    settings.never_block = {"10.9.0.0/16"};
    settings.block_failures = 5;
    make();
  }
  void make(const Guard::Limits& limits = {}) {
    guard = Guard::make(settings, clock, log::Context(log::null_sink()), limits);
  }
  // Until it may be looked at; how long that took.
  milliseconds enter(Try what) {
    milliseconds waited{0};
    for (;;) {
      const auto wait = guard->admit(what);
      if (!wait) return milliseconds(-1);
      if (wait->count() == 0) return waited;
      clock.passed += *wait;
      waited += *wait;
      what.waited += *wait;
    }
  }
  milliseconds fail_once(const std::string& address,
                         const std::string& account,
                         const std::string& secret) {
    const Try what{address, account};
    EXPECT_GE(enter(what).count(), 0) << address;
    return guard->failed(what, secret);
  }
  bool is_blocked(const std::string& address) const {
    return guard->find_block(address).has_value();
  }

  config::SignIn settings;
  TestClock clock;
  std::unique_ptr<Guard> guard;
};

TEST_F(GuardTest, EachFurtherWrongPasswordWaitsLonger) {
  settings.block_failures = 0;
  for (const auto wait : {250ms, 500ms, 1'000ms, 2'000ms, 4'000ms, 8'000ms, 8'000ms})
    EXPECT_EQ(
        fail_once("192.0.2.1", "anna",
                  "wrong" + std::to_string(wait.count()) + std::to_string(clock.passed.count())),
        wait);
  EXPECT_FALSE(is_blocked("192.0.2.1"));
}

TEST_F(GuardTest, TheSameWrongPasswordCountsOnce) {
  for (int i = 0; i < 200; ++i) {
    EXPECT_EQ(fail_once("192.0.2.1", "anna", "forgotten"), 250ms);
    clock.passed += 60s;
  }
  EXPECT_FALSE(is_blocked("192.0.2.1"));
}

TEST_F(GuardTest, TheSamePasswordForManyAccountsIsMany) {
  for (int i = 0; i < 5; ++i) fail_once("192.0.2.1", "person" + std::to_string(i), "123456");
  EXPECT_TRUE(is_blocked("192.0.2.1"));
  EXPECT_FALSE(is_blocked("192.0.2.2"));
  EXPECT_FALSE(guard->admit({"192.0.2.1", "anna"}).has_value());
  clock.passed += settings.block_time;
  EXPECT_FALSE(is_blocked("192.0.2.1"));
}

TEST_F(GuardTest, OldFailuresAreForgotten) {
  for (int i = 0; i < 20; ++i) {
    EXPECT_EQ(fail_once("192.0.2.1", "anna", std::to_string(i)), 250ms) << i;
    clock.passed += settings.block_window + 1s;
  }
  EXPECT_FALSE(is_blocked("192.0.2.1"));
}

TEST_F(GuardTest, AnIpv6NetworkIsOneAddress) {
  for (int i = 0; i < 5; ++i)
    fail_once("2001:db8:1:2::" + std::to_string(i + 1), "anna", std::to_string(i));
  EXPECT_TRUE(is_blocked("2001:db8:1:2:ffff::9"));
  EXPECT_FALSE(is_blocked("2001:db8:1:3::1"));
  ASSERT_EQ(guard->blocks().size(), 1U);
  EXPECT_EQ(guard->blocks()[0].text(), "2001:db8:1:2::/64");
}

TEST_F(GuardTest, AnIpv4AddressInIpv6FormIsTheIpv4Address) {
  for (int i = 0; i < 5; ++i) fail_once("::ffff:192.0.2.1", "anna", std::to_string(i));
  EXPECT_TRUE(is_blocked("192.0.2.1"));
}

TEST_F(GuardTest, NeverBlockedNetworksAreNotCounted) {
  for (int i = 0; i < 50; ++i) {
    EXPECT_EQ(enter({"10.9.1.1", "p" + std::to_string(i)}), 0ms);
    EXPECT_EQ(guard->failed({"10.9.1.1", "p" + std::to_string(i)}, "x"), 250ms);
  }
  EXPECT_FALSE(is_blocked("10.9.1.1"));
  EXPECT_FALSE(guard->block("10.9.1.1", 1h).has_value());
  for (int i = 0; i < 50; ++i) fail_once("unix", "anna", std::to_string(i));
  EXPECT_TRUE(guard->blocks().empty());
}

// The point of it all: guessing at an account from elsewhere does not touch its owner.
TEST_F(GuardTest, TheOwnerIsNeitherLockedOutNorSlowedDown) {
  const Try owner{"198.51.100.7", "anna"};
  EXPECT_EQ(enter(owner), 0ms);
  guard->succeeded(owner);
  for (int i = 0; i < 300; ++i)
    fail_once("192.0.2." + std::to_string(i % 200 + 1), "anna", std::to_string(i));
  EXPECT_EQ(enter(owner), 0ms);
  guard->succeeded(owner);
  // From a new address he waits, but not longer than the longest delay, and is let in.
  const Try elsewhere{"203.0.113.5", "anna"};
  EXPECT_EQ(enter(elsewhere), settings.longest_delay);
  guard->succeeded(elsewhere);
  EXPECT_EQ(enter(elsewhere), 0ms);
}

// Somebody behind the owner's own address: it may be blocked, but until then only the guesser
// waits.
TEST_F(GuardTest, AColleagueWhoGuessesSlowsOnlyHimselfDown) {
  const Try owner{"198.51.100.7", "anna"};
  EXPECT_EQ(enter(owner), 0ms);
  guard->succeeded(owner);
  for (int i = 0; i < 3; ++i) fail_once("198.51.100.7", "boris", std::to_string(i));
  EXPECT_EQ(enter(owner), 0ms);
  guard->succeeded(owner);
  EXPECT_GT(enter({"198.51.100.7", "clara"}), 0ms);
}

TEST_F(GuardTest, ManyAtOnceAreNoFasterThanOne) {
  settings.block_failures = 0;
  fail_once("192.0.2.1", "anna", "first");
  fail_once("192.0.2.1", "anna", "second");
  clock.passed += 10s;
  EXPECT_EQ(*guard->admit({"192.0.2.1", "anna"}), 0ms);
  EXPECT_EQ(*guard->admit({"192.0.2.1", "boris"}), 500ms);  // two so far: half a second a try
  EXPECT_EQ(*guard->admit({"192.0.2.1", "clara"}), 500ms);
  clock.passed += 500ms;
  EXPECT_EQ(*guard->admit({"192.0.2.1", "clara"}), 0ms);
}

TEST_F(GuardTest, FewPasswordsOfAnAddressAreLookedAtTogether) {
  const Try what{"192.0.2.1", "anna"};
  int admitted = 0;
  while (guard->admit(what)->count() == 0) ++admitted;
  EXPECT_EQ(admitted, 20);
  guard->gone(what);
  EXPECT_EQ(*guard->admit(what), 0ms);
}

TEST_F(GuardTest, HisOwnMistakesAreForgottenWhenHeIsRight) {
  fail_once("192.0.2.1", "anna", "typo");
  fail_once("192.0.2.1", "anna", "typo again");
  fail_once("192.0.2.1", "boris", "guess");
  const Try anna{"192.0.2.1", "anna"};
  EXPECT_GE(enter(anna).count(), 0);
  guard->succeeded(anna);
  // What was tried for others is not: an attacker with an account of his own gains nothing.
  EXPECT_EQ(fail_once("192.0.2.1", "clara", "guess"), 500ms);
}

TEST_F(GuardTest, BoundedUnderABotnet) {
  Guard::Limits limits;
  limits.sources = limits.accounts = limits.trusted = limits.blocks = 100;
  settings.block_failures = 1;
  make(limits);
  for (int i = 0; i < 5'000; ++i)
    fail_once("203." + std::to_string(i / 250) + ".113." + std::to_string(i % 250),
              "p" + std::to_string(i), "x");
  EXPECT_EQ(guard->blocks().size(), 100U);
  EXPECT_TRUE(is_blocked("203.19.113.249"));
}

TEST_F(GuardTest, TheAdministratorsBlocks) {
  EXPECT_EQ(guard->block("203.0.113.0/24", 1h)->text(), "203.0.113.0/24");
  EXPECT_EQ(guard->block("2001:db8::/32", 1h)->text(), "2001:db8::/32");
  EXPECT_EQ(guard->block("198.51.100.1", 1h)->text(), "198.51.100.1");
  EXPECT_TRUE(is_blocked("203.0.113.77"));
  EXPECT_TRUE(is_blocked("2001:db8:9::1"));
  for (const auto* wrong : {"0.0.0.0/0", "::/0", "10.0.0.0/7", "2001::/31", "office", "",
                            "203.0.113.1/24", "10.9.0.0/16"})
    EXPECT_FALSE(guard->block(wrong, 1h).has_value()) << wrong;
  EXPECT_EQ(guard->unblock("192.0.2.9").error().code(), Errc::not_found);
  EXPECT_TRUE(guard->unblock("203.0.113.77").has_value());
  EXPECT_FALSE(is_blocked("203.0.113.77"));
  EXPECT_EQ(guard->unblock_all(), 2U);
  EXPECT_TRUE(guard->blocks().empty());
}

TEST_F(GuardTest, BlocksSurviveARestart) {
  EXPECT_FALSE(guard->take_changed().has_value());
  ASSERT_TRUE(guard->block("203.0.113.0/24", 1h).has_value());
  for (int i = 0; i < 5; ++i) fail_once("2001:db8::1", "anna", std::to_string(i));
  const auto text = guard->take_changed();
  ASSERT_TRUE(text.has_value());
  EXPECT_FALSE(guard->take_changed().has_value());
  make();
  EXPECT_TRUE(guard->load(*text).has_value());
  EXPECT_TRUE(is_blocked("203.0.113.9"));
  EXPECT_TRUE(is_blocked("2001:db8::2"));
  EXPECT_EQ(guard->blocks().size(), 2U);
  clock.passed += settings.block_time + 1s;
  make();
  EXPECT_TRUE(guard->load(*text).has_value());
  EXPECT_EQ(guard->blocks().size(), 1U) << "the other is over";
}

TEST(BlockFile, DamageIsLeftOut) {
  EXPECT_FALSE(parse_blocks("").has_value());
  EXPECT_FALSE(parse_blocks("kontor-blocks 2\n").has_value());
  const auto read = parse_blocks(
      "kontor-blocks 1\n203.0.113.7/32 1800000000 20 counted\nnonsense\n"
      "2001:db8::/64 1800000000 3 administrator\n203.0.113.7 1 1 counted\n"
      "203.0.113.7/33 1 1 counted\n203.0.113.7/32 -1 1 counted\n203.0.113.7/32 1 1 other\n");
  ASSERT_TRUE(read.has_value());
  ASSERT_EQ(read->blocks.size(), 2U);
  EXPECT_EQ(read->problem, "a strange line: nonsense");
  EXPECT_EQ(read->blocks[0].text(), "203.0.113.7");
  EXPECT_TRUE(read->blocks[1].by_administrator);
  EXPECT_EQ(format_blocks(read->blocks),
            "kontor-blocks 1\n203.0.113.7/32 1800000000 20 counted\n"
            "2001:db8::/64 1800000000 3 administrator\n");
}

}  // namespace
}  // namespace kontor::trace
