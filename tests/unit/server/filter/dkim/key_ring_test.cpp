// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/filter/dkim/key_ring.hpp"

#include <gtest/gtest.h>

#include "base/io/memory_disk.hpp"
#include "base/log/recording_sink.hpp"
#include "tests/support/run_task.hpp"
#include "tests/support/zone_resolver.hpp"

namespace kontor::filter::dkim {
namespace {

class MovingClock final : public Clock {
 public:
  UtcSeconds now() const override { return time; }
  SteadyTime steady() const override { return {}; }
  UtcSeconds time{std::chrono::seconds(1'793'268'000)};
};

class DkimKeyRing : public ::testing::Test {
 protected:
  DkimKeyRing() { open(); }
  void open() { ring = KeyRing::open({disk, pool, clock, log::Context(events)}, "/data/dkim"); }
  template <class T>
  T run(Task<T> task) {
    return kontor::testing::run(context, std::move(task));
  }
  std::vector<StoredKey> add(const std::string& domain, bool at_once) {
    return run(ring->add(domain, at_once)).value();
  }
  std::vector<std::string> selectors(std::string_view domain) {
    std::vector<std::string> out;
    for (const auto& key : ring->keys_for(domain)) out.push_back(key.selector);
    return out;
  }
  void publish(const StoredKey& key) { dns.zone[record_name(key)].txt = {record_text(key)}; }
  void look_after() { run(ring->look_after(dns, clock.now() - std::chrono::days(12))); }

  io::MemoryDisk disk;
  io::WorkPool pool{"test", 1};
  MovingClock clock;
  log::RecordingSink events;
  boost::asio::io_context context;
  kontor::testing::ZoneResolver dns;
  std::unique_ptr<KeyRing> ring;
};

TEST_F(DkimKeyRing, ANewKeySignsWhenItsRecordIsSeen) {
  const auto made = add("example.test", false);
  ASSERT_EQ(made.size(), 2U);
  EXPECT_TRUE(selectors("example.test").empty());
  look_after();
  EXPECT_TRUE(selectors("example.test").empty());
  publish(made[1]);
  look_after();
  EXPECT_EQ(selectors("example.test"), std::vector{made[1].selector});
  publish(made[0]);
  look_after();
  EXPECT_EQ(selectors("example.test"), (std::vector{made[0].selector, made[1].selector}));
  EXPECT_EQ(selectors("Mail.Example.TEST").size(), 2U);  // a domain below it
  EXPECT_TRUE(selectors("other.test").empty());
  EXPECT_TRUE(selectors("test").empty());
  EXPECT_FALSE(ring->has_waiting());
}

TEST_F(DkimKeyRing, OldKeysSignUntilNewOnesDo) {
  const auto old = add("example.test", true);
  const auto fresh = add("example.test", false);
  EXPECT_NE(old[0].selector, fresh[0].selector);
  EXPECT_EQ(selectors("example.test"), (std::vector{old[0].selector, old[1].selector}));
  publish(fresh[0]);
  look_after();
  EXPECT_EQ(selectors("example.test"), (std::vector{fresh[0].selector, old[1].selector}));
  publish(fresh[1]);
  look_after();
  EXPECT_EQ(selectors("example.test"), (std::vector{fresh[0].selector, fresh[1].selector}));
  EXPECT_EQ(ring->list().size(), 4U);
  clock.time += std::chrono::days(13);
  look_after();
  EXPECT_EQ(ring->list().size(), 2U);
}

TEST_F(DkimKeyRing, KeysAreThereAfterARestart) {
  const auto made = add("example.test", true);
  (void)add("other.test", false);
  open();
  EXPECT_EQ(selectors("example.test"), (std::vector{made[0].selector, made[1].selector}));
  EXPECT_EQ(ring->list().size(), 4U);
  EXPECT_TRUE(ring->has_waiting());
}

TEST_F(DkimKeyRing, WhatSignsIsNotRemoved) {
  const auto made = add("example.test", true);
  EXPECT_EQ(run(ring->remove("example.test", made[0].selector)).error().code(), Errc::busy);
  ASSERT_TRUE(run(ring->retire("example.test", made[0].selector)));
  EXPECT_EQ(selectors("example.test"), std::vector{made[1].selector});
  ASSERT_TRUE(run(ring->remove("example.test", made[0].selector)));
  EXPECT_EQ(run(ring->remove("example.test", made[0].selector)).error().code(), Errc::not_found);
  open();
  EXPECT_EQ(ring->list().size(), 1U);
}

TEST_F(DkimKeyRing, AFileThatIsNoKeyIsTold) {
  const auto made = add("example.test", true);
  const auto path = "/data/dkim/example.test/" + made[0].selector + ".key";
  ASSERT_TRUE(io::write_file_durably(disk, path, "nonsense"));
  open();
  EXPECT_EQ(selectors("example.test"), std::vector{made[1].selector});
  EXPECT_EQ(events.count("dkim.key.unreadable"), 1U);
}

TEST_F(DkimKeyRing, NamesThatAreNoDomains) {
  EXPECT_EQ(run(ring->add("../etc", false)).error().code(), Errc::bad_input);
  EXPECT_EQ(run(ring->add("test", false)).error().code(), Errc::bad_input);
}

}  // namespace
}  // namespace kontor::filter::dkim
