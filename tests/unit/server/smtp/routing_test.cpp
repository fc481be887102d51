// SPDX-License-Identifier: GPL-3.0-or-later
// Where an accepted message goes: mailboxes, the queue, or both; and what is answered when one of
// them fails.
#include "server/smtp/routing.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/core/text.hpp"
#include "tests/unit/server/smtp/dialogue.hpp"

namespace kontor::smtp {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

// A message from x@foreign.test to these, sent by a trusted machine.
struct Trusted : Dialogue {
  Trusted() { settings.smtp.trusted_networks = {"127.0.0.1"}; }
  std::string send(const std::vector<std::string>& recipients,
                   const std::string& header = "",
                   const std::string& mail = "") {
    std::string text = role == Role::lmtp ? "LHLO c.test\r\n" : "EHLO c.test\r\n";
    text += "MAIL FROM:<x@foreign.test>" + mail + "\r\n";
    for (const auto& one : recipients)
      text += "RCPT TO:" + (one.starts_with('<') ? one : '<' + one + '>') + "\r\n";
    const auto answers = say(text + "DATA\r\n" + header + "Subject: s\r\n\r\nx\r\n.\r\nQUIT\r\n");
    const auto at = answers.find("354 ");
    return at == std::string::npos ? answers : answers.substr(answers.find('\n', at) + 1);
  }
};

TEST(SmtpRouting, OneMessageForHereAndElsewhere) {
  Trusted dialogue;
  EXPECT_THAT(dialogue.send({"boris@example.test", "a@far.test", "b@far.test"}),
              StartsWith("250 2.0.0"));
  EXPECT_EQ(dialogue.store.count(), 1U);
  ASSERT_EQ(dialogue.queue.added.size(), 1U);
  const auto& message = dialogue.queue.added[0];
  EXPECT_EQ(dialogue.queue.addresses(), "a@far.test b@far.test\n");
  EXPECT_EQ(message.envelope.sender, "x@foreign.test");
  EXPECT_EQ(message.envelope.size, message.bytes.size());
  EXPECT_THAT(message.bytes, StartsWith("Received: from c.test"));  // RFC 5321, 4.4
  EXPECT_THAT(message.bytes, Not(HasSubstr("Return-Path:")));
  EXPECT_THAT(dialogue.store.messages_of(boris()).at(0),
              StartsWith("Return-Path: <x@foreign.test>"));
  EXPECT_TRUE(dialogue.queue.told.empty());
}

TEST(SmtpRouting, DsnParametersReachTheQueue) {
  Trusted dialogue;
  static_cast<void>(dialogue.send({"<a@far.test> NOTIFY=SUCCESS,DELAY ORCPT=rfc822;q+40r",
                                   "b@far.test", "<c@far.test> NOTIFY=NEVER"},
                                  "", " RET=HDRS ENVID=id+20x BODY=8BITMIME SMTPUTF8"));
  ASSERT_EQ(dialogue.queue.added.size(), 1U);
  const auto& [envelope, recipients, outcomes, bytes] = dialogue.queue.added[0];
  EXPECT_EQ(envelope.returned, queue::Return::headers);
  EXPECT_EQ(envelope.envelope_id, "id x");
  EXPECT_EQ(envelope.body, queue::Body::mime8);
  EXPECT_TRUE(envelope.is_utf8);
  EXPECT_EQ(recipients[0].notify, queue::k_notify_success | queue::k_notify_delay);
  EXPECT_EQ(recipients[0].original, "rfc822;q@r");
  EXPECT_FALSE(recipients[1].has_notify);
  EXPECT_EQ(recipients[1].notify, queue::k_notify_default);
  EXPECT_TRUE(recipients[2].has_notify);
  EXPECT_EQ(recipients[2].notify, queue::k_notify_never);
}

TEST(SmtpRouting, WhoAskedIsToldOfSuccess) {
  Trusted dialogue;
  EXPECT_THAT(dialogue.send({"<boris@example.test> NOTIFY=SUCCESS",
                             "<anna@example.test> NOTIFY=FAILURE", "clara@example.test"}),
              StartsWith("250"));
  ASSERT_EQ(dialogue.queue.told.size(), 1U);
  const auto& told = dialogue.queue.told[0];
  ASSERT_EQ(told.recipients.size(), 1U);
  EXPECT_EQ(told.recipients[0].address, "boris@example.test");
  EXPECT_EQ(told.outcomes[0].fate, queue::Fate::delivered);
  EXPECT_TRUE(dialogue.queue.added.empty());
}

TEST(SmtpRouting, NobodyIsToldOfWhatFailed) {
  Trusted dialogue;
  dialogue.store.failures[{"local", boris().guid}] = Errc::io_error;
  EXPECT_THAT(dialogue.send({"<boris@example.test> NOTIFY=SUCCESS"}), StartsWith("451"));
  EXPECT_TRUE(dialogue.queue.told.empty());
}

queue::Outcome said(queue::Fate fate, std::string diagnostic, std::string reason = {}) {
  queue::Outcome out;
  out.fate = fate;
  out.diagnostic = std::move(diagnostic);
  out.reason = std::move(reason);
  out.remote = out.diagnostic.empty() ? "" : "mx.far.test";
  return out;
}

TEST(SmtpRouting, WhatTheNextHostTookIsInNoQueue) {
  Trusted dialogue;
  dialogue.queue.handed_outcomes = {{said(queue::Fate::relayed, "250 2.0.0 ok")}};
  EXPECT_THAT(dialogue.send({"a@far.test"}), StartsWith("250 2.0.0"));
  ASSERT_EQ(dialogue.queue.handed.size(), 1U);
  EXPECT_THAT(dialogue.queue.handed[0].bytes, StartsWith("Received: from c.test"));
  EXPECT_EQ(dialogue.queue.handed[0].envelope.sender, "x@foreign.test");
  EXPECT_TRUE(dialogue.queue.added.empty());
}

TEST(SmtpRouting, TheClientHearsWhatTheNextHostSaid) {
  struct Row {
    queue::Outcome outcome;
    std::string_view answer;
  };
  using enum queue::Fate;
  const Row rows[] = {
      {said(failed, "550 5.1.1 no such user"), "550 5.1.1 mx.far.test said: no such user"},
      {said(failed, "552 too large"), "552 5.0.0 mx.far.test said: too large"},
      {said(deferred, "421 4.3.2 going down"), "451 4.3.2 mx.far.test said: going down"},
      {said(deferred, "452 4.2.2 full"), "452 4.2.2 mx.far.test said: full"},
      {said(deferred, "", "no connection to mx.far.test: refused"),
       "451 4.0.0 no connection to mx.far.test: refused"},
      {said(deferred, "250 2.0.0 then it broke"), "451 4.0.0 mx.far.test said: 250 2.0.0 then it"},
      {said(failed, "550 5.7.1 \xD0\xBD\xD0\xB5\xD1\x82"), "550 5.7.1 the next server did not"},
      {said(failed, "550 5.7.1 a\r\n250 2.0.0 forged"), "550 5.7.1 mx.far.test said: a"},
  };
  for (const auto& row : rows) {
    Trusted dialogue;
    dialogue.queue.handed_outcomes = {{row.outcome}};
    const auto answer = dialogue.send({"a@far.test"});
    EXPECT_THAT(answer, StartsWith(row.answer));
    EXPECT_THAT(answer, Not(HasSubstr("\r\n250")));
    EXPECT_TRUE(dialogue.queue.added.empty());
    EXPECT_TRUE(dialogue.queue.told.empty());
  }
}

TEST(SmtpRouting, WhoMayGetItLaterDecidesWhenNobodyGotIt) {
  Trusted dialogue;
  dialogue.queue.handed_outcomes = {
      {said(queue::Fate::failed, "550 5.1.1 no"), said(queue::Fate::deferred, "452 4.2.2 full")}};
  EXPECT_THAT(dialogue.send({"a@far.test", "b@far.test"}), StartsWith("452 4.2.2"));
  EXPECT_TRUE(dialogue.queue.added.empty());
}

TEST(SmtpRouting, WhenSomeGotItTheOthersWaitOrComeBack) {
  Trusted dialogue;
  dialogue.queue.handed_outcomes = {{said(queue::Fate::relayed, "250 2.0.0 ok"),
                                     said(queue::Fate::failed, "550 5.1.1 no"),
                                     said(queue::Fate::deferred, "452 4.2.2 full")}};
  EXPECT_THAT(dialogue.send({"a@far.test", "b@far.test", "c@far.test"}), StartsWith("250 2.0.0"));
  EXPECT_EQ(dialogue.queue.addresses(), "c@far.test\n");
  ASSERT_EQ(dialogue.queue.told.size(), 1U);
  ASSERT_EQ(dialogue.queue.told[0].recipients.size(), 2U);
  EXPECT_EQ(dialogue.queue.told[0].recipients[1].address, "b@far.test");
  EXPECT_EQ(dialogue.queue.told[0].outcomes[1].fate, queue::Fate::failed);
}

TEST(SmtpRouting, OnlyWhatIsForOthersAloneIsHandedOver) {
  for (const std::string_view other :
       {"boris@example.test", "both@example.test", "guest@example.test"}) {
    Trusted dialogue;
    dialogue.queue.handed_outcomes = {{said(queue::Fate::relayed, "250 ok")}};
    EXPECT_THAT(dialogue.send({"a@far.test", std::string(other)}), StartsWith("250 2.0.0"));
    EXPECT_TRUE(dialogue.queue.handed.empty()) << other;
    EXPECT_FALSE(dialogue.queue.added.empty());
  }
}

TEST(SmtpRouting, AGroupGoesToItsPeopleAndToItsContacts) {
  Trusted dialogue;
  EXPECT_THAT(dialogue.send({"<both@example.test> NOTIFY=SUCCESS,FAILURE", "a@far.test"}),
              StartsWith("250"));
  EXPECT_EQ(dialogue.store.messages_of(anna()).size(), 1U);
  EXPECT_EQ(dialogue.queue.addresses(),
            "partner@elsewhere.test guest@elsewhere.test\na@far.test\n");
  const auto& list = dialogue.queue.added[0];
  EXPECT_THAT(list.bytes, StartsWith("Delivered-To: both@example.test\r\nReceived:"));
  EXPECT_THAT(dialogue.queue.added[1].bytes, Not(HasSubstr("Delivered-To")));
  EXPECT_EQ(list.envelope.sender, "x@foreign.test");
  for (const auto& one : list.recipients) {  // RFC 3461, 5.2.7.1
    EXPECT_EQ(one.original, "rfc822;both@example.test");
    EXPECT_EQ(one.notify, queue::k_notify_failure);
  }
  ASSERT_EQ(dialogue.queue.told.size(), 1U);
  EXPECT_EQ(dialogue.queue.told[0].recipients[0].address, "both@example.test");
}

TEST(SmtpRouting, AContactWithAnAddressOfOursTakesWhatWasAsked) {
  Trusted dialogue;
  static_cast<void>(dialogue.send({"<guest@example.test> NOTIFY=SUCCESS"}));
  ASSERT_EQ(dialogue.queue.addresses(), "guest@elsewhere.test\n");
  EXPECT_EQ(dialogue.queue.added[0].recipients[0].notify, queue::k_notify_success);
  EXPECT_TRUE(dialogue.queue.told.empty());
}

TEST(SmtpRouting, WhatWentThroughAnAddressBeforeIsALoop) {
  for (const std::string_view name : {"both@example.test", "BOTH@Example.Test"}) {
    Trusted dialogue;
    EXPECT_THAT(dialogue.send({"both@example.test"}, "Delivered-To: " + std::string(name) + "\r\n"),
                StartsWith("554 5.4.6"));
    EXPECT_EQ(dialogue.store.count(), 0U);
    EXPECT_TRUE(dialogue.queue.added.empty());
  }
  Trusted dialogue;  // others write that field too
  EXPECT_THAT(dialogue.send({"both@example.test", "boris@example.test"},
                            "Delivered-To: boris@example.test\r\n"),
              StartsWith("250"));
}

TEST(SmtpRouting, AnAliasDomainIsRewrittenAndItsOldNameKept) {
  Trusted dialogue;
  dialogue.settings.domains.alias = {"alt.test=branch.test", "old.test=example.test"};
  dialogue.settings.domains.remote = {"branch.test"};
  EXPECT_THAT(dialogue.send({"x@alt.test", "boris@old.test"}), StartsWith("250"));
  EXPECT_EQ(dialogue.queue.addresses(), "x@branch.test\n");
  EXPECT_EQ(dialogue.queue.added[0].recipients[0].original, "rfc822;x@alt.test");
  EXPECT_EQ(dialogue.store.messages_of(boris()).size(), 1U);
}

TEST(SmtpRouting, ACatchAllIsToldForWhomItWas) {
  Trusted dialogue;
  dialogue.settings.domains.catch_all = {"example.test=clara@example.test"};
  EXPECT_THAT(dialogue.send({"zora@example.test", "boris@example.test"}), StartsWith("250"));
  EXPECT_THAT(dialogue.store.messages_of(clara()).at(0),
              StartsWith("X-Original-To: zora@example.test\r\nReturn-Path:"));
  EXPECT_THAT(dialogue.store.messages_of(boris()).at(0), Not(HasSubstr("X-Original-To")));
  // Who gets the message by his own address too gets one copy, which says nothing.
  EXPECT_THAT(dialogue.send({"zora@example.test", "clara@example.test"}), StartsWith("250"));
  ASSERT_EQ(dialogue.store.messages_of(clara()).size(), 2U);
  EXPECT_THAT(dialogue.store.messages_of(clara())[1], Not(HasSubstr("X-Original-To")));
}

TEST(SmtpRouting, WhenTheQueueRefusesNothingIsStored) {
  struct Row {
    Errc code;
    std::string_view reply;
  };
  const Row rows[] = {{Errc::no_space, "452 4.3.1"}, {Errc::io_error, "451 4.3.0"}};
  for (const auto& row : rows) {
    Trusted dialogue;
    dialogue.queue.failure = row.code;
    const auto reply = dialogue.send({"boris@example.test", "a@far.test"});
    EXPECT_THAT(reply, ::testing::AnyOf(StartsWith(std::string(row.reply)), StartsWith("451")));
    EXPECT_THAT(dialogue.send({"a@far.test"}), StartsWith(std::string(row.reply)));
    EXPECT_EQ(dialogue.store.count(), 0U);
    EXPECT_THAT(dialogue.send({"boris@example.test"}), StartsWith("250"));
  }
}

TEST(SmtpRouting, ARetryEntersTheQueueOnce) {
  Trusted dialogue;
  dialogue.store.failures[{"local", boris().guid}] = Errc::over_quota;
  const std::vector<std::string> all = {"boris@example.test", "a@far.test", "guest@example.test"};
  EXPECT_THAT(dialogue.send(all), StartsWith("452 4.2.2"));
  EXPECT_EQ(dialogue.queue.added.size(), 2U);
  EXPECT_THAT(dialogue.send(all), StartsWith("452 4.2.2"));
  dialogue.store.failures.clear();
  EXPECT_THAT(dialogue.send(all), StartsWith("250"));
  EXPECT_EQ(dialogue.queue.added.size(), 2U);
  EXPECT_EQ(dialogue.store.messages_of(boris()).size(), 1U);
  EXPECT_THAT(dialogue.send(all), StartsWith("250"));  // the same bytes again: a new message
  EXPECT_EQ(dialogue.queue.added.size(), 4U);
}

TEST(SmtpRouting, ARetryAfterTheQueueRefusedAPartDoublesNothing) {
  Trusted dialogue;
  dialogue.queue.failure = Errc::no_space;
  dialogue.queue.failing_from = 2;  // the plain entry with two; the contact's goes in
  const std::vector<std::string> all = {"guest@example.test", "a@far.test", "b@far.test"};
  EXPECT_THAT(dialogue.send(all), ::testing::ContainsRegex("^4"));
  EXPECT_EQ(dialogue.queue.added.size(), 1U);
  dialogue.queue.failure.reset();
  EXPECT_THAT(dialogue.send(all), StartsWith("250"));
  EXPECT_EQ(dialogue.queue.addresses(), "guest@elsewhere.test\na@far.test b@far.test\n");
}

TEST(SmtpRouting, LmtpAnswersEachOfThem) {
  Trusted dialogue;
  dialogue.role = Role::lmtp;
  dialogue.queue.failure = Errc::no_space;
  const auto reply =
      dialogue.send({"boris@example.test", "guest@example.test", "anna@example.test"});
  EXPECT_THAT(reply, HasSubstr("250 2.1.5"));
  EXPECT_THAT(reply, HasSubstr("\n452 4.3.1"));
  EXPECT_EQ(dialogue.store.count(), 2U);
}

// A list with more than fifty people is one entry of the queue.
struct Company : Trusted {
  static constexpr std::uint32_t k_people = 60;
  Company() {
    std::vector<directory::Principal> people;
    std::vector<directory::PrincipalId> ids;
    for (std::uint32_t i = 1; i <= k_people; ++i) {
      people.push_back(directory::test_person(100 + i, "p" + std::to_string(i)));
      ids.push_back(people.back().id);
    }
    auto contact = directory::test_person(99, "contact");
    contact.kind = directory::Kind::contact;
    contact.mail = "contact@elsewhere.test";
    people.push_back(contact);
    people.push_back(directory::test_group(98, "company", ids));
    ids.push_back(contact.id);
    people.push_back(directory::test_group(97, "friends", ids));
    directory.replace(std::move(people));
  }
};

TEST(SmtpRouting, ManyMailboxesAreFilledFromTheQueue) {
  Company dialogue;
  EXPECT_THAT(dialogue.send({"company@example.test", "p1@example.test", "a@far.test"}),
              StartsWith("250"));
  EXPECT_EQ(dialogue.store.count(), 0U);
  EXPECT_EQ(dialogue.queue.addresses(), "company@example.test p1@example.test a@far.test\n");
  EXPECT_THAT(dialogue.send({"friends@example.test"}), StartsWith("250"));
  EXPECT_THAT(dialogue.queue.addresses(),
              HasSubstr("\ncontact@elsewhere.test\nfriends@example.test\n"));
}

TEST(SmtpRouting, ManyMailboxesAreFilledAtOnceWhenTheQueueIsShut) {
  Company dialogue;
  dialogue.queue.failure = Errc::io_error;
  EXPECT_THAT(dialogue.send({"company@example.test"}), StartsWith("250"));
  EXPECT_EQ(dialogue.store.count(), Company::k_people);
  EXPECT_THAT(dialogue.send({"company@example.test", "a@far.test"}), StartsWith("451"));
  EXPECT_EQ(dialogue.store.count(), Company::k_people);
}

TEST(SmtpRouting, LmtpWaitsForManyMailboxes) {
  Company dialogue;
  dialogue.role = Role::lmtp;
  EXPECT_THAT(dialogue.send({"company@example.test"}), StartsWith("250 2.1.5"));
  EXPECT_EQ(dialogue.store.count(), Company::k_people);
  EXPECT_TRUE(dialogue.queue.added.empty());
}

TEST(SmtpRouting, MuchInAllIsFilledFromTheQueue) {
  Trusted dialogue;
  const std::string large(34U << 20U, 'x');
  EXPECT_THAT(dialogue.send({"anna@example.test", "boris@example.test"}, "X: " + large + "\r\n"),
              StartsWith("250"));
  EXPECT_EQ(dialogue.store.count(), 0U);
  EXPECT_EQ(dialogue.queue.addresses(), "anna@example.test boris@example.test\n");
  EXPECT_THAT(dialogue.send({"anna@example.test"}, "X: " + large + "\r\n"), StartsWith("250"));
  EXPECT_EQ(dialogue.store.count(), 1U);
}

}  // namespace
}  // namespace kontor::smtp
