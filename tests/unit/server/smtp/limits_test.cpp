// SPDX-License-Identifier: GPL-3.0-or-later
// Limits of a session: what is too large, too many, too long, too late, or cut off.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/server/smtp/dialogue.hpp"

namespace kontor::smtp {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

const std::string k_begin = "EHLO c.test\r\nMAIL FROM:<a@b>\r\nRCPT TO:<anna@example.test>\r\n";

TEST(SmtpLimits, MessageSize) {
  Dialogue dialogue;
  dialogue.settings.smtp.max_message = 20;
  const auto answers = dialogue.say(k_begin + "DATA\r\n0123456789012345678\r\n.\r\nRSET\r\n" +
                                    "MAIL FROM:<a@b>\r\nRCPT TO:<anna@example.test>\r\n" +
                                    "DATA\r\n012345678901234567\r\n.\r\nQUIT\r\n");
  EXPECT_THAT(answers, HasSubstr("552 5.3.4"));
  EXPECT_THAT(answers, HasSubstr("250 2.0.0 taken as"));
  EXPECT_EQ(dialogue.store.count(), 1U);
}

TEST(SmtpLimits, DataFarBeyondTheLimitEndsTheSession) {
  Dialogue dialogue;
  dialogue.settings.smtp.max_message = 1'000;
  const auto answers = dialogue.say(k_begin + "DATA\r\n" + std::string(100'000, 'x'));
  EXPECT_THAT(answers, HasSubstr("552 5.3.4"));
  EXPECT_EQ(dialogue.store.count(), 0U);
}

TEST(SmtpLimits, Recipients) {
  Dialogue dialogue;
  dialogue.settings.smtp.max_recipients = 1;
  EXPECT_THAT(dialogue.say(k_begin + "RCPT TO:<boris@example.test>\r\nQUIT\r\n"),
              HasSubstr("452 4.5.3"));
}

TEST(SmtpLimits, MessagesOfASession) {
  Dialogue dialogue;
  dialogue.settings.smtp.max_messages_per_session = 1;
  const auto answers = dialogue.say(k_begin + "DATA\r\nx\r\n.\r\nMAIL FROM:<a@b>\r\nNOOP\r\n");
  EXPECT_TRUE(answers.ends_with("421 4.7.0 enough messages for one session; connect again\r\n"));
  EXPECT_EQ(dialogue.store.count(), 1U);
}

TEST(SmtpLimits, BytesOfASession) {
  const std::string message = "DATA\r\n01234567\r\n.\r\n";  // ten bytes
  const std::string next = "MAIL FROM:<a@b>\r\nRCPT TO:<anna@example.test>\r\n";
  Dialogue dialogue;
  dialogue.settings.smtp.max_session = 25;
  auto answers = dialogue.say(k_begin + message + next + message + next + message + "NOOP\r\n");
  EXPECT_TRUE(answers.ends_with("421 4.7.0 enough bytes for one session; connect again\r\n"));
  EXPECT_EQ(dialogue.store.count(), 2U);
  answers = dialogue.say(k_begin + message + "MAIL FROM:<a@b> SIZE=16\r\nNOOP\r\n");
  EXPECT_TRUE(answers.ends_with("421 4.7.0 enough bytes for one session; connect again\r\n"));
  // What no connection would take is refused for good.
  answers = dialogue.say(k_begin + "DATA\r\n" + std::string(30, 'x') + "\r\n.\r\nNOOP\r\nQUIT\r\n");
  EXPECT_THAT(answers, HasSubstr("552 5.3.4 the message is larger than allowed\r\n250 2.0.0"));
}

TEST(SmtpLimits, MessagesOfAnAddressInAMinute) {
  Dialogue dialogue;
  dialogue.settings.smtp.max_messages_per_minute = 1;
  EXPECT_THAT(dialogue.say(k_begin + "QUIT\r\n"), HasSubstr("250 2.1.0"));
  EXPECT_THAT(dialogue.say(k_begin + "QUIT\r\n"), HasSubstr("451 4.7.1"));
  dialogue.clock.time += std::chrono::minutes(1);
  EXPECT_THAT(dialogue.say(k_begin + "QUIT\r\n"), HasSubstr("250 2.1.0"));
}

TEST(SmtpLimits, MessagesOfAnAddressInADay) {
  Dialogue dialogue;
  dialogue.settings.smtp.max_messages_per_day = 2;
  const std::string message = k_begin + "DATA\r\nx\r\n.\r\n";
  EXPECT_THAT(dialogue.say(message + "QUIT\r\n"), HasSubstr("250 2.0.0 taken"));
  // What is given up on the way does not count.
  EXPECT_THAT(dialogue.say(k_begin + "QUIT\r\n"), HasSubstr("250 2.1.5"));
  EXPECT_THAT(dialogue.say(message + "QUIT\r\n"), HasSubstr("250 2.0.0 taken"));
  EXPECT_THAT(dialogue.say(k_begin + "QUIT\r\n"),
              HasSubstr("450 4.7.1 enough messages from your address today (the limit is 2); try "
                        "again tomorrow"));
}

TEST(SmtpLimits, RecipientsOfAnAddressInADay) {
  Dialogue dialogue;
  dialogue.settings.smtp.max_recipients_per_day = 3;
  const std::string two = k_begin + "RCPT TO:<boris@example.test>\r\nDATA\r\nx\r\n.\r\nQUIT\r\n";
  EXPECT_THAT(dialogue.say(two), HasSubstr("250 2.0.0 taken"));
  EXPECT_THAT(dialogue.say(two),
              HasSubstr("452 4.5.3 mail from your address went to enough recipients today"));
  EXPECT_EQ(dialogue.store.messages_of(boris()).size(), 1U);
  EXPECT_EQ(dialogue.store.messages_of(anna()).size(), 2U) << "he who fitted got it";
}

// Two transactions are under way at once: the end of the second is too much.
TEST(SmtpLimits, ADayIsCountedAtTheEndOfAMessage) {
  Dialogue dialogue;
  dialogue.settings.smtp.max_messages_per_day = 1;
  bool is_other_done = false;
  dialogue.on_answer = [&](const std::string& answers) {
    if (is_other_done || answers.find("354") == std::string::npos) return;
    is_other_done = true;
    (void)dialogue.day_counts.take(policy::day_key("127.0.0.1"), {1, 1}, {}, dialogue.clock.now());
  };
  const auto answers = dialogue.say_in_turn({k_begin + "DATA\r\n", "x\r\n.\r\nQUIT\r\n"});
  EXPECT_THAT(answers, HasSubstr("450 4.7.1 enough messages"));
  EXPECT_EQ(dialogue.store.count(), 0U);
}

TEST(SmtpLimits, BadCommands) {
  Dialogue dialogue;
  dialogue.settings.smtp.max_bad_commands = 2;
  const auto answers = dialogue.say("X\r\nX\r\nX\r\nNOOP\r\n");
  EXPECT_TRUE(answers.ends_with("500 5.5.1 command unknown\r\n421 4.7.0 too many errors\r\n"));
}

TEST(SmtpLimits, LineLength) {
  Dialogue dialogue;
  const auto answers = dialogue.say("NOOP " + std::string(10'000, 'x') + "\r\nNOOP\r\nQUIT\r\n");
  EXPECT_THAT(answers, HasSubstr("500 5.5.2 line too long\r\n250 2.0.0 OK\r\n221"));
}

TEST(SmtpLimits, LinesOfDataMayBeLong) {
  Dialogue dialogue;
  const std::string line(200'000, 'x');
  EXPECT_THAT(dialogue.say(k_begin + "DATA\r\n" + line + "\r\n.\r\nQUIT\r\n"),
              HasSubstr("250 2.0.0"));
  EXPECT_THAT(dialogue.store.messages_of(anna()).at(0), HasSubstr(line));
}

TEST(SmtpLimits, Hops) {
  Dialogue dialogue;
  dialogue.settings.smtp.max_hops = 3;
  const std::string hop = "Received: from a by b; Mon, 2 Nov 2026 10:00:00 +0000\r\n";
  EXPECT_THAT(dialogue.say(k_begin + "DATA\r\n" + hop + hop + hop + "\r\nx\r\n.\r\nQUIT\r\n"),
              HasSubstr("554 5.4.6"));
  EXPECT_THAT(dialogue.say(k_begin + "DATA\r\n" + hop + hop + "\r\n" + hop + ".\r\nQUIT\r\n"),
              HasSubstr("250 2.0.0"));
}

TEST(SmtpLimits, SilenceEndsWith421) {
  Dialogue dialogue;
  dialogue.settings.smtp.timeout = std::chrono::seconds(0);
  EXPECT_THAT(dialogue.say_in_turn({}), HasSubstr("421 4.4.2"));
}

TEST(SmtpLimits, ASessionToldToEndSaysWhy) {
  Dialogue dialogue;
  dialogue.on_answer = [&](const std::string& answers) {
    if (answers.ends_with("recipient OK\r\n"))
      dialogue.sessions.end(anna(), "the account was disabled");
  };
  const auto answers = dialogue.say_in_turn({k_begin});
  EXPECT_TRUE(answers.ends_with("421 4.3.2 the account was disabled\r\n")) << answers;
}

TEST(SmtpLimits, TooManyConnectionsAreTurnedAway) {
  Dialogue dialogue;
  dialogue.sessions.full = true;
  EXPECT_EQ(dialogue.say(""), "421 4.7.0 too many connections\r\n");
  EXPECT_EQ(dialogue.events.count("server.connection.refused"), 1U);
}

// The stream fails at its first, second, third … operation: nothing hangs, nothing half is stored,
// and what is stored was whole.
TEST(SmtpLimits, AConnectionThatBreaksAnywhereLeavesNothingHalf) {
  const std::string input = k_begin + "DATA\r\nwhole\r\n.\r\nQUIT\r\n";
  for (std::size_t at = 1; at < 200; ++at) {
    Dialogue dialogue;
    dialogue.server_end.fail_at = std::make_shared<net::FailAt>();
    dialogue.server_end.fail_at->operation = at;
    const auto answers = dialogue.say_in_turn({input});
    for (const auto& message : dialogue.store.messages_of(anna()))
      EXPECT_TRUE(message.ends_with("whole\r\n"));
    if (answers.find("250 2.0.0 taken") != std::string::npos) {
      EXPECT_EQ(dialogue.store.count(), 1U);
    }
    if (!dialogue.server_end.fail_at->reached()) {
      EXPECT_EQ(dialogue.store.count(), 1U);
      return;
    }
  }
  FAIL() << "something fails for ever";
}

}  // namespace
}  // namespace kontor::smtp
