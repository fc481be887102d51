// SPDX-License-Identifier: GPL-3.0-or-later
// Before sign-in: framing, limits, hostile input, STLS, sign-in.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/core/text.hpp"
#include "tests/unit/server/pop3/dialogue.hpp"

namespace kontor::pop3 {
namespace {

using namespace std::string_literals;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

const std::string k_bye = "+OK goodbye\r\n";

struct Row {
  std::string input, answer;
};

const Row k_rows[] = {
    {"\r\n", "-ERR a command is wanted\r\n"},
    {"NIX\r\n", "-ERR unknown command\r\n"},
    {"APOP anna c4c9334bac560ecc979e58001b3e22fb\r\n", "-ERR unknown command\r\n"},
    {"NO\0OP\r\n"s, "-ERR a control character in a command\r\n"},
    {"stat\n", "-ERR sign in first\r\n"},
    {"RETR 1\r\n", "-ERR sign in first\r\n"},
    {"USER anna\r\n", "-ERR use STLS first\r\n"},
    {"PASS secret\r\n", "-ERR use STLS first\r\n"},
    {"USER\r\n", "-ERR use STLS first\r\n"},
    {"AUTH PLAIN AGFubmEAc2VjcmV0\r\n", "-ERR use STLS first\r\n"},
    {"AUTH NONSENSE\r\n", "-ERR mechanism not supported\r\n"},
    {"AUTH !\r\n", "-ERR not the name of a mechanism\r\n"},
    {"AUTH\r\n", "+OK mechanisms follow\r\nTOKEN\r\n.\r\n"},
    {"UTF8\r\n", "+OK UTF-8 it is\r\n"},
    {"UTF8 x\r\n", "-ERR no argument is taken\r\n"},
    {"QUIT now\r\n", "-ERR no argument is taken\r\n"},
    {std::string(100'000, 'x') + "\r\n", "-ERR line too long\r\n"},
    {"CAPA\r\n",
     "+OK capabilities follow\r\nSTLS\r\nTOP\r\nUIDL\r\nUTF8 USER\r\nSASL TOKEN\r\nRESP-CODES\r\n"
     "AUTH-RESP-CODE\r\nPIPELINING\r\nEXPIRE NEVER\r\nIMPLEMENTATION Kontor-" KONTOR_VERSION
     "\r\n.\r\n"},
};

TEST(Pop3Session, AnswersEachWayOfSending) {
  for (const bool single_bytes : {false, true}) {
    for (const auto& row : k_rows) {
      Dialogue dialogue;
      dialogue.implicit_tls = false;
      dialogue.server_end.single_bytes = single_bytes;
      EXPECT_EQ(dialogue.ask(row.input + "QUIT\r\n"), row.answer + k_bye)
          << row.input.substr(0, 80);
    }
  }
}

TEST(Pop3Session, AnswersEverySplitTheSame) {
  const std::string input = "USER anna\r\nPASS secret\r\nSTAT\r\nQUIT\r\n";
  Dialogue dialogue;
  const auto expected = dialogue.say({input});
  EXPECT_THAT(expected, EndsWith("+OK 0 0\r\n" + k_bye));
  for (std::size_t at = 1; at < input.size(); ++at) {
    dialogue.split_at = at;
    ASSERT_EQ(dialogue.say({input}), expected) << at;
  }
}

TEST(Pop3Session, GreetsWithoutATimestamp) {
  Dialogue dialogue;
  // RFC 1939, 7, APOP: "<" in it would offer APOP
  EXPECT_EQ(dialogue.say({"QUIT\r\n"}), "+OK mail.example.test Kontor ready\r\n" + k_bye);
}

TEST(Pop3Session, OffersPasswordsInsideTlsOnly) {
  Dialogue dialogue;
  const auto answers = dialogue.ask("CAPA\r\nAUTH\r\nQUIT\r\n");
  EXPECT_THAT(answers, HasSubstr("\r\nUSER\r\n"));
  EXPECT_THAT(answers, HasSubstr("\r\nSASL TOKEN PLAIN LOGIN\r\n"));
  EXPECT_THAT(answers, Not(HasSubstr("STLS")));
  EXPECT_THAT(answers, HasSubstr("+OK mechanisms follow\r\nTOKEN\r\nPLAIN\r\nLOGIN\r\n.\r\n"));
}

TEST(Pop3Session, NothingSentBeforeTlsIsRunInside) {
  Dialogue dialogue;
  dialogue.implicit_tls = false;
  const auto answers =
      dialogue.say({"STLS\r\nQUIT\r\n", "PASS secret\r\nSTLS\r\nUSER anna\r\nQUIT\r\n"});
  EXPECT_THAT(answers, EndsWith("+OK begin TLS negotiation now\r\n-ERR USER comes first\r\n"
                                "-ERR TLS is active already\r\n+OK send PASS\r\n" +
                                k_bye));
}

TEST(Pop3Session, OffersNoTlsWithoutACertificate) {
  Dialogue dialogue;
  dialogue.implicit_tls = false;
  dialogue.has_certificate = false;
  const auto answers = dialogue.ask("CAPA\r\nSTLS\r\nQUIT\r\n");
  EXPECT_THAT(answers, Not(HasSubstr("\r\nSTLS\r\n")));
  EXPECT_THAT(answers, HasSubstr("-ERR [SYS/TEMP] temporarily unavailable"));
  Dialogue secure;
  secure.has_certificate = false;
  EXPECT_EQ(secure.say({}), "");
}

TEST(Pop3Session, EndsAfterTooManyBadCommands) {
  Dialogue dialogue;
  dialogue.settings.pop3.max_bad_commands = 2;
  EXPECT_EQ(dialogue.ask("X\r\nCAPA X\r\nAUTH ?\r\nNOOP\r\n"),
            "-ERR unknown command\r\n-ERR no argument is taken\r\n"
            "-ERR not the name of a mechanism\r\n-ERR too many errors\r\n");
}

TEST(Pop3Session, EndsWithoutAWordWhenTheClientSaysNothing) {
  Dialogue dialogue;
  dialogue.settings.pop3.idle_timeout = std::chrono::seconds(1);
  // RFC 1939, 3
  EXPECT_EQ(dialogue.say({}), "+OK mail.example.test Kontor ready\r\n");
  EXPECT_EQ(dialogue.events.count("pop3.connection.closed"), 1U);
}

TEST(Pop3Session, EndsWithTheReasonTheServerGives) {
  Dialogue dialogue;
  dialogue.on_answer = [&](const std::string&) {
    dialogue.sessions.end({}, "the server is shutting down");
  };
  EXPECT_THAT(dialogue.say({}), EndsWith("-ERR [SYS/TEMP] the server is shutting down\r\n"));
}

TEST(Pop3Session, IsRefusedWhenThereAreTooMany) {
  Dialogue dialogue;
  dialogue.implicit_tls = false;
  dialogue.sessions.full = true;
  EXPECT_EQ(dialogue.say({}), "-ERR [SYS/TEMP] too many connections\r\n");
  dialogue.implicit_tls = true;
  EXPECT_EQ(dialogue.say({}), "");
  EXPECT_EQ(dialogue.events.count("pop3.connection.refused"), 2U);
}

// --- sign-in ---------------------------------------------------------------------------------

const std::string k_signed_in = "+OK signed in, 0 messages\r\n";
const std::string k_refused = "-ERR [AUTH] authentication failed\r\n";

std::string plain(const std::string& authorization,
                  const std::string& user,
                  const std::string& password) {
  return base64_encode(authorization + '\0' + user + '\0' + password);
}

std::string answers_to(std::vector<std::string> parts) {
  Dialogue dialogue;
  parts.push_back("QUIT\r\n");
  const auto answers = dialogue.say(std::move(parts));
  return answers.substr(answers.find("\r\n") + 2);
}

TEST(Pop3SignIn, UserAndPass) {
  const std::string ok = "+OK send PASS\r\n";
  EXPECT_EQ(answers_to({"USER anna\r\nPASS secret\r\n"}), ok + k_signed_in + k_bye);
  EXPECT_EQ(answers_to({"user anna@example.test\r\npass secret\r\n"}), ok + k_signed_in + k_bye);
  EXPECT_EQ(answers_to({"USER anna\r\nPASS wrong\r\n"}), ok + k_refused + k_bye);
  EXPECT_EQ(answers_to({"USER nobody\r\nPASS secret\r\n"}), ok + k_refused + k_bye);
  // The password is what stands there, blanks and all (RFC 1939, 7).
  EXPECT_EQ(answers_to({"USER anna\r\nPASS secret \r\n"}), ok + k_refused + k_bye);
  EXPECT_EQ(answers_to({"USER anna\r\nPASS  secret\r\n"}), ok + k_refused + k_bye);
  // A refused PASS starts again from USER.
  EXPECT_EQ(answers_to({"USER anna\r\nPASS x\r\nPASS secret\r\n"}),
            ok + k_refused + "-ERR USER comes first\r\n" + k_bye);
  EXPECT_EQ(answers_to({"PASS secret\r\n"}), "-ERR USER comes first\r\n" + k_bye);
  EXPECT_EQ(answers_to({"USER \r\nPASS\r\n"}),
            "-ERR an argument is wanted\r\n-ERR an argument is wanted\r\n" + k_bye);
  EXPECT_EQ(answers_to({"USER anna\r\nPASS secret\r\nUSER anna\r\n"}),
            ok + k_signed_in + "-ERR already signed in\r\n" + k_bye);
}

TEST(Pop3SignIn, AuthWithAndWithoutInitialResponse) {
  const auto right = plain("", "anna", "secret");
  EXPECT_EQ(answers_to({"AUTH PLAIN " + right + "\r\n"}), k_signed_in + k_bye);
  EXPECT_EQ(answers_to({"auth plain\r\n", right + "\r\n"}), "+ \r\n" + k_signed_in + k_bye);
  EXPECT_EQ(answers_to({"AUTH PLAIN " + plain("", "anna", "x") + "\r\n"}), k_refused + k_bye);
  EXPECT_EQ(answers_to({"AUTH PLAIN =\r\n"}), k_refused + k_bye);
  EXPECT_EQ(answers_to({"AUTH LOGIN\r\n", "YW5uYQ==\r\n", "c2VjcmV0\r\n"}),
            "+ VXNlcm5hbWU6\r\n+ UGFzc3dvcmQ6\r\n" + k_signed_in + k_bye);
}

TEST(Pop3SignIn, CarriesTheProofOfTheServer) {
  const auto right = plain("", "anna", "secret");
  EXPECT_EQ(answers_to({"AUTH TOKEN " + right + "\r\n", "\r\n"}),
            "+ " + base64_encode("proof") + "\r\n" + k_signed_in + k_bye);
}

TEST(Pop3SignIn, CanBeGivenUp) {
  EXPECT_EQ(answers_to({"AUTH PLAIN\r\n", "*\r\n"}),
            "+ \r\n-ERR authentication given up\r\n" + k_bye);
  EXPECT_EQ(answers_to({"AUTH PLAIN\r\n", "?\r\n"}),
            "+ \r\n-ERR the response is not base64\r\n" + k_bye);
  EXPECT_EQ(answers_to({"AUTH PLAIN\r\n", std::string(100'000, 'A') + "\r\n"}),
            "+ \r\n-ERR line too long\r\n" + k_bye);
}

TEST(Pop3SignIn, ActsForNobodyElse) {
  EXPECT_EQ(answers_to({"AUTH PLAIN " + plain("boris", "anna", "secret") + "\r\n"}),
            k_refused + k_bye);
  EXPECT_EQ(answers_to({"AUTH PLAIN " + plain("anna@example.test", "anna", "secret") + "\r\n"}),
            k_signed_in + k_bye);
}

TEST(Pop3SignIn, SaysWhoAsksAndWhatFor) {
  Dialogue dialogue;
  dialogue.ask("AUTH PLAIN " + plain("", "anna", "secret") + "\r\nQUIT\r\n");
  EXPECT_EQ(dialogue.sign_in.last_context.service, "pop");  // RFC 5034, 7
  EXPECT_EQ(dialogue.sign_in.last_context.session, "7");
  EXPECT_TRUE(dialogue.sign_in.last_context.is_tls);
  EXPECT_EQ(dialogue.sessions.protocols, std::vector<std::string>{"pop3"});
}

TEST(Pop3SignIn, GuessingEnds) {
  Dialogue dialogue;
  dialogue.settings.pop3.max_bad_commands = 1;
  const std::string guess = "USER anna\r\nPASS wrong\r\n";
  EXPECT_THAT(dialogue.ask(guess + guess + guess),
              EndsWith(k_refused + "-ERR too many errors\r\n"));
  EXPECT_EQ(dialogue.events.count("pop3.login.refused"), 2U);
}

TEST(Pop3SignIn, SaysTryLaterWhenNobodyCanCheck) {
  Dialogue dialogue;
  dialogue.sign_in.outage = true;
  EXPECT_THAT(dialogue.ask("USER anna\r\nPASS secret\r\nQUIT\r\n"),
              HasSubstr("-ERR [SYS/TEMP] temporarily unavailable"));
}

TEST(Pop3SignIn, RefusesMoreConnectionsThanAPersonMayHave) {
  Dialogue dialogue;
  dialogue.sessions.person_full = true;
  EXPECT_THAT(dialogue.ask("USER anna\r\nPASS secret\r\nSTAT\r\nQUIT\r\n"),
              HasSubstr("-ERR a limit is exceeded\r\n-ERR sign in first\r\n"));
}

TEST(Pop3SignIn, RefusesWhoHasNoMailbox) {
  Dialogue dialogue;
  auto no_mail = directory::test_person(1, "anna");
  no_mail.mail.clear();
  dialogue.directory = testing::FakeDirectory({no_mail});
  EXPECT_THAT(dialogue.ask("USER anna\r\nPASS secret\r\nQUIT\r\n"),
              HasSubstr("-ERR [SYS/PERM] your account may not be used this way"));
}

}  // namespace
}  // namespace kontor::pop3
