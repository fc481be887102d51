// SPDX-License-Identifier: GPL-3.0-or-later
// What rules of policy allow the author and the recipients of a message.
#include <gmock/gmock.h>

#include "base/core/text.hpp"
#include "tests/unit/server/smtp/dialogue.hpp"

namespace kontor::smtp {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

std::string sign_in(std::string_view who) {
  return "EHLO c.test\r\nAUTH PLAIN " + base64_encode('\0' + std::string(who) + '\0' + "secret") +
         "\r\nMAIL FROM:<" + std::string(who) + "@example.test>\r\n";
}

std::string to(std::string_view address) { return "RCPT TO:<" + std::string(address) + ">\r\n"; }

struct Submission : Dialogue {
  explicit Submission(const std::string& rule) {
    role = Role::submission;
    implicit_tls = true;
    settings.policy.rules = {rule};
  }
};

TEST(SmtpPolicy, WhoSendsHereOnly) {
  Submission dialogue("sales@example.test: local_only=send");
  const auto outside = "550 5.7.1 you may send mail to people of your organisation only\r\n";
  auto answers = dialogue.say(sign_in("clara") + to("x@elsewhere.test") + "QUIT\r\n");
  EXPECT_THAT(answers, HasSubstr(outside));
  answers = dialogue.say(sign_in("clara") + to("partner@elsewhere.test") + "QUIT\r\n");
  EXPECT_THAT(answers, HasSubstr(outside));
  answers = dialogue.say(sign_in("clara") + to("both@example.test") + "QUIT\r\n");
  EXPECT_THAT(answers, HasSubstr(outside)) << "a contact is in that list";
  answers = dialogue.say(sign_in("clara") + to("anna@example.test") + to("room@example.test") +
                         to("staff@example.test") + "QUIT\r\n");
  EXPECT_THAT(answers, Not(HasSubstr("550")));
  EXPECT_EQ(dialogue.events.last("smtp.recipient.refused")->get(log::Keys::reason),
            "you may send mail to people of your organisation only");
}

TEST(SmtpPolicy, HowMuchSomebodySendsInADay) {
  Submission dialogue("sales@example.test: daily_messages=2 daily_recipients=3");
  const std::string data = "DATA\r\nFrom: clara@example.test\r\n\r\nx\r\n.\r\nQUIT\r\n";
  const auto first = sign_in("clara") + to("anna@example.test") + to("room@example.test") + data;
  EXPECT_THAT(dialogue.say(first), HasSubstr("250 2.0.0 taken"));
  const auto second =
      sign_in("clara") + to("anna@example.test") + to("room@example.test") + "QUIT\r\n";
  EXPECT_THAT(dialogue.say(second), HasSubstr("452 4.5.3 mail from you went to enough recipients "
                                              "today (the limit is 3); try again tomorrow\r\n"));
  EXPECT_THAT(dialogue.say(sign_in("clara") + to("anna@example.test") + data),
              HasSubstr("250 2.0.0 taken"));
  EXPECT_THAT(dialogue.say(second), HasSubstr("450 4.7.1 enough messages from you today (the limit "
                                              "is 2); try again tomorrow\r\n"));
  EXPECT_THAT(dialogue.say(sign_in("anna") + to("clara@example.test") + "QUIT\r\n"),
              HasSubstr("250 2.1.5"))
      << "she is in no such group";
  EXPECT_EQ(dialogue.day_counts.used(policy::day_key(clara()), dialogue.clock.now()),
            (policy::DayUse{2, 3}));
}

TEST(SmtpPolicy, WhoTakesMailFromHereOnly) {
  Dialogue dialogue;
  dialogue.settings.policy.rules = {"boris@example.test: local_only=receive"};
  const std::string begin = "EHLO c.test\r\nMAIL FROM:<anna@example.test>\r\n";
  auto answers = dialogue.say(begin + to("boris@example.test") + "QUIT\r\n");
  EXPECT_THAT(answers,
              HasSubstr("550 5.7.1 mail from outside the organisation is not taken there"));
  // A list goes on to its other members: anna, clara and, by sales, nobody else.
  answers = dialogue.say(begin + to("staff@example.test") + "DATA\r\nx\r\n.\r\nQUIT\r\n");
  EXPECT_THAT(answers, HasSubstr("250 2.0.0 taken"));
  EXPECT_EQ(dialogue.store.messages_of(boris()).size(), 0U);
  EXPECT_EQ(dialogue.store.messages_of(anna()).size(), 1U);
  EXPECT_EQ(dialogue.store.messages_of(clara()).size(), 1U);
}

TEST(SmtpPolicy, ThePartOfAListThatIsLeftIsNotAskedForAgainByTheQueue) {
  Dialogue dialogue;
  std::vector<directory::PrincipalId> members;
  auto people = demo_people();
  for (std::uint32_t number = 100; number < 170; ++number) {
    people.push_back(directory::test_person(number, "p" + std::to_string(number)));
    members.push_back(directory::test_id(number));
  }
  people.push_back(directory::test_group(99, "many", members));
  dialogue.directory.replace(people);
  dialogue.settings.policy.rules = {"p100@example.test: local_only=yes"};
  const auto answers = dialogue.say("EHLO c.test\r\nMAIL FROM:<x@elsewhere.test>\r\n" +
                                    to("many@example.test") + "DATA\r\nx\r\n.\r\nQUIT\r\n");
  EXPECT_THAT(answers, HasSubstr("250 2.0.0 taken"));
  EXPECT_EQ(dialogue.store.count(), 69U);
  EXPECT_EQ(dialogue.store.messages_of(directory::test_id(100)).size(), 0U);
}

TEST(SmtpPolicy, TrustedNetworksAndLmtpAreBelieved) {
  for (const auto role : {Role::mx, Role::lmtp}) {
    Dialogue dialogue;
    dialogue.role = role;
    dialogue.settings.smtp.trusted_networks = {"0.0.0.0/0", "::/0"};
    dialogue.settings.policy.rules = {"boris@example.test: local_only=yes"};
    const std::string begin = role == Role::mx ? "EHLO c.test\r\n" : "LHLO c.test\r\n";
    const auto sender = [&](const std::string& address) {
      return begin + "MAIL FROM:<" + address + ">\r\n" + to("boris@example.test") + "QUIT\r\n";
    };
    EXPECT_THAT(dialogue.say(sender("clara@example.test")), Not(HasSubstr("550")));
    EXPECT_THAT(dialogue.say(sender("clara@elsewhere.test")), HasSubstr("550 5.7.1 mail from"));
    EXPECT_THAT(dialogue.say(sender("")), HasSubstr("550 5.7.1 mail from"));
    EXPECT_THAT(dialogue.say(sender("unknown@example.test")), HasSubstr("550 5.7.1 mail from"));
  }
  Dialogue dialogue;
  dialogue.settings.smtp.trusted_networks = {"0.0.0.0/0", "::/0"};
  dialogue.settings.policy.rules = {"boris@example.test: local_only=yes"};
  EXPECT_THAT(dialogue.say("EHLO c.test\r\nMAIL FROM:<boris@example.test>\r\n" +
                           to("x@elsewhere.test") + "QUIT\r\n"),
              HasSubstr("550 5.7.1 you may send"));
}

TEST(SmtpPolicy, Recipients) {
  Submission dialogue("everybody: recipients=1");
  const auto answers = dialogue.say(sign_in("anna") + to("staff@example.test") +
                                    to("boris@example.test") + "QUIT\r\n");
  EXPECT_THAT(answers, HasSubstr("250 2.1.5"));
  EXPECT_THAT(answers, HasSubstr("550 5.5.3 you may send a message to 1 recipients at most"));
}

TEST(SmtpPolicy, MessageSize) {
  Submission dialogue("anna@example.test: message_size=100");
  const std::string fields =
      "From: <anna@example.test>\r\nDate: Mon, 2 Nov 2026 10:00:00 +0000\r\nMessage-ID: <1@x>\r\n";
  auto answers = dialogue.say(sign_in("anna") + to("boris@example.test") + "DATA\r\n" + fields +
                              "\r\n" + std::string(50, 'x') + "\r\n.\r\nQUIT\r\n");
  EXPECT_THAT(answers, HasSubstr("552 5.3.4 you may send messages of up to 100 bytes"));
  answers = dialogue.say(sign_in("anna") + to("boris@example.test") + "DATA\r\n" + fields +
                         "\r\n.\r\nQUIT\r\n");
  EXPECT_THAT(answers, HasSubstr("250 2.0.0 taken"));
  answers = dialogue.say(sign_in("anna") + "RSET\r\nMAIL FROM:<anna@example.test> SIZE=101\r\n" +
                         "QUIT\r\n");
  EXPECT_THAT(answers, HasSubstr("552 5.3.4 you may send"));
  // It is about what he sends, not about what he gets.
  answers = dialogue.say(sign_in("boris") + to("anna@example.test") + "DATA\r\n" +
                         "From: <boris@example.test>\r\n" + fields.substr(fields.find("Date")) +
                         "\r\n" + std::string(200, 'x') + "\r\n.\r\nQUIT\r\n");
  EXPECT_THAT(answers, HasSubstr("250 2.0.0 taken"));
}

}  // namespace
}  // namespace kontor::smtp
