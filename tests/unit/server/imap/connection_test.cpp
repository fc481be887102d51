// SPDX-License-Identifier: GPL-3.0-or-later
// A connection before anybody has signed in: framing, limits, hostile input, STARTTLS, sign-in.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/core/text.hpp"
#include "tests/unit/server/imap/dialogue.hpp"

namespace kontor::imap {
namespace {

using namespace std::string_literals;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

struct Row {
  std::string input;
  std::string answer;
};

const std::string k_bye = "* BYE Logging out\r\nz OK LOGOUT completed\r\n";

const Row k_rows[] = {
    {"a NOOP\r\n", "a OK NOOP completed\r\n"},
    {"a noop\n", "a OK NOOP completed\r\n"},
    {"a NOOP x\r\n", "a BAD unexpected text after the arguments\r\n"},
    {"a\r\n", "a BAD a command name is missing\r\n"},
    {"\r\n", "* BAD expected a tag\r\n"},
    {"a NIX\r\n", "a BAD unknown command\r\n"},
    {"a UID\r\n", "a BAD unknown command\r\n"},
    {"a UID NOOP\r\n", "a BAD unknown command\r\n"},
    {"a NO\0OP\r\n"s, "* BAD NUL byte in a command\r\n"},
    {"a SELECT INBOX\r\n", "a BAD sign in first\r\n"},
    {"a FETCH 1 FLAGS\r\n", "a BAD sign in first\r\n"},
    {"a LOGIN anna secret\r\n", "a NO [PRIVACYREQUIRED] use STARTTLS first\r\n"},
    {"a LOGIN {4+}\r\nanna {6+}\r\nsecret\r\n", "a NO [PRIVACYREQUIRED] use STARTTLS first\r\n"},
    {"a LOGIN {4}\r\nanna {6}\r\nsecret\r\n",
     "+ OK\r\n+ OK\r\na NO [PRIVACYREQUIRED] use STARTTLS first\r\n"},
    {"a ID (\"name\" \"x\")\r\n",
     "* ID (\"name\" \"Kontor\" \"version\" \"" KONTOR_VERSION "\")\r\na OK ID completed\r\n"},
    // What follows an unwanted literal is its data, never a command (RFC 7888, 4).
    {"a APPEND INBOX {9+}\r\nb NOOP\r\n\n\r\n", "a BAD sign in first\r\n"},
    {"a NIX {9+}\r\nb NOOP\r\n\n\r\n", "a BAD unknown command\r\n"},
    // A client that waits is refused before it sends (RFC 9051, 4.3).
    {"a NIX {9}\r\n", "a BAD unknown command\r\n"},
    {"a APPEND INBOX {9}\r\n", "a BAD sign in first\r\n"},
    {"a LOGIN {99999999}\r\n", "a BAD literal too large\r\n"},
    {"a LOGIN {100000+}\r\n" + std::string(100'000, 'x') + " y\r\n", "a BAD literal too large\r\n"},
    {"a LOGIN {99999999999999999999}\r\n", "a BAD literal size out of range\r\n"},
    {"a " + std::string(70'000, 'x') + "\r\n", "* BAD line too long\r\n"},
};

TEST(Connection, AnswersEachWayOfSending) {
  for (const bool single_bytes : {false, true}) {
    for (const auto& row : k_rows) {
      Dialogue dialogue;
      dialogue.server_end.single_bytes = single_bytes;
      EXPECT_EQ(dialogue.ask(row.input + "z LOGOUT\r\n"), row.answer + k_bye)
          << row.input.substr(0, 80);
    }
  }
}

TEST(Connection, AnswersEverySplitTheSame) {
  const std::string input = "a LOGIN {4+}\r\nanna \"s\\\"x\"\r\nb NOOP\r\nz LOGOUT\r\n";
  Dialogue whole;
  const auto expected = whole.say({input});
  for (std::size_t at = 1; at < input.size(); ++at) {
    Dialogue dialogue;
    dialogue.split_at = at;
    ASSERT_EQ(dialogue.say({input}), expected) << at;
  }
}

TEST(Connection, GreetsWithWhatItCanDo) {
  Dialogue dialogue;
  const auto plain = dialogue.say({"a CAPABILITY\r\nz LOGOUT\r\n"});
  EXPECT_THAT(plain, StartsWith("* OK [CAPABILITY IMAP4rev2 IMAP4rev1 LITERAL+ "));
  EXPECT_THAT(plain, HasSubstr("STARTTLS LOGINDISABLED AUTH=TOKEN\r\n"));
  EXPECT_THAT(plain, Not(HasSubstr("AUTH=PLAIN")));
  EXPECT_THAT(plain, Not(HasSubstr("IDLE")));
  Dialogue secure;
  secure.implicit_tls = true;
  const auto inside = secure.say({"a CAPABILITY\r\nz LOGOUT\r\n"});
  EXPECT_THAT(inside, HasSubstr("SASL-IR ID LANGUAGE AUTH=TOKEN AUTH=PLAIN AUTH=LOGIN\r\n"));
  EXPECT_THAT(inside, Not(HasSubstr("STARTTLS")));
  EXPECT_THAT(inside, Not(HasSubstr("LOGINDISABLED")));
}

TEST(Connection, NothingSentBeforeTlsIsRunInside) {
  Dialogue dialogue;
  const auto answers =
      dialogue.say({"a STARTTLS\r\nb NOOP\r\n", "c NOOP\r\nd STARTTLS\r\nz LOGOUT\r\n"});
  EXPECT_THAT(answers, EndsWith("a OK Begin TLS negotiation now\r\nc OK NOOP completed\r\n"
                                "d BAD TLS is active already\r\n" +
                                k_bye));
  EXPECT_THAT(answers, Not(HasSubstr("b OK")));
}

TEST(Connection, EndsAfterTooManyBadCommands) {
  Dialogue dialogue;
  dialogue.settings.imap.max_bad_commands = 3;
  const auto answers =
      dialogue.ask("a X\r\nb X\r\nc NOOP\r\nd X\r\ne X\r\nf X\r\ng X\r\nh NOOP\r\n");
  EXPECT_THAT(answers, EndsWith("g BAD unknown command\r\n* BYE Too many bad commands\r\n"));
}

TEST(Connection, EndsWhenTheClientSaysNothing) {
  Dialogue dialogue;
  dialogue.settings.imap.idle_timeout = std::chrono::seconds(1);
  EXPECT_THAT(dialogue.say({}), EndsWith("* BYE Idle for too long\r\n"));
}

TEST(Connection, EndsWithTheReasonTheServerGives) {
  Dialogue dialogue;
  dialogue.on_answer = [&](const std::string&) {
    dialogue.sessions.end({}, "The server is going down");
  };
  EXPECT_THAT(dialogue.say({}), EndsWith("* BYE The server is going down\r\n"));
}

TEST(Connection, IsRefusedWhenThereAreTooMany) {
  Dialogue dialogue;
  dialogue.sessions.full = true;
  EXPECT_EQ(dialogue.say({}), "* BYE a limit is exceeded\r\n");
}

TEST(Connection, FailsAtEveryOperationWithoutHarm) {
  bool reached = true;
  for (std::size_t n = 1; reached && n < 100; ++n) {
    Dialogue dialogue;
    dialogue.server_end.fail_at = std::make_shared<net::FailAt>();
    dialogue.server_end.fail_at->operation = n;
    dialogue.say(
        {"a STARTTLS\r\n", "b AUTHENTICATE PLAIN\r\n", "AGFubmEAc2VjcmV0\r\n", "z LOGOUT\r\n"});
    reached = dialogue.server_end.fail_at->reached();
  }
  EXPECT_FALSE(reached);
}

// --- sign-in ---------------------------------------------------------------------------------

std::string plain(const std::string& authorization,
                  const std::string& user,
                  const std::string& password) {
  return base64_encode(authorization + '\0' + user + '\0' + password);
}

std::string signed_in_answers(std::vector<std::string> parts) {
  Dialogue dialogue;
  dialogue.implicit_tls = true;
  parts.push_back("z LOGOUT\r\n");
  const auto answers = dialogue.say(std::move(parts));
  return answers.substr(answers.find("\r\n") + 2);
}

// The store of these dialogues opens no account: who gets so far is signed in.
const std::string k_signed_in = "a NO [CANNOT] not supported\r\n";
const std::string k_refused = "a NO [AUTHENTICATIONFAILED] authentication failed\r\n";

TEST(SignIn, Login) {
  EXPECT_EQ(signed_in_answers({"a LOGIN anna secret\r\n"}), k_signed_in + k_bye);
  EXPECT_EQ(signed_in_answers({"a LOGIN \"anna@example.test\" \"secret\"\r\n"}),
            k_signed_in + k_bye);
  EXPECT_EQ(signed_in_answers({"a LOGIN anna wrong\r\n"}), k_refused + k_bye);
  EXPECT_EQ(signed_in_answers({"a LOGIN nobody secret\r\n"}), k_refused + k_bye);
}

TEST(SignIn, AuthenticateWithAndWithoutInitialResponse) {
  const auto right = plain("", "anna", "secret");
  EXPECT_EQ(signed_in_answers({"a AUTHENTICATE PLAIN " + right + "\r\n"}), k_signed_in + k_bye);
  EXPECT_EQ(signed_in_answers({"a AUTHENTICATE plain\r\n", right + "\r\n"}),
            "+ \r\n" + k_signed_in + k_bye);
  EXPECT_EQ(signed_in_answers({"a AUTHENTICATE PLAIN " + plain("", "anna", "x") + "\r\n"}),
            k_refused + k_bye);
  // RFC 4959, 3: "=" is an empty response, not a missing one.
  EXPECT_EQ(signed_in_answers({"a AUTHENTICATE PLAIN =\r\n"}), k_refused + k_bye);
  EXPECT_EQ(signed_in_answers({"a AUTHENTICATE LOGIN\r\n", "YW5uYQ==\r\n", "c2VjcmV0\r\n"}),
            "+ VXNlcm5hbWU6\r\n+ UGFzc3dvcmQ6\r\n" + k_signed_in + k_bye);
}

TEST(SignIn, CarriesTheProofOfTheServer) {
  const auto right = plain("", "anna", "secret");
  // RFC 4422, 3.6: data with success goes in a challenge, which is answered by nothing.
  EXPECT_EQ(signed_in_answers({"a AUTHENTICATE TOKEN " + right + "\r\n", "\r\n"}),
            "+ " + base64_encode("proof") + "\r\n" + k_signed_in + k_bye);
}

TEST(SignIn, CanBeCancelled) {
  EXPECT_EQ(signed_in_answers({"a AUTHENTICATE PLAIN\r\n", "*\r\n"}),
            "+ \r\na BAD cancelled\r\n" + k_bye);
  EXPECT_EQ(signed_in_answers({"a AUTHENTICATE PLAIN\r\n", "?\r\n"}),
            "+ \r\na BAD the response is not base64\r\n" + k_bye);
  EXPECT_EQ(signed_in_answers({"a AUTHENTICATE PLAIN ?\r\n"}),
            "a BAD the response is not base64\r\n" + k_bye);
}

TEST(SignIn, ActsForNobodyElse) {
  EXPECT_EQ(
      signed_in_answers({"a AUTHENTICATE PLAIN " + plain("boris", "anna", "secret") + "\r\n"}),
      k_refused + k_bye);
  EXPECT_EQ(signed_in_answers(
                {"a AUTHENTICATE PLAIN " + plain("anna@example.test", "anna", "secret") + "\r\n"}),
            k_signed_in + k_bye);
}

TEST(SignIn, GuessingEnds) {
  Dialogue dialogue;
  dialogue.implicit_tls = true;
  dialogue.settings.imap.max_bad_commands = 2;
  const std::string guess = "a LOGIN anna wrong\r\n";
  EXPECT_EQ(dialogue.ask(guess + guess + guess + guess),
            k_refused + k_refused + k_refused + "* BYE Too many bad commands\r\n");
}

TEST(Connection, OffersNoTlsWithoutACertificate) {
  Dialogue dialogue;
  dialogue.has_certificate = false;
  const auto answers = dialogue.say({"a STARTTLS\r\nz LOGOUT\r\n"});
  EXPECT_THAT(answers, Not(HasSubstr(" STARTTLS ")));
  EXPECT_THAT(answers, HasSubstr("a NO [UNAVAILABLE] the server has no certificate\r\n"));
  Dialogue secure;
  secure.has_certificate = false;
  secure.implicit_tls = true;
  EXPECT_EQ(secure.say({}), "");
}

TEST(SignIn, SaysTryLaterWhenNobodyCanCheck) {
  Dialogue dialogue;
  dialogue.implicit_tls = true;
  dialogue.sign_in.outage = true;
  EXPECT_THAT(dialogue.ask("a LOGIN anna secret\r\nz LOGOUT\r\n"),
              StartsWith("a NO [UNAVAILABLE] temporarily unavailable"));
}

}  // namespace
}  // namespace kontor::imap
