// SPDX-License-Identifier: GPL-3.0-or-later
// What routes and senders want of the queue: held domains, rates, own retries and lifetimes;
// FUTURERELEASE, DELIVERBY, MT-PRIORITY, REQUIRETLS; and what can be neither delivered nor
// returned.
#include <gmock/gmock.h>

#include "server/queue/bad_mail.hpp"
#include "server/queue/due_list.hpp"
#include "tests/unit/server/queue/fixture.hpp"

namespace kontor::queue {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

class WishesTest : public QueueTest {
 protected:
  DestinationRules& rule(const std::string& destination) {
    auto& made = transport.rules_of[destination];
    made.route = destination;
    return made;
  }
  RecipientInfo first() { return queue->list("", 1).front().recipients.front(); }
  std::uint64_t release(const std::string& domain, bool below = false) {
    const auto count = run(queue->release(domain, below));
    EXPECT_TRUE(count) << count.error().text();
    settle();
    return count.value_or(0);
  }
  // The notice to the sender that was handed over, or nothing.
  std::string notice() {
    const auto all = handed_to("a.test");
    return all.empty() ? "" : all.back();
  }
  void answer_with(Fate fate, const std::string& diagnostic) {
    transport.answer = [fate, diagnostic](const std::string& destination, const Recipient&) {
      return destination == "a.test" ? outcome(Fate::relayed, "250 ok") : outcome(fate, diagnostic);
    };
  }
};

TEST_F(WishesTest, HeldMailGoesWhenItIsAskedFor) {
  rule("held.test").is_held = true;
  rule("b.held.test").is_held = true;
  open_and_start();
  add({"x@held.test", "y@c.test"});
  add({"z@b.held.test"});
  pass(hours(3));
  EXPECT_TRUE(run(queue->retry("")));
  settle();
  EXPECT_THAT(handed_to("c.test"), SizeIs(1));
  EXPECT_THAT(handed_to("held.test"), IsEmpty());
  EXPECT_TRUE(first().is_held);
  EXPECT_EQ(first().route, "held.test");
  EXPECT_EQ(release("HELD.test"), 1U);
  EXPECT_THAT(handed_to("held.test"), SizeIs(1));
  EXPECT_THAT(handed_to("b.held.test"), IsEmpty());
  EXPECT_EQ(release("held.test"), 0U);
  EXPECT_EQ(release("held.test", true), 1U);
  EXPECT_THAT(handed_to("b.held.test"), SizeIs(1));
  EXPECT_EQ(queue->totals().messages, 0U);
  add({"x@held.test"});  // later mail is held again
  settle();
  EXPECT_THAT(handed_to("held.test"), SizeIs(1));
  EXPECT_EQ(run(queue->release("c.test", false)).error().code(), Errc::not_found);
  EXPECT_EQ(run(queue->release("a b", false)).error().code(), Errc::bad_input);
  EXPECT_GE(sink.count("queue.domain.released"), 2U);
}

TEST_F(WishesTest, WhatFailedAfterItWasAskedForWaitsForTheNextTime) {
  rule("held.test").is_held = true;
  transport.dead["held.test"] = outcome(Fate::deferred, "", "");
  open_and_start();
  const auto id = add({"x@held.test"});
  EXPECT_EQ(release("held.test"), 1U);
  EXPECT_EQ(transport.runs, 1U);
  pass(hours(3));
  EXPECT_EQ(transport.runs, 1U);
  transport.dead.clear();
  shut();
  open_and_start();  // also after a restart
  pass(minutes(30));
  EXPECT_EQ(transport.runs, 1U);
  EXPECT_TRUE(run(queue->retry_one(id)));
  settle();
  EXPECT_THAT(handed_to("held.test"), SizeIs(1));
}

TEST_F(WishesTest, HeldMailDoesNotStayForEver) {
  auto& held = rule("held.test");
  held.is_held = true;
  held.lifetime = hours(20);
  open_and_start();
  add({"x@held.test"});
  pass(hours(4));
  EXPECT_THAT(notice(), HasSubstr("Action: delayed"));
  EXPECT_THAT(handed_to("held.test"), IsEmpty());
  pass(hours(17));
  EXPECT_THAT(notice(), HasSubstr("Status: 4.4.7"));
  EXPECT_THAT(notice(), HasSubstr("Action: failed"));
  EXPECT_EQ(queue->totals().messages, 0U);
  EXPECT_EQ(transport.handed.size(), 2U) << "the notices";
}

TEST_F(WishesTest, ARateIsKeptAndDelaysNobodyElse) {
  rule("slow.test").per_minute = 3;
  open_and_start();
  for (int i = 0; i < 8; ++i) add({"x@slow.test", "y@other.test"});
  settle();
  EXPECT_THAT(handed_to("slow.test"), SizeIs(3));
  EXPECT_THAT(handed_to("other.test"), SizeIs(8));
  pass(seconds(59));
  EXPECT_THAT(handed_to("slow.test"), SizeIs(3));
  pass(seconds(2));
  EXPECT_THAT(handed_to("slow.test"), SizeIs(6));
  pass(seconds(61));
  EXPECT_THAT(handed_to("slow.test"), SizeIs(8));
}

TEST_F(WishesTest, ConnectionsRetriesAndLifetimesOfARoute) {
  rule("one.test").connections = 1;
  auto& quick = rule("quick.test");
  quick.first_retry = seconds(10);
  quick.longest_retry = seconds(20);
  quick.lifetime = minutes(2);
  transport.answer = [](const std::string& destination, const Recipient&) {
    return destination == "quick.test" ? outcome(Fate::deferred, "451 later")
                                       : outcome(Fate::relayed, "250 ok");
  };
  open_and_start();
  for (int i = 0; i < 20; ++i) add({"x@one.test"});
  settle();
  EXPECT_EQ(transport.most_runs, 1U);
  add({"x@quick.test"});
  settle();
  for (int i = 0; i < 7; ++i) pass(seconds(23));
  EXPECT_GE(handed_to("quick.test").size(), 5U);
  EXPECT_THAT(notice(), HasSubstr("4.4.7"));
  EXPECT_EQ(queue->totals().messages, 0U);
}

TEST_F(WishesTest, AMessageIsHeldForItsSenderOverARestart) {
  open_and_start();
  auto envelope = from("anna@a.test");
  envelope.release = clock.now() + hours(30);
  const auto id = add_as(envelope, {"x@b.test"});
  auto second = from("anna@a.test");
  second.release = clock.now() + hours(40);
  const auto other = add_as(second, {"y@b.test"});
  pass(hours(29));
  EXPECT_TRUE(run(queue->retry("")));
  EXPECT_TRUE(run(queue->pause("b.test")));
  EXPECT_TRUE(run(queue->resume("b.test")));
  settle();
  EXPECT_THAT(handed_to("b.test"), IsEmpty());
  EXPECT_THAT(notice(), IsEmpty()) << "no word of a delay that he wants";
  shut();
  open_and_start();
  settle();
  EXPECT_THAT(handed_to("b.test"), IsEmpty());
  EXPECT_EQ(queue->find(id)->recipients[0].next_try, envelope.release);
  pass(hours(1));
  EXPECT_THAT(handed_to("b.test"), SizeIs(1));
  EXPECT_TRUE(run(queue->retry_one(other)));  // an administrator may
  settle();
  EXPECT_THAT(handed_to("b.test"), SizeIs(2));
}

TEST_F(WishesTest, WhatIsNotDeliveredByItsTimeComesBack) {
  answer_with(Fate::deferred, "451 4.2.1 later");
  open_and_start();
  auto envelope = from("anna@a.test");
  envelope.deliver_by = clock.now() + minutes(20);
  envelope.is_by_return = true;
  add_as(envelope, {"x@b.test"});
  settle();
  EXPECT_THAT(notice(), IsEmpty());
  pass(minutes(20));
  EXPECT_THAT(notice(), HasSubstr("Action: failed"));
  EXPECT_THAT(notice(), HasSubstr("Status: 5.4.7"));
  EXPECT_EQ(queue->totals().messages, 0U);
}

TEST_F(WishesTest, OrItsSenderIsToldAndItIsTriedOn) {
  answer_with(Fate::deferred, "451 4.2.1 later");
  open_and_start();
  auto envelope = from("anna@a.test");
  envelope.deliver_by = clock.now() + minutes(20);
  auto recipients = to({"x@b.test"});
  recipients[0].has_notify = true;
  recipients[0].notify = k_notify_failure;
  EXPECT_TRUE(run(queue->add(envelope, recipients, "Subject: x\r\n\r\nbody\r\n")));
  settle();
  pass(minutes(20));
  EXPECT_THAT(notice(), HasSubstr("Action: delayed"));
  EXPECT_EQ(queue->totals().messages, 1U);
  pass(hours(5));
  EXPECT_THAT(handed_to("a.test"), SizeIs(1)) << "once";
  transport.answer = [](const std::string& destination, const Recipient&) {
    auto out = outcome(Fate::relayed, "250 ok");
    out.is_by_lost = destination == "b.test";  // it knows no DELIVERBY
    return out;
  };
  EXPECT_TRUE(run(queue->retry("")));
  settle();
  EXPECT_THAT(notice(), HasSubstr("Action: relayed"));
}

TEST_F(WishesTest, TheMoreUrgentGoFirst) {
  rule("b.test").is_held = true;   // until all are there
  rule("b.test").connections = 1;  // two would note what they were given in any order
  open_and_start();
  for (const int priority : {0, -4, 9, 3, 0}) {
    auto envelope = from("anna@a.test");
    envelope.priority = static_cast<std::int8_t>(priority);
    add_as(envelope, {"x@b.test"}, "Subject: " + std::to_string(priority) + "\r\n\r\n\r\n");
  }
  shut();
  open_and_start();
  EXPECT_EQ(release("b.test"), 5U);
  std::vector<int> order;
  for (const auto& one : transport.handed) order.push_back(one.piece.envelope->priority);
  EXPECT_THAT(order, ElementsAre(9, 3, 0, 0, -4));
}

TEST_F(WishesTest, RequireTlsStaysWithTheMessageAndItsNotice) {
  answer_with(Fate::failed, "550 5.7.30 no");
  open();
  auto envelope = from("anna@a.test");
  envelope.requires_tls = true;
  add_as(envelope, {"x@b.test"}, "Subject: secret\r\nTLS-Required: No\r\n\r\nhidden\r\n");
  shut();
  open_and_start();
  settle();
  ASSERT_THAT(transport.handed, SizeIs(2));
  EXPECT_TRUE(transport.handed[0].piece.envelope->requires_tls);
  EXPECT_FALSE(transport.handed[0].piece.envelope->tls_optional) << "RFC 8689, 5";
  EXPECT_TRUE(transport.handed[1].piece.envelope->requires_tls);
  EXPECT_THAT(notice(), HasSubstr("Subject: secret"));
  EXPECT_THAT(notice(), Not(HasSubstr("hidden")));
}

TEST_F(WishesTest, TheHeaderFieldThatWaivesTlsIsRead) {
  open_and_start();
  for (const auto* field : {"TLS-Required: No\r\n", "tls-required:  no \r\n",
                            "TLS-Required: Yes\r\n", "X-TLS-Required: No\r\n", ""})
    add({"x@b.test"}, std::string(field) + "Subject: a\r\n\r\nTLS-Required: No\r\n");
  settle();
  std::map<MessageId, bool> waived;  // they may be handed over in another order
  for (const auto& one : transport.handed) waived[one.piece.id] = one.piece.envelope->tls_optional;
  std::vector<bool> in_order;
  for (const auto& [id, is_waived] : waived) in_order.push_back(is_waived);
  EXPECT_THAT(in_order, ElementsAre(true, true, false, false, false));
}

TEST_F(WishesTest, WhatHasNobodyToGoBackToIsKept) {
  answer_with(Fate::failed, "550 5.1.1 no such user");
  settings.queue.bad_mail = 3'000;
  open_and_start();
  for (int i = 0; i < 4; ++i)
    add({"x@b.test", "y@b.test"}, "Subject: notice\r\n\r\n" + std::string(600, 'x') + "\r\n", "");
  settle();
  EXPECT_EQ(queue->totals().messages, 0U);
  const auto names = disk->list("/data/badmail");
  ASSERT_TRUE(names);
  std::uint64_t used = 0;
  std::string report;
  for (const auto& name : *names) {
    const auto bytes = io::read_file(*disk, "/data/badmail/" + name, 10'000);
    ASSERT_TRUE(bytes);
    used += bytes->size();
    if (name.ends_with(".txt")) report = *bytes;
  }
  EXPECT_LE(used, 3'000U);
  EXPECT_GE(names->size(), 2U) << "the newest";
  EXPECT_THAT(report, HasSubstr("To: y@b.test\nStatus: 5.1.1"));
  EXPECT_THAT(report, HasSubstr("550 5.1.1 no such user"));
  EXPECT_EQ(sink.count("queue.badmail.kept"), 4U);
  add({"x@b.test"}, std::string(5'000, 'x') + "\r\n", "");
  settle();
  EXPECT_EQ(sink.count("queue.badmail.failed"), 1U);
}

TEST(DueList, SoonestOfAllAndTheMostUrgentOfWhatIsDue) {
  const auto at = [](int time) { return UtcSeconds(seconds(time)); };
  DueList list;
  EXPECT_TRUE(list.empty());
  EXPECT_FALSE(list.pop(at(100)));
  list.push(0, {at(10), 1});
  list.push(5, {at(30), 2});
  list.push(-3, {at(5), 3});
  list.push(5, {at(20), 4});
  EXPECT_EQ(list.soonest(), at(5));
  EXPECT_EQ(list.pop(at(15))->id, 1U);
  EXPECT_EQ(list.pop(at(40))->id, 4U);
  EXPECT_EQ(list.pop(at(40))->id, 2U);
  list.prune([](const Due& one) { return one.id != 3; });
  EXPECT_TRUE(list.empty());
}

}  // namespace
}  // namespace kontor::queue
