// SPDX-License-Identifier: GPL-3.0-or-later
// After sign-in: listings, messages, deletions, and what others do to the mailbox meanwhile.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/server/pop3/dialogue.hpp"

namespace kontor::pop3 {
namespace {

using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

const std::string k_bye = "+OK goodbye\r\n";
const std::string k_one = "Subject: one\r\n\r\nfirst\r\n.hidden\r\nthird\r\n";  // 39 octets
const std::string k_two = "Subject: two\r\n\r\n..\r\n";                         // 20
const std::string k_three = "Subject: three\r\n\r\n";                           // 18

class Pop3Transaction : public ::testing::Test {
 protected:
  Pop3Transaction() { dialogue_.fill({k_one, k_two, k_three}); }
  std::string ask(std::string_view input) { return dialogue_.ask_signed_in(input); }
  std::string id(store::Uid uid) {
    const auto info = dialogue_.account().view().folder(store::k_inbox);
    return std::to_string(info->uid_validity) + '.' + std::to_string(uid);
  }
  Dialogue dialogue_;
};

TEST_F(Pop3Transaction, AnswersEachCommand) {
  struct Row {
    std::string input, answer;
  };
  const Row rows[] = {
      {"STAT", "+OK 3 77\r\n"},
      {"NOOP", "+OK nothing done\r\n"},
      {"LIST", "+OK 3 messages (77 octets)\r\n1 39\r\n2 20\r\n3 18\r\n.\r\n"},
      {"list 2", "+OK 2 20\r\n"},
      {"LIST 4", "-ERR no such message\r\n"},
      {"LIST x", "-ERR a number is wanted\r\n"},
      {"LIST 0", "-ERR messages are numbered from 1\r\n"},
      {"LIST 1 2", "-ERR one message number is wanted\r\n"},
      {"UIDL 3", "+OK 3 " + id(3) + "\r\n"},
      {"UIDL", "+OK 3 messages (77 octets)\r\n1 " + id(1) + "\r\n2 " + id(2) + "\r\n3 " + id(3) +
                   "\r\n.\r\n"},
      {"RETR 1", "+OK 39 octets\r\nSubject: one\r\n\r\nfirst\r\n..hidden\r\nthird\r\n.\r\n"},
      {"RETR 2", "+OK 20 octets\r\nSubject: two\r\n\r\n...\r\n.\r\n"},
      {"RETR 3", "+OK 18 octets\r\n" + k_three + ".\r\n"},
      {"RETR", "-ERR an argument is wanted\r\n"},
      {"RETR 99999999999999999999", "-ERR no such message\r\n"},
      {"TOP 1 0", "+OK top of message follows\r\nSubject: one\r\n\r\n.\r\n"},
      {"TOP 1 1", "+OK top of message follows\r\nSubject: one\r\n\r\nfirst\r\n.\r\n"},
      {"TOP 1 2", "+OK top of message follows\r\nSubject: one\r\n\r\nfirst\r\n..hidden\r\n.\r\n"},
      {"TOP 3 50", "+OK top of message follows\r\n" + k_three + ".\r\n"},
      {"TOP 1", "-ERR a message number and a number of lines are wanted\r\n"},
      {"TOP 9 1", "-ERR no such message\r\n"},
      {"DELE x", "-ERR a number is wanted\r\n"},
      {"DELE 9", "-ERR no such message\r\n"},
      {"STLS", "-ERR already signed in\r\n"},
      {"AUTH PLAIN", "-ERR already signed in\r\n"},
      {"UTF8", "-ERR already signed in\r\n"},
  };
  for (const auto& row : rows)
    EXPECT_EQ(ask(row.input + "\r\nQUIT\r\n"), row.answer + k_bye) << row.input;
  EXPECT_THAT(ask("CAPA\r\nQUIT\r\n"), HasSubstr("\r\nUSER\r\n"));  // RFC 2449, 3: in both states
}

TEST_F(Pop3Transaction, AnEmptyMaildropIsListed) {
  Dialogue empty;
  EXPECT_EQ(empty.ask_signed_in("STAT\r\nLIST\r\nUIDL\r\nRETR 1\r\nQUIT\r\n"),
            "+OK 0 0\r\n+OK 0 messages (0 octets)\r\n.\r\n+OK 0 messages (0 octets)\r\n.\r\n"
            "-ERR no such message\r\n" +
                k_bye);
}

TEST_F(Pop3Transaction, MarkedMessagesAreGoneFromListingsAndKeepTheirNumbers) {
  EXPECT_EQ(ask("DELE 2\r\nDELE 2\r\nSTAT\r\nLIST\r\nLIST 2\r\nUIDL 2\r\nRETR 2\r\nTOP 2 1\r\n"
                "RETR 3\r\nRSET\r\nSTAT\r\nQUIT\r\n"),
            "+OK marked as deleted\r\n-ERR the message is marked as deleted\r\n+OK 2 57\r\n"
            "+OK 2 messages (57 octets)\r\n1 39\r\n3 18\r\n.\r\n"
            "-ERR the message is marked as deleted\r\n-ERR the message is marked as deleted\r\n"
            "-ERR the message is marked as deleted\r\n-ERR the message is marked as deleted\r\n"
            "+OK 18 octets\r\n" +
                k_three + ".\r\n+OK nothing is marked any more\r\n+OK 3 77\r\n" + k_bye);
  EXPECT_THAT(dialogue_.uids(), ElementsAre(1, 2, 3));
}

TEST_F(Pop3Transaction, QuitRemovesWhatIsMarked) {
  EXPECT_EQ(ask("DELE 1\r\nDELE 3\r\nQUIT\r\n"),
            "+OK marked as deleted\r\n+OK marked as deleted\r\n"
            "+OK goodbye, 2 messages removed\r\n");
  EXPECT_THAT(dialogue_.uids(), ElementsAre(2));
  EXPECT_EQ(dialogue_.events.count("pop3.messages.removed"), 1U);
  // Unique-ids stay, numbers move up.
  EXPECT_EQ(ask("UIDL 1\r\nQUIT\r\n"), "+OK 1 " + id(2) + "\r\n" + k_bye);
}

TEST_F(Pop3Transaction, RemovalIsOneCommit) {
  const auto before = dialogue_.account().view().highest_modseq();
  ask("DELE 1\r\nDELE 2\r\nDELE 3\r\nQUIT\r\n");
  EXPECT_EQ(dialogue_.account().view().highest_modseq(), before + 1);
  EXPECT_THAT(dialogue_.uids(), IsEmpty());
}

TEST_F(Pop3Transaction, WhatEndsWithoutQuitRemovesNothing) {
  dialogue_.settings.pop3.idle_timeout = std::chrono::seconds(1);
  ask("DELE 1\r\n");  // and then nothing: the time limit
  dialogue_.settings.pop3.max_bad_commands = 1;
  ask("DELE 1\r\nX\r\nX\r\n");
  dialogue_.on_answer = [&](const std::string& answers) {
    if (answers.ends_with("deleted\r\n")) dialogue_.sessions.end({}, "the server ends");
  };
  EXPECT_THAT(ask("DELE 1\r\n"), EndsWith("-ERR [SYS/TEMP] the server ends\r\n"));
  EXPECT_THAT(dialogue_.uids(), ElementsAre(1, 2, 3));
}

TEST_F(Pop3Transaction, FlagsStayAsTheyAre) {
  store::FlagChange change;
  change.flags = store::k_flagged | store::k_deleted;
  ASSERT_TRUE(dialogue_.wait(dialogue_.account().change_flags(store::k_inbox, {2}, change)));
  const auto before = dialogue_.account().view().highest_modseq();
  // What an IMAP client marked is there until it expunges.
  EXPECT_THAT(ask("STAT\r\nRETR 1\r\nRETR 2\r\nTOP 3 1\r\nQUIT\r\n"), StartsWith("+OK 3 77\r\n"));
  EXPECT_EQ(dialogue_.flags_of(1), 0);
  EXPECT_EQ(dialogue_.flags_of(2), store::k_flagged | store::k_deleted);
  EXPECT_EQ(dialogue_.account().view().highest_modseq(), before);
}

TEST_F(Pop3Transaction, AnEndIsHeardBetweenTheCommandsOfAPipeline) {
  std::string input = "USER anna\r\nPASS secret\r\nDELE 1\r\n";
  for (int i = 0; i < 600; ++i) input += "RETR 1\r\nRETR 2\r\n";
  dialogue_.on_answer = [&](const std::string& answers) {
    if (answers.contains("octets")) dialogue_.sessions.end({}, "the account is disabled");
  };
  const auto answers = dialogue_.say({input + "QUIT\r\n"});
  EXPECT_TRUE(answers.ends_with("-ERR [SYS/TEMP] the account is disabled\r\n"));
  EXPECT_THAT(dialogue_.uids(), ElementsAre(1, 2, 3));
}

// --- beside other sessions -------------------------------------------------------------------

TEST_F(Pop3Transaction, TheMaildropStaysAsItWasAtSignIn) {
  bool changed = false;
  dialogue_.on_answer = [&](const std::string& answers) {
    if (changed || !answers.ends_with("+OK 3 77\r\n")) return;
    changed = true;
    ASSERT_TRUE(dialogue_.wait(dialogue_.account().remove(store::k_inbox, {1})));
    dialogue_.fill({"Subject: four\r\n\r\n"});
  };
  const auto answers = dialogue_.say({"USER anna\r\nPASS secret\r\nSTAT\r\n",
                                      "STAT\r\nRETR 1\r\nRETR 4\r\nDELE 1\r\nDELE 2\r\nQUIT\r\n"});
  EXPECT_TRUE(changed);
  EXPECT_THAT(answers, HasSubstr("+OK 3 77\r\n+OK 3 77\r\n+OK 39 octets\r\nSubject: one\r\n"));
  // Message 1 is gone already, as the client wants it.
  EXPECT_THAT(answers, EndsWith("-ERR no such message\r\n+OK marked as deleted\r\n"
                                "+OK marked as deleted\r\n+OK goodbye, 2 messages removed\r\n"));
  EXPECT_THAT(dialogue_.uids(), ElementsAre(3, 4));
}

TEST_F(Pop3Transaction, QuitRemovesWhatItsClientSawAndNothingThatCameLater) {
  dialogue_.on_answer = [&, done = false](const std::string& answers) mutable {
    if (done || !answers.ends_with("+OK 3 77\r\n")) return;
    done = true;
    dialogue_.fill({"Subject: four\r\n\r\n"});
  };
  dialogue_.say({"USER anna\r\nPASS secret\r\nSTAT\r\n", "DELE 1\r\nDELE 2\r\nDELE 3\r\nQUIT\r\n"});
  EXPECT_THAT(dialogue_.uids(), ElementsAre(4));
}

// --- faults ----------------------------------------------------------------------------------

TEST_F(Pop3Transaction, QuitSaysWhenTheDiskFails) {
  dialogue_.account();
  bool fails = false;
  dialogue_.files.decide_by([&](const io::OperationInfo& info) {
    return fails && info.kind == io::Operation::sync ? 5 : 0;
  });
  dialogue_.on_answer = [&](const std::string& answers) { fails = answers.contains("+OK 3 77"); };
  const auto answers =
      dialogue_.say({"USER anna\r\nPASS secret\r\nSTAT\r\n", "DELE 1\r\n", "QUIT\r\n"});
  EXPECT_THAT(answers, EndsWith("-ERR [SYS/TEMP] the server cannot reach its storage\r\n"));
  EXPECT_EQ(dialogue_.events.count("pop3.update.failed"), 1U);
  dialogue_.files.decide_by({});
  EXPECT_EQ(dialogue_.uids().size(), 3U);
}

TEST_F(Pop3Transaction, AMessageThatCannotBeReadIsRefusedAndTheOthersGoOn) {
  bool fails = false;
  dialogue_.files.decide_by([&](const io::OperationInfo& info) {
    return fails && info.kind == io::Operation::read ? 5 : 0;
  });
  dialogue_.on_answer = [&](const std::string& answers) {
    fails = answers.ends_with("signed in, 3 messages\r\n");
  };
  const auto answers =
      dialogue_.say({"USER anna\r\nPASS secret\r\n", "RETR 1\r\n", "RETR 2\r\nQUIT\r\n"});
  dialogue_.files.decide_by({});  // the store is closed after `fails` is gone
  EXPECT_THAT(answers, HasSubstr("-ERR [SYS/TEMP] the server cannot reach its storage\r\n"));
  EXPECT_THAT(answers, EndsWith("+OK 20 octets\r\nSubject: two\r\n\r\n...\r\n.\r\n" + k_bye));
}

TEST_F(Pop3Transaction, FailsAtEveryOperationAndRemovesAllOrNothing) {
  bool reached = true;
  std::size_t removed = 0;
  for (std::size_t n = 1; reached && n < 100; ++n) {
    Dialogue dialogue;
    dialogue.implicit_tls = false;
    dialogue.fill({k_one, k_two, k_three});
    dialogue.server_end.fail_at = std::make_shared<net::FailAt>();
    dialogue.server_end.fail_at->operation = n;
    const auto answers = dialogue.say({"STLS\r\n", "USER anna\r\n", "PASS secret\r\n", "RETR 1\r\n",
                                       "DELE 1\r\nDELE 2\r\n", "QUIT\r\n"});
    const auto left = dialogue.uids();
    if (answers.contains("2 messages removed")) EXPECT_THAT(left, ElementsAre(3)) << n;
    if (left.size() != 3) EXPECT_THAT(left, ElementsAre(3)) << n;
    removed += left.size() == 1 ? 1 : 0;
    reached = dialogue.server_end.fail_at->reached();
  }
  EXPECT_FALSE(reached);
  EXPECT_GE(removed, 1U);
}

// --- large ones ------------------------------------------------------------------------------

std::string large_message(std::size_t size) {
  std::string raw = "Subject: large\r\n\r\n";
  for (std::size_t line = 0; raw.size() < size; ++line)
    raw += (line % 7 == 0 ? "." : "") + std::to_string(line) + " of a long text\r\n";
  return raw;
}

std::string as_sent(const std::string& raw) {
  std::string out;
  for (std::size_t at = 0; at < raw.size();) {
    const auto end = raw.find("\r\n", at) + 2;
    if (raw[at] == '.') out.push_back('.');
    out.append(raw, at, end - at);
    at = end;
  }
  return out + ".\r\n";
}

TEST_F(Pop3Transaction, ALargeMessageComesWholeAndItsTopAlone) {
  const auto raw = large_message(3'000'000);
  dialogue_.fill({raw});
  const auto answer = ask("RETR 4\r\nQUIT\r\n");
  // Too long to be shown when they differ.
  EXPECT_TRUE(answer == "+OK " + std::to_string(raw.size()) + " octets\r\n" + as_sent(raw) + k_bye);
  const auto top = ask("TOP 4 40000\r\nQUIT\r\n");
  const auto body = raw.substr(raw.find("\r\n\r\n") + 4);
  std::size_t end = 0;
  for (int line = 0; line < 40'000; ++line) end = body.find("\r\n", end) + 2;
  const auto expected = as_sent("Subject: large\r\n\r\n" + body.substr(0, end));
  EXPECT_TRUE(top == "+OK top of message follows\r\n" + expected + k_bye);
}

// What is read ahead is what is asked for, in whatever order, and marked ones are passed over.
TEST_F(Pop3Transaction, FetchingOneAfterTheOtherGivesEachItsOwn) {
  std::vector<std::string> raw{k_one, k_two, k_three};
  for (int i = 4; i <= 120; ++i) {
    const std::size_t size = i % 10 == 0 ? 70'000 : i * 50;  // some are too large for it
    raw.push_back("Subject: " + std::to_string(i) + "\r\n\r\n" + std::string(size, 'x') + "\r\n");
  }
  dialogue_.fill({raw.begin() + 3, raw.end()});
  std::vector<std::size_t> order;
  for (std::size_t i = 1; i <= 120; ++i) order.push_back(i);
  for (const auto i : {5, 6, 9, 8, 9, 120, 1, 2, 3, 119, 120}) order.push_back(i);
  for (std::size_t i = 1; i <= 120; i += 3) order.push_back(i);
  std::vector<std::string> parts{"USER anna\r\n", "PASS secret\r\n", "DELE 50\r\n"};
  std::string expected = "+OK marked as deleted\r\n";
  for (const auto number : order) {
    parts.push_back("RETR " + std::to_string(number) + "\r\n");
    const auto& message = raw[number - 1];
    if (number == 50)
      expected += "-ERR the message is marked as deleted\r\n";
    else
      expected += "+OK " + std::to_string(message.size()) + " octets\r\n" + as_sent(message);
  }
  parts.emplace_back("RSET\r\nQUIT\r\n");
  expected += "+OK nothing is marked any more\r\n" + k_bye;
  const auto answers = dialogue_.say(parts);
  EXPECT_TRUE(answers.ends_with(expected));  // too long to be shown
}

TEST_F(Pop3Transaction, APipelineIsAnsweredInOrder) {
  std::string input;
  std::string expected;
  const std::string answers[] = {"+OK 39 octets\r\n" + as_sent(k_one),
                                 "+OK 20 octets\r\n" + as_sent(k_two),
                                 "+OK 18 octets\r\n" + as_sent(k_three)};
  for (int i = 0; i < 3'000; ++i) {
    input += "RETR " + std::to_string(i % 3 + 1) + "\r\n";
    expected += answers[i % 3];
  }
  expected += "+OK nothing done\r\n" + k_bye;
  EXPECT_TRUE(ask(input + "NOOP\r\nQUIT\r\n") == expected);  // too long to be shown
}

}  // namespace
}  // namespace kontor::pop3
