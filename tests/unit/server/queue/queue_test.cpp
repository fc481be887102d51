// SPDX-License-Identifier: GPL-3.0-or-later
// The queue as a whole: what is taken is handed over, deferred, failed, told; and is there again
// after a restart.
#include "base/core/text.hpp"
#include "tests/unit/server/queue/fixture.hpp"

namespace kontor::queue {
namespace {

using std::chrono::hours;
using std::chrono::seconds;

TEST_F(QueueTest, HandsOverWhatWasAddedAndForgetsIt) {
  open_and_start();
  const auto id = add({"x@one.test", "y@one.test", "z@two.test"}, "one message");
  settle();
  EXPECT_EQ(handed_to("one.test"), std::vector<std::string>{"one message"});
  EXPECT_EQ(handed_to("two.test"), std::vector<std::string>{"one message"});
  EXPECT_EQ(queue->find(id).error().code(), Errc::not_found);
  EXPECT_EQ(queue->totals().messages, 0U);
  EXPECT_EQ(sink.count("queue.recipient.relayed"), 3U);
  EXPECT_EQ(sink.count("queue.message.ended"), 1U);
  const auto last = sink.last("queue.recipient.relayed");
  EXPECT_EQ(last->get(log::Keys::trace), "trace1");
  EXPECT_EQ(last->get(log::Keys::host), "mx.test");
  EXPECT_EQ(last->get(log::Keys::reply), "250 2.0.0 ok");
}

TEST_F(QueueTest, KeepsMailThroughARestart) {
  open();
  const auto id = add({"x@one.test"}, "kept");
  shut();
  open();
  EXPECT_EQ(run(queue->read(id)).value(), "kept");
  const auto info = queue->find(id);
  ASSERT_TRUE(info);
  EXPECT_EQ(info->envelope.sender, "anna@a.test");
  EXPECT_EQ(info->recipients.at(0).recipient.address, "x@one.test");
  queue->start(transport);
  settle();
  EXPECT_EQ(handed_to("one.test"), std::vector<std::string>{"kept"});
  shut();
  open_and_start();
  settle();
  EXPECT_EQ(transport.handed.size(), 1U) << "a fate was forgotten";
}

TEST_F(QueueTest, TriesAgainLaterAndLaterAndOnlyThen) {
  settings.queue.delay_notice = seconds(0);
  open_and_start();
  transport.answer = [](const auto&, const auto&) {
    return outcome(Fate::deferred, "451 4.7.1 later");
  };
  const auto id = add({"x@one.test"});
  settle();
  EXPECT_EQ(transport.handed.size(), 1U);
  seconds wait = settings.queue.first_retry;
  for (std::size_t tries = 2; tries < 8; ++tries) {
    pass(wait - seconds(1));
    EXPECT_EQ(transport.handed.size(), tries - 1) << "too early";
    pass(wait / 8 + seconds(2));
    EXPECT_EQ(transport.handed.size(), tries);
    wait = std::min(wait * 2, settings.queue.longest_retry);
  }
  const auto info = queue->find(id);
  ASSERT_TRUE(info);
  EXPECT_EQ(info->recipients[0].tries, 7U);
  EXPECT_EQ(info->recipients[0].last.diagnostic, "451 4.7.1 later");
}

TEST_F(QueueTest, KeepsTheScheduleThroughARestart) {
  open_and_start();
  transport.answer = [](const auto&, const auto&) { return outcome(Fate::deferred, "451 later"); };
  const auto id = add({"x@one.test"});
  settle();
  const auto next = queue->find(id)->recipients[0].next_try;
  shut();
  open_and_start();
  settle();
  EXPECT_EQ(transport.handed.size(), 1U);
  EXPECT_EQ(queue->find(id)->recipients[0].next_try, next);
  EXPECT_EQ(queue->find(id)->recipients[0].tries, 1U);
  EXPECT_EQ(queue->find(id)->recipients[0].last.diagnostic, "451 later");
}

TEST_F(QueueTest, EachRecipientHasItsOwnFate) {
  open_and_start();
  transport.answer = [](const auto&, const Recipient& one) {
    if (one.address.starts_with("bad")) return outcome(Fate::failed, "550 5.1.1 unknown");
    if (one.address.starts_with("later")) return outcome(Fate::deferred, "450 4.2.1 busy");
    return outcome(Fate::relayed, "250 ok");
  };
  const auto id = add({"good@one.test", "bad@one.test", "later@one.test"});
  settle();
  const auto info = queue->find(id);
  ASSERT_TRUE(info);
  EXPECT_TRUE(info->recipients[0].is_done);
  EXPECT_EQ(info->recipients[1].fate, Fate::failed);
  EXPECT_FALSE(info->recipients[2].is_done);
  ASSERT_EQ(handed_to("a.test").size(), 1U) << "one notice";
  transport.answer = nullptr;
  pass(hours(1));
  EXPECT_EQ(transport.handed.back().piece.recipients.size(), 1U);
  EXPECT_EQ(queue->totals().messages, 0U);
}

TEST_F(QueueTest, DestinationsThatHangLeaveRoomForOthers) {
  settings.queue.max_connections = 8;
  open_and_start();
  for (int i = 0; i < 20; ++i) {
    const auto name = "h" + std::to_string(i) + ".test";
    transport.dead[name] = outcome(Fate::deferred, "", "");
    add({"x@" + name});
  }
  settle();
  for (const auto& [name, why] : transport.dead)
    transport.hanging[name] = std::make_unique<net::Signal>();
  clock.pass(hours(1));
  queue->wake();
  run_until([this] { return queue->totals().active == 4; });  // half of them, no more
  add({"y@new.test"});
  run_until([this] { return handed_to("new.test").size() == 1; });
  add({"z@new.test"});
  run_until([this] { return handed_to("new.test").size() == 2; });
  run_until([this] { return queue->totals().active == 4; });
}

TEST_F(QueueTest, AnUnreachableDestinationRestsAsAWhole) {
  open_and_start();
  transport.dead["dead.test"] = outcome(Fate::deferred, "", "");
  for (int i = 0; i < 50; ++i) add({"x" + std::to_string(i) + "@dead.test"});
  settle();
  const auto runs = transport.runs;
  EXPECT_LE(runs, 2U) << "one that finds nobody stands for all";
  add({"late@dead.test"});
  settle();
  EXPECT_EQ(transport.runs, runs) << "a new message does not wake it";
  transport.dead.clear();
  pass(settings.queue.first_retry + settings.queue.first_retry / 8 + seconds(1));
  EXPECT_EQ(handed_to("dead.test").size(), 51U) << "the first that gets through brings all";
}

TEST_F(QueueTest, GivesUpAtTheEndOfTheLifetimeAndSaysSo) {
  settings.queue.delay_notice = seconds(0);
  settings.queue.lifetime = hours(10);
  open_and_start();
  transport.answer = [](const std::string& name, const auto&) {
    return name == "a.test" ? outcome(Fate::relayed, "250 ok")
                            : outcome(Fate::deferred, "451 4.3.0 not now");
  };
  add({"x@one.test"});
  settle();
  for (int i = 0; i < 12; ++i) pass(hours(1));
  EXPECT_EQ(queue->totals().messages, 0U);
  const auto notices = handed_to("a.test");
  ASSERT_EQ(notices.size(), 1U);
  EXPECT_NE(notices[0].find("Action: failed\r\nStatus: 4.4.7\r\n"), std::string::npos)
      << notices[0];
  EXPECT_NE(notices[0].find("Diagnostic-Code: smtp; 451 4.3.0 not now\r\n"), std::string::npos);
  EXPECT_EQ(sink.last("queue.recipient.failed")->get(log::Keys::status), "4.4.7");
}

TEST_F(QueueTest, TellsOfADelayOnce) {
  open_and_start();
  transport.answer = [](const std::string& name, const auto&) {
    return name == "a.test" ? outcome(Fate::relayed) : outcome(Fate::deferred, "451 4.3.0 not now");
  };
  add({"x@one.test"});
  settle();
  for (int i = 0; i < 40; ++i) pass(std::chrono::minutes(30));
  ASSERT_EQ(handed_to("a.test").size(), 1U);
  EXPECT_NE(handed_to("a.test")[0].find("Action: delayed"), std::string::npos);
  EXPECT_NE(handed_to("a.test")[0].find("Will-Retry-Until: "), std::string::npos);
  shut();
  open_and_start();
  for (int i = 0; i < 20; ++i) pass(std::chrono::minutes(30));
  EXPECT_EQ(handed_to("a.test").size(), 1U) << "told again after a restart";
}

TEST_F(QueueTest, NeverTellsAboutANotice) {
  open_and_start();
  transport.answer = [](const auto&, const auto&) { return outcome(Fate::failed, "550 5.1.1 no"); };
  add({"x@one.test"}, "Subject: n\r\n\r\n", "");
  add({"x@one.test"});
  settle();
  EXPECT_EQ(handed_to("a.test").size(), 1U) << "about the second alone";
  EXPECT_EQ(queue->totals().messages, 0U) << "the notice failed too and ended";
}

TEST_F(QueueTest, ARunCutShortGivesItsPieceBack) {
  open_and_start();
  transport.hanging["one.test"] = std::make_unique<net::Signal>();
  add({"x@one.test"}, "again");
  run_until([this] { return transport.now_running["one.test"] == 1; });
  shut();
  transport.hanging.clear();
  open_and_start();
  settle();
  EXPECT_EQ(handed_to("one.test"), std::vector<std::string>{"again"});
}

}  // namespace
}  // namespace kontor::queue
