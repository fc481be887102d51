// SPDX-License-Identifier: GPL-3.0-or-later
// Mail that its client waits for: tried once, in no queue whatever becomes of it.
#include <gmock/gmock.h>

#include "tests/unit/server/queue/fixture.hpp"

namespace kontor::queue {
namespace {

using testing::IsEmpty;
using testing::SizeIs;

class HandOverTest : public QueueTest {
 protected:
  HandOverTest() {
    transport.rules_of["b.test"] = direct("b.test");
    transport.rules_of["c.test"] = direct("c.test");
  }
  static DestinationRules direct(const std::string& route) {
    DestinationRules rules;
    rules.route = route;
    rules.is_direct = true;
    return rules;
  }
  std::optional<std::vector<Outcome>> hand(const std::vector<std::string>& addresses,
                                           Envelope envelope = {}) {
    envelope.sender = "a@mail.test";
    envelope.trace = "trace";
    return run(queue->hand_over(std::move(envelope), to(addresses), "Subject: x\r\n\r\n"));
  }
};

TEST_F(HandOverTest, TheOutcomesAreToldAndNothingIsKept) {
  transport.answer = [](const std::string&, const Recipient& one) {
    return one.address == "no@b.test" ? outcome(Fate::failed, "550 5.1.1 nobody")
                                      : outcome(Fate::relayed, "250 ok");
  };
  open_and_start();
  const auto outcomes = hand({"x@b.test", "no@b.test"});
  ASSERT_TRUE(outcomes);
  ASSERT_THAT(*outcomes, SizeIs(2));
  EXPECT_EQ(outcomes->at(0).fate, Fate::relayed);
  EXPECT_EQ(outcomes->at(0).route, "b.test");
  EXPECT_EQ(outcomes->at(1).diagnostic, "550 5.1.1 nobody");
  ASSERT_THAT(handed_to("b.test"), SizeIs(1));
  EXPECT_EQ(transport.handed[0].bytes, "Subject: x\r\n\r\n");
  EXPECT_EQ(transport.handed[0].piece.envelope->size, transport.handed[0].bytes.size());
  EXPECT_EQ(queue->totals().messages, 0U);
  EXPECT_EQ(queue->totals().active, 0U);
  EXPECT_EQ(sink.count("queue.recipient.relayed"), 1U);
  EXPECT_EQ(sink.count("queue.notice.queued"), 0U);
}

TEST_F(HandOverTest, AHostThatCannotBeReachedIsTold) {
  transport.dead["b.test"] = outcome(Fate::failed, "");
  transport.dead["b.test"].reason = "no connection";
  open_and_start();
  const auto outcomes = hand({"x@b.test", "y@b.test"});
  ASSERT_TRUE(outcomes);
  ASSERT_THAT(*outcomes, SizeIs(2));
  EXPECT_EQ(outcomes->at(1).fate, Fate::deferred);
  EXPECT_EQ(outcomes->at(1).reason, "no connection");
  EXPECT_EQ(queue->totals().messages, 0U);
  transport.dead.clear();
  const auto later = hand({"x@b.test"});  // each client has a try of its own
  ASSERT_TRUE(later);
  EXPECT_EQ(later->at(0).fate, Fate::relayed);
}

TEST_F(HandOverTest, WhatIsNotForThatIsLeftToTheQueue) {
  EXPECT_FALSE((open(), hand({"x@b.test"})));  // nobody to ask yet
  queue->start(transport);
  EXPECT_FALSE(hand({}));
  EXPECT_FALSE(hand({"x@other.test"}));
  EXPECT_FALSE(hand({"x@b.test", "x@other.test"}));
  EXPECT_FALSE(hand({"x@b.test", "x@c.test"}));
  Envelope later;
  later.release = clock.now() + std::chrono::hours(1);
  EXPECT_FALSE(hand({"x@b.test"}, later));
  Envelope soon;
  soon.deliver_by = clock.now() + std::chrono::hours(1);
  EXPECT_FALSE(hand({"x@b.test"}, soon));
  EXPECT_THAT(transport.handed, IsEmpty());
  ASSERT_TRUE(run(queue->pause("b.test")));
  EXPECT_FALSE(hand({"x@b.test"}));
  ASSERT_TRUE(run(queue->resume("b.test")));
  EXPECT_TRUE(hand({"x@b.test"}));
}

TEST_F(HandOverTest, NoMoreConnectionsThanAllowed) {
  transport.rules_of["b.test"].connections = 1;
  transport.hanging["b.test"] = std::make_unique<net::Signal>();
  open_and_start();
  add({"q@b.test"});
  run_until([this] { return transport.now_running["b.test"] == 1; });  // has the one connection
  EXPECT_FALSE(hand({"x@b.test"}));
  transport.hanging["b.test"]->raise();
  settle();
  EXPECT_EQ(queue->totals().messages, 0U);
  transport.hanging.clear();
  EXPECT_TRUE(hand({"x@b.test"}));
  EXPECT_EQ(transport.most_runs, 1U);
}

}  // namespace
}  // namespace kontor::queue
