// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/delivery/delivery.hpp"

#include <gtest/gtest.h>

#include <set>

#include "base/io/work_pool.hpp"
#include "base/log/recording_sink.hpp"
#include "server/delivery/remembered.hpp"
#include "tests/support/run_task.hpp"
#include "tests/unit/directory/model/people.hpp"
#include "tests/unit/server/fakes.hpp"

namespace kontor::delivery {
namespace {

using namespace directory;

struct Office {
  config::Settings settings;
  testing::FakeClock clock;
  testing::FakeDirectory directory{people()};
  testing::FakeStore store;
  log::RecordingSink events;
  io::WorkPool workers{"test-work", 1};
  Delivery delivery{
      DeliveryEnvironment{settings, directory, store, workers, log::Context(events), clock}};

  static std::vector<Principal> people() {
    std::vector<Principal> all;
    for (std::uint32_t i = 1; i <= 100; ++i) all.push_back(test_person(i, "p" + std::to_string(i)));
    std::vector<PrincipalId> ids;
    for (const auto& person : all) ids.push_back(person.id);
    all.push_back(test_group(1'000, "all", ids));
    return all;
  }
  Recipient recipient(const std::string& name) {
    return {name, delivery.resolve(name + "@example.test").mailboxes};
  }
  std::vector<Result<void>> deliver(std::vector<Recipient> recipients,
                                    std::string message = "m\r\n",
                                    std::size_t added = 0) {
    boost::asio::io_context context;
    Envelope envelope{"trace", "x@y", std::move(recipients), added};
    return testing::run(context, delivery.deliver(std::move(envelope), std::move(message)));
  }
  std::size_t copies(std::uint32_t number) { return store.messages_of(test_id(number)).size(); }
};

TEST(Delivery, GivesEachPersonOneCopyWithTheTimeOfNow) {
  Office office;
  const auto results =
      office.deliver({office.recipient("all"), office.recipient("p7"), office.recipient("p7")});
  ASSERT_EQ(results.size(), 3U);
  for (const auto& result : results) EXPECT_TRUE(result.has_value());
  for (std::uint32_t i = 1; i <= 100; ++i) EXPECT_EQ(office.copies(i), 1U) << i;
  const auto& message = office.store.delivered.at({"local", test_id(7).guid}).at(0);
  EXPECT_EQ(message.internal_date, office.clock.now());
  EXPECT_EQ(message.message.raw, "m\r\n");
  EXPECT_EQ(office.events.count("delivery.copy.stored"), 100U);
  EXPECT_EQ(office.events.last("delivery.copy.stored")->get(log::Keys::trace), "trace");
}

TEST(Delivery, TellsOfCopiesThatMayHoldAnInvitation) {
  Office office;
  std::vector<StoredCopy> told;
  const auto stored = [&](StoredCopy copy) { told.push_back(std::move(copy)); };
  Delivery delivery(DeliveryEnvironment{office.settings, office.directory, office.store,
                                        office.workers, log::Context(office.events), office.clock,
                                        stored});
  const auto deliver = [&](std::string message) {
    boost::asio::io_context context;
    Envelope envelope{"trace", "x@y", {office.recipient("p1"), office.recipient("p2")}, 0};
    return testing::run(context, delivery.deliver(std::move(envelope), std::move(message)));
  };
  (void)deliver("Subject: text/calendar\r\n\r\nBEGIN:VCALENDAR\r\n");
  EXPECT_TRUE(told.empty());
  const std::string invitation =
      "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n"
      "Content-Type: Text/Calendar; method=REQUEST\r\n\r\nBEGIN:VCALENDAR\r\n--b--\r\n";
  (void)deliver(invitation);
  ASSERT_EQ(told.size(), 2U);
  EXPECT_EQ(*told[0].message, invitation);
  EXPECT_EQ(told[0].message, told[1].message);  // one copy of the bytes for all
  EXPECT_EQ(told[0].notes, nullptr);
  EXPECT_EQ(told[0].header, "Content-Type: multipart/mixed; boundary=b\r\n\r\n");
}

TEST(Delivery, TellsWhichRecipientsFailedAndKeepsTheOthers) {
  Office office;
  office.store.failures[{"local", test_id(3).guid}] = Errc::over_quota;
  const auto results =
      office.deliver({office.recipient("p1"), office.recipient("p3"), office.recipient("all")});
  EXPECT_TRUE(results[0].has_value());
  EXPECT_EQ(results[1].error().code(), Errc::over_quota);
  EXPECT_EQ(results[2].error().code(), Errc::over_quota);
  EXPECT_EQ(office.store.count(), 99U);
  EXPECT_EQ(office.events.last("delivery.copy.failed")->get(log::Keys::error), "over_quota");
}

TEST(Delivery, TheRetryPassesOverWhoHasItThoughItsTraceDiffers) {
  Office office;
  office.store.failures[{"local", test_id(3).guid}] = Errc::io_error;
  ASSERT_FALSE(office.deliver({office.recipient("all")}, "one\r\nbody\r\n", 5)[0].has_value());
  ASSERT_FALSE(office.deliver({office.recipient("all")}, "two\r\nbody\r\n", 5)[0].has_value());
  office.store.failures.clear();
  ASSERT_TRUE(office.deliver({office.recipient("all")}, "3\r\nbody\r\n", 3)[0].has_value());
  for (std::uint32_t i = 1; i <= 100; ++i) EXPECT_EQ(office.copies(i), 1U) << i;
  EXPECT_TRUE(office.deliver({office.recipient("p1")}, "body\r\n")[0].has_value());
  EXPECT_EQ(office.copies(1), 2U) << "a message after full success is a new one";
}

TEST(Delivery, AnotherMessageOrSenderIsNoRetry) {
  Office office;
  office.store.failures[{"local", test_id(3).guid}] = Errc::io_error;
  static_cast<void>(office.deliver({office.recipient("p1"), office.recipient("p3")}, "a\r\n"));
  static_cast<void>(office.deliver({office.recipient("p1")}, "b\r\n"));
  EXPECT_EQ(office.copies(1), 2U);
}

TEST(Delivery, NobodyIsNoFault) {
  Office office;
  EXPECT_TRUE(office.deliver({}).empty());
  EXPECT_TRUE(office.deliver({Recipient{"x", {}}})[0].has_value());
}

TEST(Delivery, TraceIdsDiffer) {
  std::set<std::string> ids;
  for (int i = 0; i < 1'000; ++i) ids.insert(make_trace_id());
  EXPECT_EQ(ids.size(), 1'000U);
  EXPECT_EQ(ids.begin()->size(), 20U);
}

TEST(DeliveryRemembered, ForgetsTheOldestAndTheAged) {
  Remembered remembered(2, std::chrono::hours(1));
  const SteadyTime start{};
  remembered.add("a", start);
  remembered.add("b", start);
  remembered.add("c", start);
  EXPECT_FALSE(remembered.take("a", start)) << "more than two are not kept";
  EXPECT_TRUE(remembered.take("b", start + std::chrono::hours(1)));
  EXPECT_FALSE(remembered.take("b", start)) << "taken once";
  EXPECT_FALSE(remembered.take("c", start + std::chrono::hours(2))) << "too old";
}

}  // namespace
}  // namespace kontor::delivery
