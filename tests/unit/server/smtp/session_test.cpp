// SPDX-License-Identifier: GPL-3.0-or-later
// Whole sessions: what is said, what is answered, what reaches the mailboxes.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/core/text.hpp"
#include "tests/unit/server/smtp/dialogue.hpp"

namespace kontor::smtp {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

// The codes of the final lines of all answers: "220 250 354".
std::string codes(const std::string& answers) {
  std::string out;
  for (const auto line : split(answers, '\n'))
    if (line.size() > 3 && line[3] == ' ')
      out.append(out.empty() ? "" : " ").append(line.substr(0, 3));
  return out;
}

TEST(SmtpSession, TakesAMessageAndStoresIt) {
  Dialogue dialogue;
  const auto answers = dialogue.say(
      "EHLO client.test\r\nMAIL FROM:<x@else.test> SIZE=20\r\nRCPT "
      "TO:<anna@example.test>\r\nDATA\r\n"
      "Subject: hi\r\n\r\n..dot\r\n.\r\nQUIT\r\n");
  EXPECT_EQ(codes(answers), "220 250 250 250 354 250 221");
  const auto messages = dialogue.store.messages_of(anna());
  ASSERT_EQ(messages.size(), 1U);
  EXPECT_THAT(messages[0],
              StartsWith("Return-Path: <x@else.test>\r\nReceived: from client.test ("));
  EXPECT_THAT(messages[0], HasSubstr("\tby mail.example.test (Kontor) with ESMTP id "));
  EXPECT_THAT(messages[0], HasSubstr("\tfor <anna@example.test>;"));
  EXPECT_TRUE(messages[0].ends_with("\r\nSubject: hi\r\n\r\n.dot\r\n"));
  const auto accepted = dialogue.events.last("smtp.message.accepted");
  ASSERT_TRUE(accepted.has_value());
  EXPECT_THAT(messages[0], HasSubstr("id " + accepted->get(log::Keys::trace).value()));
}

TEST(SmtpSession, AnnouncesWhatEachRoleOffers) {
  struct Row {
    Role role;
    std::string_view hello, expected;
    bool tls = false;
  };
  const Row rows[] = {
      {Role::mx, "EHLO",
       "PIPELINING SIZE 8BITMIME CHUNKING BINARYMIME DSN SMTPUTF8 ENHANCEDSTATUSCODES STARTTLS "
       "DELIVERBY"},
      {Role::submission, "EHLO",
       "PIPELINING SIZE 8BITMIME CHUNKING BINARYMIME DSN SMTPUTF8 ENHANCEDSTATUSCODES STARTTLS "
       "FUTURERELEASE DELIVERBY MT-PRIORITY AUTH TOKEN"},
      {Role::submission, "EHLO",
       "PIPELINING SIZE 8BITMIME CHUNKING BINARYMIME DSN SMTPUTF8 ENHANCEDSTATUSCODES REQUIRETLS "
       "FUTURERELEASE DELIVERBY MT-PRIORITY AUTH TOKEN PLAIN LOGIN",
       true},
      {Role::lmtp, "LHLO",
       "PIPELINING SIZE 8BITMIME CHUNKING BINARYMIME DSN SMTPUTF8 ENHANCEDSTATUSCODES STARTTLS"},
  };
  for (const auto& row : rows) {
    Dialogue dialogue;
    dialogue.role = row.role;
    dialogue.implicit_tls = row.tls;
    const auto answers = dialogue.say(std::string(row.hello) + " client.test\r\nQUIT\r\n");
    std::string keywords;
    for (const auto line : split(answers, '\n')) {
      if (!line.starts_with("250") || line.find("mail.example") != line.npos) continue;
      auto keyword = std::string(trim(line.substr(4)));
      if (keyword.starts_with("SIZE")) {
        EXPECT_EQ(keyword, "SIZE 52428800");
        keyword = "SIZE";
      }
      if (keyword.starts_with("FUTURERELEASE")) {
        EXPECT_THAT(keyword, ::testing::MatchesRegex("FUTURERELEASE 2592000 .*-.*-.*T.*:.*:.*Z"));
        keyword = "FUTURERELEASE";
      }
      keywords.append(keywords.empty() ? "" : " ").append(keyword);
    }
    EXPECT_EQ(keywords, row.expected);
  }
}

struct ReplyRow {
  std::string_view says;   // after EHLO or LHLO
  std::string_view reply;  // the last answer before that to QUIT starts with it
  Role role = Role::mx;
};

std::string last_reply(const std::string& answers) {
  auto lines = split(answers, '\n');
  return lines.size() < 3 ? std::string() : std::string(trim(lines[lines.size() - 3]));
}

TEST(SmtpSession, AnswersEachCommandAsTheStandardSays) {
  const ReplyRow rows[] = {
      {"NOOP\r\n", "250 2.0.0"},
      {"NOOP words are let through\r\n", "250 2.0.0"},
      {"RSET\r\n", "250 2.0.0"},
      {"RSET now\r\n", "501 5.5.4"},
      {"VRFY anna\r\n", "252 2.0.0"},
      {"VRFY\r\n", "501 5.5.4"},
      {"EXPN staff\r\n", "502 5.5.1"},
      {"HELP\r\n", "214 2.0.0 commands: BDAT DATA EHLO"},
      {"WHAT\r\n", "500 5.5.1"},
      {"\r\n", "500 5.5.1"},
      {"AUTH TOKEN\r\n", "500 5.5.1"},  // not on port 25
      {"LHLO x\r\n", "500 5.5.1"},
      {"EHLO\r\n", "501 5.5.4"},
      {"DATA\r\n", "503 5.5.1"},
      {"RCPT TO:<anna@example.test>\r\n", "503 5.5.1"},
      {"MAIL FROM:<a@b>\r\nMAIL FROM:<a@b>\r\n", "503 5.5.1"},
      {"MAIL FROM:<a@b>\r\nDATA\r\n", "554 5.5.1"},
      {"MAIL FROM:a@b\r\n", "501 5.5.4"},
      {"MAIL FROM:<a@b> RET=FULL ENVID=x+20y\r\n", "250 2.1.0"},
      {"MAIL FROM:<a@b> RET=SOME\r\n", "501 5.5.4"},
      {"MAIL FROM:<a@b> ENVID=a+0D\r\n", "501 5.5.4"},
      {"MAIL FROM:<a@b> BODY=BINARYMIME\r\n", "250 2.1.0"},
      {"MAIL FROM:<a@b> BODY=9BIT\r\n", "504 5.5.4"},
      {"MAIL FROM:<a@b> X-UNKNOWN\r\n", "555 5.5.4"},
      {"MAIL FROM:<anna>\r\n", "501 5.1.7"},
      {"MAIL FROM:<a@b> SIZE=52428801\r\n", "552 5.3.4"},
      {"MAIL FROM:<\xC3\xA4@b>\r\n", "553 5.6.7"},
      {"MAIL FROM:<\xC3\xA4@b> SMTPUTF8\r\n", "250 2.1.0"},
      {"MAIL FROM:<>\r\n", "250 2.1.0"},
      {"MAIL FROM:<>\r\nRCPT TO:<boris@example.test>\r\n", "250 2.1.5"},
      {"MAIL FROM:<>\r\nRCPT TO:<Boris+news@EXAMPLE.test>\r\n", "250 2.1.5"},
      {"MAIL FROM:<>\r\nRCPT TO:<room@example.test>\r\n", "250 2.1.5"},
      {"MAIL FROM:<>\r\nRCPT TO:<staff@example.test>\r\n", "250 2.1.5"},
      {"MAIL FROM:<>\r\nRCPT TO:<postmaster>\r\n", "250 2.1.5"},
      {"MAIL FROM:<>\r\nRCPT TO:<Postmaster@example.test>\r\n", "250 2.1.5"},
      {"MAIL FROM:<>\r\nRCPT TO:<zora@example.test>\r\n", "550 5.1.1"},
      {"MAIL FROM:<>\r\nRCPT TO:<boris@else.test>\r\n", "550 5.7.1 relaying denied"},
      {"MAIL FROM:<>\r\nRCPT TO:<postmaster@else.test>\r\n", "550 5.7.1"},
      {"MAIL FROM:<>\r\nRCPT TO:<dora@example.test>\r\n", "550 5.2.1"},
      {"MAIL FROM:<>\r\nRCPT TO:<nobody@example.test>\r\n", "550 5.2.4"},
      {"MAIL FROM:<>\r\nRCPT TO:<\xC3\xA4@example.test>\r\n", "553 5.6.7"},
      {"MAIL FROM:<> SMTPUTF8\r\nRCPT TO:<\xC3\xA4@example.test>\r\n", "550 5.1.1"},
      {"MAIL FROM:<>\r\nRCPT TO:<>\r\n", "501 5.5.4"},
      {"MAIL FROM:<>\r\nRCPT TO:<anna@example.test> NOTIFY=NEVER\r\n", "250 2.1.5"},
      {"MAIL FROM:<>\r\nRCPT TO:<anna@example.test> NOTIFY=NEVER,DELAY\r\n", "501 5.5.4"},
      {"MAIL FROM:<>\r\nRCPT TO:<anna@example.test> ORCPT=rfc822;a+40b\r\n", "250 2.1.5"},
      {"MAIL FROM:<>\r\nRCPT TO:<anna@example.test> ORCPT=rfc822\r\n", "501 5.5.4"},
      {"MAIL FROM:<>\r\nRCPT TO:<anna@example.test> X=1\r\n", "555 5.5.4"},
      {"MAIL FROM:<>\r\nRCPT TO:<abuse@example.test>\r\n", "250 2.1.5"},  // RFC 2142, 4
      {"MAIL FROM:<>\r\nRCPT TO:<anna>\r\n", "550 5.1.1"},
      {"BDAT 0 LAST\r\n", "503 5.5.1"},
      {"MAIL FROM:<a@b>\r\nBDAT 3 LAST\r\nx\r\n", "554 5.5.1"},
      {"MAIL FROM:<a@b> BODY=BINARYMIME\r\nRCPT TO:<anna@example.test>\r\nDATA\r\n", "503 5.5.1"},
      {"MAIL FROM:<>\r\nEHLO again.test\r\nRCPT TO:<anna@example.test>\r\n", "503 5.5.1"},
      {"MAIL FROM:<>\r\nRSET\r\nRCPT TO:<anna@example.test>\r\n", "503 5.5.1"},
      {"HELO x\r\n", "500 5.5.1", Role::lmtp},
      {"EHLO x\r\n", "500 5.5.1", Role::lmtp},
      {"MAIL FROM:<a@b>\r\nDATA\r\n", "503 5.5.1", Role::lmtp},  // RFC 2033, 4.2
      {"MAIL FROM:<anna@example.test>\r\n", "530 5.7.0", Role::submission},
      {"RCPT TO:<anna@example.test>\r\n", "530 5.7.0", Role::submission},
      {"DATA\r\n", "530 5.7.0", Role::submission},
      {"AUTH PLAIN AGFubmEAc2VjcmV0\r\n", "538 5.7.11", Role::submission},
      {"AUTH SCRAM-SHA-1\r\n", "504 5.5.4", Role::submission},
      {"AUTH PLAIN !\r\n", "501 5.5.2", Role::submission},
  };
  for (const auto& row : rows) {
    Dialogue dialogue;
    dialogue.role = row.role;
    const std::string hello = row.role == Role::lmtp ? "LHLO c.test\r\n" : "EHLO c.test\r\n";
    const auto answers = dialogue.say(hello + std::string(row.says) + "QUIT\r\n");
    EXPECT_THAT(last_reply(answers), StartsWith(std::string(row.reply))) << row.says;
    EXPECT_EQ(dialogue.store.count(), 0U);
  }
}

// Before the directory was read for the first time.
TEST(SmtpSession, RefusesNobodyForGoodWhoMayBeHere) {
  const std::pair<std::string_view, std::string_view> rows[] = {
      {"anna@example.test", "250 2.1.5"},
      {"dora@example.test", "550 5.2.1"},
      {"zora@example.test", "451 4.3.0"},
      {"boris@else.test", "451 4.3.0"},
  };
  for (const auto& [address, reply] : rows) {
    Dialogue dialogue;
    dialogue.knows_everybody = false;
    const auto answers = dialogue.say("EHLO c.test\r\nMAIL FROM:<>\r\nRCPT TO:<" +
                                      std::string(address) + ">\r\nQUIT\r\n");
    EXPECT_THAT(last_reply(answers), StartsWith(std::string(reply))) << address;
  }
}

TEST(SmtpSession, WantsAHelloFirst) {
  Dialogue dialogue;
  EXPECT_EQ(codes(dialogue.say("MAIL FROM:<>\r\nDATA\r\nNOOP\r\nQUIT\r\n")), "220 503 503 250 221");
}

TEST(SmtpSession, EveryByteAloneGivesTheSame) {
  Dialogue dialogue;
  dialogue.server_end.single_bytes = true;
  const auto answers = dialogue.say(
      "HELO client.test\r\nMAIL FROM:<>\r\nRCPT TO:<boris@example.test>\r\nDATA\r\n"
      "a: b\r\n\r\nbody\r\n.\r\nQUIT\r\n");
  EXPECT_EQ(codes(answers), "220 250 250 250 354 250 221");
  const auto messages = dialogue.store.messages_of(boris());
  ASSERT_EQ(messages.size(), 1U);
  EXPECT_THAT(messages[0], StartsWith("Return-Path: <>\r\n"));
  EXPECT_THAT(messages[0], HasSubstr(" with SMTP id "));
}

TEST(SmtpSession, WhatIsSmuggledIsNeverACommand) {
  for (const std::string_view sequence :
       {"\n.\n", "\n.\r\n", "\r\n.\n", "\r.\r", "\r.\r\n", "\r\n.\r", "\n.\r", "\r.\n",
        "\r\r\n.\r\r\n", "\r\n.\r\r\n"}) {
    Dialogue dialogue;
    const auto answers = dialogue.say(
        "EHLO c.test\r\nMAIL FROM:<a@b>\r\nRCPT TO:<anna@example.test>\r\nDATA\r\nbody" +
        std::string(sequence) +
        "MAIL FROM:<evil@b>\r\nRCPT TO:<boris@example.test>\r\nDATA\r\nevil\r\n.\r\nQUIT\r\n");
    EXPECT_EQ(codes(answers), "220 250 250 250 354 550 221") << sequence;
    EXPECT_EQ(dialogue.store.count(), 0U);
    EXPECT_EQ(dialogue.events.count("smtp.message.refused"), 1U);
  }
}

TEST(SmtpSession, ACommandThatCouldBeReadInTwoWaysEndsTheSession) {
  for (const std::string_view line : {std::string_view("NOOP\n"), std::string_view("NO\rOP\r\n"),
                                      std::string_view("NO\0OP\r\n", 7)}) {
    Dialogue dialogue;
    EXPECT_EQ(codes(dialogue.say("EHLO c.test\r\n" + std::string(line) + "QUIT\r\n")),
              "220 250 500");
  }
}

TEST(SmtpSession, EachPersonOfNestedListsGetsOneCopy) {
  Dialogue dialogue;
  const auto answers = dialogue.say(
      "EHLO c.test\r\nMAIL FROM:<a@b>\r\nRCPT TO:<staff@example.test>\r\nRCPT "
      "TO:<sales@example.test>\r\n"
      "RCPT TO:<boris@example.test>\r\nDATA\r\nx\r\n.\r\nQUIT\r\n");
  EXPECT_EQ(codes(answers), "220 250 250 250 250 250 354 250 221");
  for (const auto& person : {anna(), boris(), clara()})
    EXPECT_EQ(dialogue.store.messages_of(person).size(), 1U);
  EXPECT_EQ(dialogue.store.count(), 3U);
  EXPECT_THAT(dialogue.store.messages_of(anna())[0], Not(HasSubstr("for <")));
}

TEST(SmtpSession, LmtpAnswersEachRecipient) {
  Dialogue dialogue;
  dialogue.role = Role::lmtp;
  dialogue.store.failures[{"local", boris().guid}] = Errc::no_space;
  const auto answers = dialogue.say(
      "LHLO c.test\r\nMAIL FROM:<a@b>\r\nRCPT TO:<anna@example.test>\r\nRCPT "
      "TO:<boris@example.test>\r\n"
      "RCPT TO:<zora@example.test>\r\nDATA\r\nx\r\n.\r\nQUIT\r\n");
  EXPECT_EQ(codes(answers), "220 250 250 250 250 550 354 250 452 221");
  EXPECT_EQ(dialogue.store.count(), 1U);
  EXPECT_EQ(dialogue.events.count("delivery.copy.failed"), 1U);
}

TEST(SmtpSession, LmtpRefusesABadMessageOncePerRecipient) {
  Dialogue dialogue;
  dialogue.role = Role::lmtp;
  EXPECT_EQ(codes(dialogue.say("LHLO c.test\r\nMAIL FROM:<a@b>\r\nRCPT TO:<anna@example.test>\r\n"
                               "RCPT TO:<boris@example.test>\r\nDATA\r\nx\ny\r\n.\r\nQUIT\r\n")),
            "220 250 250 250 250 354 550 550 221");
}

TEST(SmtpSession, ARetryAfterAPartialFailureDoublesNothing) {
  Dialogue dialogue;
  const std::string message =
      "EHLO c.test\r\nMAIL FROM:<a@b>\r\nRCPT TO:<anna@example.test>\r\nRCPT "
      "TO:<boris@example.test>\r\n"
      "DATA\r\nx\r\n.\r\nQUIT\r\n";
  dialogue.store.failures[{"local", boris().guid}] = Errc::io_error;
  EXPECT_EQ(codes(dialogue.say(message)), "220 250 250 250 250 354 451 221");
  EXPECT_EQ(dialogue.store.messages_of(anna()).size(), 1U);
  dialogue.store.failures.clear();
  EXPECT_EQ(codes(dialogue.say(message)), "220 250 250 250 250 354 250 221");
  EXPECT_EQ(dialogue.store.messages_of(anna()).size(), 1U);
  EXPECT_EQ(dialogue.store.messages_of(boris()).size(), 1U);
  EXPECT_EQ(dialogue.events.count("delivery.copy.skipped"), 1U);
  // The same bytes sent once more are a new message.
  EXPECT_EQ(codes(dialogue.say(message)), "220 250 250 250 250 354 250 221");
  EXPECT_EQ(dialogue.store.messages_of(anna()).size(), 2U);
}

}  // namespace
}  // namespace kontor::smtp
