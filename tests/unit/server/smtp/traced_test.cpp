// SPDX-License-Identifier: GPL-3.0-or-later
// What sessions and deliveries tell the message trace, in order.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/server/smtp/dialogue.hpp"

namespace kontor::smtp {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class Told final : public message_trace::Sink {
 public:
  void note(message_trace::Step step) noexcept override {
    steps.with([&](auto& all) { all.push_back(std::move(step)); });
  }
  // "delivered boris@example.test by staff@example.test"
  std::vector<std::string> lines() {
    return steps.with([](const auto& all) {
      std::vector<std::string> out;
      for (const auto& step : all) {
        out.emplace_back(message_trace::name_of(step.what));
        if (!step.recipient.empty()) out.back() += ' ' + step.recipient;
        if (!step.asked.empty() && step.asked != step.recipient) out.back() += " by " + step.asked;
      }
      return out;
    });
  }
  Guarded<std::vector<message_trace::Step>> steps;
};

TEST(SmtpTraced, AMessageAndItsCopies) {
  Dialogue dialogue;
  Told told;
  dialogue.trace = &told;
  dialogue.say(
      "EHLO client.test\r\nMAIL FROM:<x@else.test>\r\nRCPT TO:<anna@example.test>\r\n"
      "RCPT TO:<post@example.test>\r\nDATA\r\n"
      "Message-ID: <1@else.test>\r\nSubject: =?utf-8?q?=D0=9E=D1=82=D1=87=D1=91=D1=82?=\r\n\r\n"
      "text\r\n.\r\nQUIT\r\n");
  EXPECT_THAT(told.lines(), ElementsAre("received", "delivered anna@example.test",
                                        "taken anna@example.test", "taken post@example.test"));
  told.steps.with([](const auto& steps) {
    const auto& arrival = *steps[0].arrival;
    EXPECT_EQ(arrival.protocol, "smtp");
    EXPECT_EQ(arrival.hello, "client.test");
    EXPECT_EQ(arrival.sender, "x@else.test");
    EXPECT_EQ(arrival.message_id, "<1@else.test>");
    EXPECT_EQ(arrival.subject, "Отчёт");
    EXPECT_GT(arrival.size, 0U);
    EXPECT_THAT(arrival.recipients, ElementsAre("anna@example.test", "post@example.test"));
    EXPECT_EQ(steps[1].place, "INBOX");
    EXPECT_EQ(steps[1].trace, steps[0].trace);
  });
}

TEST(SmtpTraced, WhoStandsBehindAList) {
  Dialogue dialogue;
  Told told;
  dialogue.trace = &told;
  dialogue.say(
      "EHLO client.test\r\nMAIL FROM:<x@else.test>\r\nRCPT TO:<sales@example.test>\r\nDATA\r\n"
      "Subject: hi\r\n\r\ntext\r\n.\r\nQUIT\r\n");
  auto lines = told.lines();
  EXPECT_THAT(lines, SizeIs(5));
  std::ranges::sort(lines);
  EXPECT_THAT(lines, ElementsAre("delivered anna@example.test by sales@example.test",
                                 "delivered boris@example.test by sales@example.test",
                                 "delivered clara@example.test by sales@example.test", "received",
                                 "taken sales@example.test"));
}

TEST(SmtpTraced, RefusalsAreToldWithTheWordsOfTheAnswer) {
  Dialogue dialogue;
  Told told;
  dialogue.trace = &told;
  dialogue.say(
      "EHLO client.test\r\nMAIL FROM:<x@else.test>\r\nRCPT TO:<nobody-here@example.test>\r\n"
      "RCPT TO:<a@foreign.test>\r\nRCPT TO:<dora@example.test>\r\nRSET\r\n"
      "MAIL FROM:<x@else.test>\r\nRCPT TO:<anna@example.test>\r\nDATA\r\n"
      "Subject: bare\nline\r\n.\r\nQUIT\r\n");
  EXPECT_THAT(told.lines(),
              ElementsAre("refused nobody-here@example.test", "refused a@foreign.test",
                          "refused dora@example.test", "refused"));
  told.steps.with([](const auto& steps) {
    EXPECT_EQ(steps[0].status, "550 5.1.1");
    EXPECT_EQ(steps[0].text, "no such mailbox here");
    EXPECT_EQ(steps[0].arrival->sender, "x@else.test");
    EXPECT_EQ(steps[1].status, "550 5.7.1");
    EXPECT_EQ(steps[3].status, "550 5.6.0");
    EXPECT_THAT(steps[3].arrival->recipients, ElementsAre("anna@example.test"));
    EXPECT_TRUE(steps[3].trace.empty());
  });
}

TEST(SmtpTraced, ACopyThatCannotBeStoredIsToldWithItsReason) {
  Dialogue dialogue;
  Told told;
  dialogue.trace = &told;
  dialogue.store.failures[{anna().source, anna().guid}] = Errc::io_error;
  dialogue.say(
      "EHLO client.test\r\nMAIL FROM:<x@else.test>\r\nRCPT TO:<anna@example.test>\r\nDATA\r\n"
      "Subject: hi\r\n\r\ntext\r\n.\r\nQUIT\r\n");
  EXPECT_THAT(told.lines(),
              ElementsAre("received", "deferred anna@example.test", "refused anna@example.test"));
}

TEST(SmtpTraced, NoSubjectWhereTheSettingsSaySo) {
  Dialogue dialogue;
  Told told;
  dialogue.trace = &told;
  dialogue.settings.message_trace.subjects = false;
  dialogue.say(
      "EHLO client.test\r\nMAIL FROM:<x@else.test>\r\nRCPT TO:<anna@example.test>\r\nDATA\r\n"
      "Subject: secret\r\n\r\ntext\r\n.\r\nQUIT\r\n");
  told.steps.with([](const auto& steps) { EXPECT_THAT(steps[0].arrival->subject, IsEmpty()); });
}

}  // namespace
}  // namespace kontor::smtp
