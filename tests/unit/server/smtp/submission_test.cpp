// SPDX-License-Identifier: GPL-3.0-or-later
// Submission: sign-in, STARTTLS, and whose name a message may bear.
#include "server/smtp/submission.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <thread>

#include "base/core/text.hpp"
#include "server/smtp/trace_fields.hpp"
#include "tests/unit/server/smtp/dialogue.hpp"

namespace kontor::smtp {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

std::string plain(std::string_view login, std::string_view password, std::string_view as = {}) {
  return base64_encode(std::string(as) + '\0' + std::string(login) + '\0' + std::string(password));
}

struct Submission : Dialogue {
  Submission() {
    role = Role::submission;
    implicit_tls = true;
  }
};

const std::string k_signed_in = "EHLO c.test\r\nAUTH PLAIN " + plain("anna", "secret") + "\r\n";
const std::string k_fields =
    "From: Anna <anna@example.test>\r\nDate: Mon, 2 Nov 2026 10:00:00 +0000\r\nMessage-ID: "
    "<1@x>\r\n";

TEST(SmtpSubmission, SignsInAndTakesAMessage) {
  Submission dialogue;
  const auto answers = dialogue.say(
      k_signed_in + "MAIL FROM:<anna@example.test>\r\nRCPT TO:<boris@example.test>\r\nDATA\r\n" +
      k_fields + "\r\nx\r\n.\r\nQUIT\r\n");
  EXPECT_THAT(answers, HasSubstr("235 2.7.0"));
  ASSERT_THAT(answers, HasSubstr("250 2.0.0 taken"));
  const auto message = dialogue.store.messages_of(boris()).at(0);
  EXPECT_THAT(message, HasSubstr(" with ESMTPSA id "));
  EXPECT_TRUE(message.ends_with(k_fields + "\r\nx\r\n"));
  EXPECT_EQ(dialogue.sign_in.last_context.service, "smtp");
  EXPECT_TRUE(dialogue.sign_in.last_context.is_tls);
  EXPECT_EQ(dialogue.events.last("smtp.message.accepted")->get(log::Keys::user), "anna");
}

TEST(SmtpSubmission, EveryWayToSignIn) {
  struct Row {
    std::vector<std::string> parts;
    std::string_view reply;
  };
  const auto both = [](std::string_view text) { return base64_encode(text) + "\r\n"; };
  const Row rows[] = {
      {{"AUTH PLAIN " + plain("anna", "secret") + "\r\n"}, "235 2.7.0"},
      {{"AUTH PLAIN\r\n", plain("anna@example.test", "secret") + "\r\n"}, "235 2.7.0"},
      {{"AUTH PLAIN " + plain("anna", "secret", "anna@example.test") + "\r\n"}, "235 2.7.0"},
      {{"AUTH PLAIN " + plain("anna", "secret", "boris") + "\r\n"}, "535 5.7.8"},
      {{"AUTH PLAIN " + plain("anna", "wrong") + "\r\n"}, "535 5.7.8"},
      {{"AUTH PLAIN " + plain("zora", "secret") + "\r\n"}, "535 5.7.8"},
      {{"AUTH LOGIN\r\n", both("anna"), both("secret")}, "235 2.7.0"},
      {{"AUTH LOGIN " + both("anna"), both("secret")}, "235 2.7.0"},
      {{"AUTH LOGIN\r\n", both("anna"), both("wrong")}, "535 5.7.8"},
      {{"AUTH LOGIN\r\n", "*\r\n"}, "501 5.5.2"},
      {{"AUTH LOGIN\r\n", "no base64\r\n"}, "501 5.5.2"},
      {{"AUTH PLAIN =\r\n"}, "501 5.5.2"},
      {{"AUTH TOKEN " + plain("anna", "secret") + "\r\n", "\r\n"}, "235 2.7.0"},
      {{"AUTH TOKEN " + plain("anna", "secret") + "\r\n", "YQ==\r\n"}, "501 5.5.2"},
      {{"AUTH LOGIN\r\n", std::string(100'000, 'A') + "\r\n"}, "500 5.5.6"},
  };
  for (const auto& row : rows) {
    Submission dialogue;
    auto parts = row.parts;
    parts.insert(parts.begin(), "EHLO c.test\r\n");
    parts.emplace_back("QUIT\r\n");
    EXPECT_THAT(dialogue.say_in_turn(parts), HasSubstr(std::string("\n") + std::string(row.reply)))
        << row.parts[0];
  }
}

TEST(SmtpSubmission, RefusalsTellTheLogAndNotTheClient) {
  Submission wrong;
  const auto one = wrong.say("EHLO c\r\nAUTH PLAIN " + plain("anna", "wrong") + "\r\nQUIT\r\n");
  Submission unknown;
  const auto two = unknown.say("EHLO c\r\nAUTH PLAIN " + plain("zora", "wrong") + "\r\nQUIT\r\n");
  EXPECT_EQ(one, two);
  EXPECT_EQ(wrong.events.count("smtp.signin.refused"), 1U);
  Submission outage;
  outage.sign_in.outage = true;
  EXPECT_THAT(outage.say("EHLO c\r\nAUTH PLAIN " + plain("anna", "secret") + "\r\nQUIT\r\n"),
              HasSubstr("454 4.7.0"));
  Submission full;
  full.sessions.person_full = true;
  EXPECT_TRUE(full.say(k_signed_in + "NOOP\r\n").ends_with("421 4.7.0 too many connections\r\n"));
}

TEST(SmtpSubmission, AuthStandsOnlyWhereItMay) {
  Submission dialogue;
  const auto again = "AUTH PLAIN " + plain("anna", "secret") + "\r\n";
  EXPECT_THAT(dialogue.say(k_signed_in + again + "QUIT\r\n"), HasSubstr("503 5.5.1 signed in"));
  EXPECT_THAT(dialogue.say(again + "QUIT\r\n"), HasSubstr("503 5.5.1 say hello"));
  EXPECT_THAT(dialogue.say(k_signed_in + "EHLO c.test\r\nQUIT\r\n"), HasSubstr("235"));
}

struct SenderRow {
  std::string_view sender;
  std::string_view header;
  std::string_view reply;
};

TEST(SmtpSubmission, OnlyOwnNames) {
  const SenderRow rows[] = {
      {"anna@example.test", "From: anna@example.test", "250 2.0.0"},
      {"POST@example.test", "From: \"A\" <Post@Example.Test>", "250 2.0.0"},
      {"anna+list@example.test", "From: anna+x@example.test", "250 2.0.0"},
      {"", "From: anna@example.test", "250 2.0.0"},
      {"boris@example.test", "From: anna@example.test", "550 5.7.1 this sender"},
      {"anna@else.test", "From: anna@example.test", "550 5.7.1 this sender"},
      {"anna@example.test", "From: boris@example.test", "550 5.7.1 an author"},
      {"", "From: boris@example.test", "550 5.7.1 an author"},
      {"anna@example.test", "From: anna@example.test, boris@example.test", "550 5.7.1 an author"},
      {"anna@example.test", "From: G: boris@example.test;", "550 5.7.1 an author"},
      {"anna@example.test", "From: anna@example.test\r\nFrom: boris@example.test",
       "550 5.7.1 an author"},
      {"anna@example.test", "From: anna@example.test\r\nSender: boris@example.test",
       "550 5.7.1 an author"},
      {"anna@example.test", "from:\r\n boris@example.test", "550 5.7.1 an author"},
      {"anna@example.test", "Subject: no author", "550 5.6.0"},
      {"anna@example.test", "From:", "550 5.6.0"},
  };
  for (const auto& row : rows) {
    Submission dialogue;
    const auto answers = dialogue.say(k_signed_in + "MAIL FROM:<" + std::string(row.sender) +
                                      ">\r\nRCPT TO:<boris@example.test>\r\nDATA\r\n" +
                                      std::string(row.header) + "\r\n\r\nx\r\n.\r\nQUIT\r\n");
    EXPECT_THAT(answers, HasSubstr("\n" + std::string(row.reply))) << row.sender << row.header;
    EXPECT_EQ(dialogue.store.count(), row.reply.starts_with("250") ? 1U : 0U);
  }
}

// publicDelegates of Clara names Anna, msExchDelegateListLink of the room a group she is in; Dora
// names another, and is not hers.
void let_anna_send_for_others(Dialogue& dialogue) {
  auto people = demo_people();
  const auto find = [&](std::string_view name) {
    return std::ranges::find(people, name, &directory::Principal::name);
  };
  find("clara")->mail_rules.delegates = {anna()};
  find("room")->mail_rules.shared_with = {find("staff")->id};
  find("dora")->mail_rules.delegates = {boris()};
  find("partner")->mail_rules.delegates = {anna()};  // a contact: not for us to say
  dialogue.directory.replace(std::move(people));
}

TEST(SmtpSubmission, OnBehalfOfThoseWhoAllowIt) {
  constexpr std::string_view added = "\r\nSender: anna@example.test\r\n";
  struct Row {
    std::string_view sender, header, reply;
    bool is_added;
  };
  const Row rows[] = {
      {"clara@example.test", "From: clara@example.test", "250 2.0.0", true},
      {"anna@example.test", "From: clara+x@example.test", "250 2.0.0", true},
      {"", "From: clara@example.test, anna@example.test", "250 2.0.0", true},
      {"anna@example.test", "From: clara@example.test\r\nSender: post@example.test", "250 2.0.0",
       false},
      {"anna@example.test", "From: clara@example.test\r\nSender: clara@example.test",
       "550 5.7.1 the Sender", false},
      {"room@example.test", "From: room@example.test", "250 2.0.0", true},
      {"dora@example.test", "From: dora@example.test", "550 5.7.1 this sender", false},
      {"anna@example.test", "From: clara@example.test, dora@example.test", "550 5.7.1 an author",
       false},
      {"anna@example.test", "From: partner@elsewhere.test", "550 5.7.1 an author", false},
      {"anna@example.test", "From: anna@example.test", "250 2.0.0", false},
  };
  for (const auto& row : rows) {
    Submission dialogue;
    let_anna_send_for_others(dialogue);
    const auto answers = dialogue.say(k_signed_in + "MAIL FROM:<" + std::string(row.sender) +
                                      ">\r\nRCPT TO:<boris@example.test>\r\nDATA\r\n" +
                                      std::string(row.header) + "\r\n\r\nx\r\n.\r\nQUIT\r\n");
    EXPECT_THAT(answers, HasSubstr("\n" + std::string(row.reply))) << row.sender << row.header;
    if (!row.reply.starts_with("250")) continue;
    const auto message = dialogue.store.messages_of(boris()).at(0);
    EXPECT_EQ(message.contains(added), row.is_added) << row.header << '\n' << message;
  }
}

// The word to end comes while commands of a pipeline wait, and while a message is looked at.
TEST(SmtpSubmission, NothingMoreIsDoneOnceTheSessionMustEnd) {
  const std::string before = k_signed_in + "MAIL FROM:<anna@example.test>\r\n";
  Submission pipeline;
  pipeline.sessions.on_identity = [&] { pipeline.sessions.end_all("Your account was disabled"); };
  const auto answers = pipeline.say(before + "RCPT TO:<boris@example.test>\r\nQUIT\r\n");
  EXPECT_THAT(answers, HasSubstr("235 2.7.0"));
  EXPECT_TRUE(answers.ends_with("421 4.3.2 Your account was disabled\r\n")) << answers;
  EXPECT_THAT(answers, Not(HasSubstr("sender OK")));

  Submission late;
  late.on_answer = [&](const std::string& text) {
    if (!text.ends_with("is a dot\r\n")) return;
    // A long message is looked at on this pool, after what is there already.
    late.workers.post([&late] {
      while (late.workers.waiting() == 0) std::this_thread::yield();
      late.sessions.end_all("Your account was disabled");
    });
  };
  const auto long_message =
      k_fields + "\r\n" + std::string(delivery::k_large_message, 'x') + "\r\n.\r\nQUIT\r\n";
  const auto refused =
      late.say_in_turn({before, "RCPT TO:<boris@example.test>\r\nDATA\r\n", long_message});
  EXPECT_TRUE(refused.ends_with("421 4.3.2 Your account was disabled\r\n")) << refused;
  EXPECT_EQ(late.store.count(), 0U);
}

TEST(SmtpSubmission, MailToOthersGoesToTheQueue) {
  Submission dialogue;
  EXPECT_THAT(dialogue.say(k_signed_in +
                           "MAIL FROM:<anna@example.test>\r\nRCPT TO:<x@else.test>\r\nDATA\r\n"
                           "From: anna@example.test\r\n\r\nx\r\n.\r\nQUIT\r\n"),
              HasSubstr("250 2.0.0 taken as"));
  ASSERT_EQ(dialogue.queue.addresses(), "x@else.test\n");
  const auto& message = dialogue.queue.added[0];
  EXPECT_EQ(message.envelope.sender, "anna@example.test");
  EXPECT_THAT(message.bytes, HasSubstr("\r\nMessage-ID: <"));  // RFC 6409, 8.3
  EXPECT_EQ(dialogue.store.count(), 0U);
}

TEST(SmtpSubmission, AddsWhatIsMissing) {
  Submission dialogue;
  dialogue.say(k_signed_in +
               "MAIL FROM:<anna@example.test>\r\nRCPT TO:<boris@example.test>\r\nDATA\r\n"
               "From: anna@example.test\r\n\r\nx\r\n.\r\nQUIT\r\n");
  const auto message = dialogue.store.messages_of(boris()).at(0);
  EXPECT_THAT(message, HasSubstr("\r\nDate: "));
  EXPECT_THAT(message, HasSubstr("\r\nMessage-ID: <"));
  EXPECT_TRUE(message.ends_with("\r\nFrom: anna@example.test\r\n\r\nx\r\n"));
}

TEST(SmtpSubmission, StartTlsForgetsWhatWasSaidBefore) {
  Dialogue dialogue;
  dialogue.role = Role::submission;
  const auto answers = dialogue.say_in_turn({"EHLO c.test\r\n",
                                             "STARTTLS\r\nEHLO evil.test\r\nMAIL FROM:<evil@x>\r\n",
                                             "NOOP\r\nMAIL FROM:<>\r\nQUIT\r\n"});
  // RFC 3207, 4.2: neither the hello before nor the commands slipped in behind STARTTLS count.
  EXPECT_THAT(answers,
              HasSubstr("220 2.0.0 go ahead\r\n250 2.0.0 OK\r\n503 5.5.1 say hello first\r\n221"));
  Dialogue none;
  none.has_certificate = false;
  const auto without = none.say("EHLO c.test\r\nSTARTTLS\r\nQUIT\r\n");
  EXPECT_THAT(without, HasSubstr("454 4.7.0"));
  EXPECT_THAT(without, Not(HasSubstr("250-STARTTLS")));
}

TEST(SmtpTrace, WritesTheProtocolWord) {
  struct Row {
    Role role;
    bool extended, tls, signed_in, utf8;
    std::string_view word;
  };
  const Row rows[] = {
      {Role::mx, false, false, false, false, "SMTP"},
      {Role::mx, true, false, false, false, "ESMTP"},
      {Role::mx, true, true, false, false, "ESMTPS"},
      {Role::submission, true, true, true, false, "ESMTPSA"},
      {Role::submission, true, false, true, false, "ESMTPA"},
      {Role::mx, true, true, false, true, "UTF8SMTPS"},
      {Role::lmtp, true, false, false, false, "LMTP"},
      {Role::lmtp, true, true, false, true, "UTF8LMTPS"},
  };
  for (const auto& row : rows) {
    TraceInfo info;
    info.role = row.role;
    info.is_extended = row.extended;
    info.is_signed_in = row.signed_in;
    info.is_utf8 = row.utf8;
    if (row.tls) info.tls.version = "TLSv1.3";
    EXPECT_EQ(protocol_word(info), row.word);
  }
}

TEST(SmtpTrace, ReceivedKeepsToItsGrammar) {
  TraceInfo info;
  info.hello = *wire::parse_hello("we;ird(name");
  info.is_extended = true;
  info.peer_address = "2001:db8::1";
  info.tls.version = "TLSv1.3";
  info.tls.cipher = "TLS_AES_256_GCM_SHA384";
  info.server_name = "mail.example.test";
  info.trace = "abc";
  info.recipient = "a@b.test";
  EXPECT_THAT(
      received_field(info),
      StartsWith("Received: from [IPv6:2001:db8::1] ([IPv6:2001:db8::1])\r\n\tby "
                 "mail.example.test (Kontor) with ESMTPS id abc\r\n\tfor <a@b.test>\r\n\ttls "
                 "TLS_AES_256_GCM_SHA384;\r\n\tThu, 1 Jan 1970 00:00:00 +0000\r\n"));
}

TEST(SmtpTrace, CountsHopsOfTheHeaderOnly) {
  EXPECT_EQ(count_hops("Received: a\r\nX: b\r\nreceived: c\r\n d\r\n\r\nReceived: body\r\n"), 2U);
  EXPECT_EQ(count_hops("\r\nReceived: body\r\n"), 0U);
  EXPECT_EQ(count_hops(""), 0U);
}

}  // namespace
}  // namespace kontor::smtp
