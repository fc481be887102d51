// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/sieve/run.hpp"

#include <gtest/gtest.h>

#include "tests/unit/server/sieve/sieve_world.hpp"

namespace kontor::sieve {
namespace {

using Names = std::vector<std::string>;

Names folders_of(const Verdict& verdict) {
  Names out;
  for (const auto& filing : verdict.filings) out.push_back(filing.folder);
  return out;
}

TEST(SieveRun, KeepsWhatNothingElseTakes) {
  const Ran ran;
  EXPECT_EQ(folders_of(ran.run("")), Names{"INBOX"});
  EXPECT_EQ(folders_of(ran.run("discard;")), Names{});
  EXPECT_EQ(folders_of(ran.run("discard; keep;")), Names{"INBOX"});
  EXPECT_EQ(folders_of(ran.run("require \"fileinto\"; fileinto \"Lists\";")), Names{"Lists"});
  EXPECT_EQ(
      folders_of(ran.run("require \"fileinto\"; fileinto \"Lists\"; fileinto \"Lists\"; keep;")),
      (Names{"Lists", "INBOX"}));
  EXPECT_EQ(folders_of(ran.run("require [\"fileinto\",\"copy\"]; fileinto :copy \"Lists\";")),
            (Names{"Lists", "INBOX"}));
  EXPECT_EQ(folders_of(ran.run("if true { stop; } discard;")), Names{"INBOX"});
  const auto sent = ran.run("redirect \"Bart <bart@example.org>\";");
  EXPECT_TRUE(sent.filings.empty());
  ASSERT_EQ(sent.redirections.size(), 1U);
  EXPECT_EQ(sent.redirections[0].address, "bart@example.org");
}

TEST(SieveRun, MistakesKeepTheMessage) {
  Ran ran;
  auto verdict =
      ran.run("require \"fileinto\"; fileinto \"Lists\"; fileinto \"Nowhere\"; discard;");
  EXPECT_EQ(folders_of(verdict), Names{"INBOX"});
  ASSERT_TRUE(verdict.problem);
  EXPECT_EQ(verdict.problem->text("en"), "line 1, column 39: there is no folder \"Nowhere\"");
  verdict = ran.run("require \"variables\"; redirect \"a@b.example\"; redirect \"${nobody}\";");
  EXPECT_TRUE(verdict.redirections.empty());
  EXPECT_TRUE(verdict.problem);
  ran.limits.max_redirects = 1;
  verdict =
      ran.run("redirect \"a@b.example\"; redirect \"A@b.example\"; redirect \"c@b.example\";");
  EXPECT_EQ(verdict.problem->what, Complaint::too_many_redirects);
  ran.limits.max_actions = 1;
  verdict = ran.run("require \"fileinto\"; fileinto \"Lists\"; fileinto \"Junk\";");
  EXPECT_EQ(verdict.problem->what, Complaint::too_many_actions);
  verdict = ran.run("require [\"reject\",\"fileinto\"]; fileinto \"Lists\"; reject \"no\";");
  EXPECT_EQ(verdict.problem->what, Complaint::reject_clash);
  EXPECT_FALSE(verdict.refusal);
}

TEST(SieveRun, EndsByItsSteps) {
  Ran ran;
  ran.limits.max_steps = 5'000;
  // Variables that double: 8 KB at most, and each costs.
  std::string script = "require \"variables\"; set \"a\" \"xxxxxxxxxxxxxxxx\";";
  for (int i = 0; i < 200; ++i) script += "set \"a\" \"${a}${a}\";";
  const auto verdict = ran.run(script);
  ASSERT_TRUE(verdict.problem);
  EXPECT_EQ(verdict.problem->what, Complaint::too_many_steps);
  EXPECT_EQ(folders_of(verdict), Names{"INBOX"});
}

TEST(SieveRun, TestsOfTheHeader) {
  const Ran ran;
  EXPECT_TRUE(ran.is("header :is \"x-caffeine\" \"c8h10n4o2\""));
  EXPECT_FALSE(ran.is("header :is \"x-caffeine\" \"\""));
  EXPECT_TRUE(ran.is("header :contains \"x-caffeine\" \"\""));
  EXPECT_FALSE(ran.is("header :contains \"x-none\" \"\""));
  EXPECT_TRUE(ran.is("header :matches \"Subject\" \"Привет *\""));
  EXPECT_TRUE(ran.is("header :contains :comparator \"i;unicode-casemap\" \"Subject\" \"ПРИВЕТ\"",
                     "\"comparator-i;unicode-casemap\""));
  EXPECT_TRUE(ran.is("exists [\"From\",\"Date\"]"));
  EXPECT_FALSE(ran.is("exists [\"From\",\"X-Fields\"]"));
  EXPECT_TRUE(ran.is("size :over 100"));
  EXPECT_FALSE(ran.is("size :under 100"));
  EXPECT_TRUE(ran.is("allof(true, not false, anyof(false, true))"));
  EXPECT_TRUE(ran.is("header :count \"eq\" [\"from\",\"to\"] \"2\"", "\"relational\""));
  EXPECT_TRUE(
      ran.is("header :index 1 :last \"received\" \"from a by b; Wed, 18 Nov 2026 23:30:00 -0200\"",
             "\"index\""));
}

TEST(SieveRun, TestsOfAddresses) {
  const Ran ran;
  EXPECT_TRUE(ran.is("address :is \"to\" \"roadrunner@acme.example.com\""));
  EXPECT_TRUE(ran.is("address :domain \"from\" \"desert.example.org\""));
  EXPECT_TRUE(ran.is("address :localpart \"to\" \"b\""));  // in the group
  EXPECT_TRUE(ran.is("address :count \"eq\" :comparator \"i;ascii-numeric\" \"to\" \"3\"",
                     "\"relational\",\"comparator-i;ascii-numeric\""));
  EXPECT_TRUE(ran.is("address :user \"from\" \"coyote\"", "\"subaddress\""));
  EXPECT_TRUE(ran.is("address :detail \"from\" \"plans\"", "\"subaddress\""));
  EXPECT_FALSE(ran.is("address :detail \"to\" \"\"", "\"subaddress\""));
  EXPECT_TRUE(ran.is("envelope :is \"from\" \"coyote@desert.example.org\"", "\"envelope\""));
  EXPECT_TRUE(ran.is("envelope :detail \"to\" \"wile\"", "\"envelope\",\"subaddress\""));
  Ran bounce;
  bounce.subject.from.clear();
  EXPECT_TRUE(bounce.is("envelope :domain \"from\" \"\"", "\"envelope\""));
}

TEST(SieveRun, TestsOfTheBody) {
  const Ran ran;
  EXPECT_TRUE(ran.is("body :contains \"make money fast\"", "\"body\""));
  EXPECT_FALSE(ran.is("body :raw :contains \"make money fast\"", "\"body\""));
  EXPECT_TRUE(ran.is("body :raw :contains \"<b>money</b>\"", "\"body\""));
  EXPECT_TRUE(ran.is("body :content \"application/x\" :is \"hidden\"", "\"body\""));
  EXPECT_TRUE(ran.is("body :content \"\" :contains \"hidden\"", "\"body\""));
  EXPECT_FALSE(ran.is("body :content \"text\" :contains \"hidden\"", "\"body\""));
  EXPECT_FALSE(ran.is("body :content \"text/plain\" :contains \"money\"", "\"body\""));
}

TEST(SieveRun, TestsOfDates) {
  const Ran ran;
  EXPECT_TRUE(ran.is("date :originalzone \"date\" \"std11\" \"Tue, 1 Apr 1997 09:06:31 -0800\"",
                     "\"date\""));
  EXPECT_TRUE(ran.is("date :zone \"+0000\" \"date\" \"iso8601\" \"1997-04-01T17:06:31+00:00\"",
                     "\"date\""));
  EXPECT_TRUE(ran.is("date :zone \"+0300\" \"received\" \"date\" \"2026-11-19\"", "\"date\""));
  EXPECT_TRUE(ran.is("date :originalzone \"received\" \"zone\" \"-0200\"", "\"date\""));
  EXPECT_TRUE(ran.is("date :originalzone \"received\" \"weekday\" \"3\"", "\"date\""));
  EXPECT_TRUE(ran.is("date :originalzone \"date\" \"julian\" \"50539\"", "\"date\""));
  EXPECT_TRUE(
      ran.is("currentdate :value \"ge\" \"date\" \"2026-11-01\"", "\"date\",\"relational\""));
  EXPECT_TRUE(ran.is("currentdate :zone \"+0530\" \"zone\" \"+0530\"", "\"date\""));
  EXPECT_FALSE(ran.is("date \"subject\" \"year\" \"1997\"", "\"date\""));
}

TEST(SieveRun, Variables) {
  const Ran ran;
  // RFC 5229, 3 and 4
  auto verdict = ran.run(
      "require [\"variables\",\"fileinto\"];\n"
      "if header :matches \"List-Id\" \"*<*.lists.example>\" { set :upperfirst :lower \"x\" "
      "\"LISTS\";\n"
      "fileinto \"${X}${unset}${9}\"; }");
  EXPECT_EQ(folders_of(verdict), Names{"Lists"});
  EXPECT_TRUE(ran.is("string :is \"${1x} $ ${} ${a.b}\" \"${1x} $ ${} ${a.b}\"", "\"variables\""));
  verdict = ran.run(
      "require [\"variables\",\"imap4flags\"]; set :length \"l\" \"Привет\";"
      "set :quotewildcard \"q\" \"a*?\\\\\"; setflag \"F\" [\"a b\",\"A\"];"
      "addflag [\"\\\\Seen\", \"n${l}\"]; if allof(hasflag :is \"f\" \"B\", string :is \"${q}\" "
      "\"a\\\\*\\\\?\\\\\\\\\") { keep; }");
  ASSERT_EQ(verdict.filings.size(), 1U);
  EXPECT_EQ(verdict.filings[0].flags, (Names{"\\Seen", "n6"}));
  EXPECT_TRUE(ran.is("header :is \"subject\" \"${unicode:41f}\"", "\"encoded-character\"") ==
              false);
  EXPECT_TRUE(ran.is("header :contains \"subject\" \"${unicode:41f 0440}${hex:d0 b8}\"",
                     "\"encoded-character\""));
}

TEST(SieveRun, Flags) {
  const Ran ran;
  const auto verdict = ran.run(
      "require [\"imap4flags\",\"fileinto\"];\n"
      "setflag \"\\\\Deleted\"; addflag [\"$A $B\"]; removeflag \"\\\\deleted\";\n"
      "fileinto :flags \"\\\\Flagged\" \"Lists\"; keep;");
  ASSERT_EQ(verdict.filings.size(), 2U);
  EXPECT_EQ(verdict.filings[0].flags, Names{"\\Flagged"});
  EXPECT_EQ(verdict.filings[1].flags, (Names{"$A", "$B"}));
}

TEST(SieveRun, EditedHeaders) {
  const Ran ran;
  const auto verdict = ran.run(
      "require [\"editheader\",\"fileinto\",\"copy\"]; fileinto :copy \"Lists\";\n"
      "addheader \"X-Mark\" \"да\"; addheader :last \"X-Last\" \"b\"; deleteheader "
      "\"X-Caffeine\";\n"
      "deleteheader \"Received\"; if not header :is \"x-mark\" \"да\" { discard; }");
  ASSERT_EQ(verdict.filings.size(), 2U);
  EXPECT_EQ(*verdict.filings[0].message, k_message);
  const auto& changed = *verdict.filings[1].message;
  EXPECT_TRUE(changed.starts_with("X-Mark: =?utf-8?")) << changed.substr(0, 60);
  EXPECT_NE(changed.find("boundary=b\r\nX-Last: b\r\n\r\n--b"), std::string::npos);
  EXPECT_EQ(changed.find("Caffeine"), std::string::npos);
  EXPECT_NE(changed.find("Received: from a"), std::string::npos);
}

TEST(SieveRun, AnswersAndRefusals) {
  const Ran ran;
  auto verdict = ran.run(
      "require [\"vacation\"]; vacation :days 3 :subject \"Away\" :addresses "
      "[\"x@y.example\"] :handle \"h\" \"Gone\";");
  ASSERT_TRUE(verdict.vacation);
  EXPECT_EQ(verdict.vacation->period, std::chrono::days(3));
  EXPECT_EQ(verdict.vacation->subject, "Away");
  EXPECT_EQ(folders_of(verdict), Names{"INBOX"});
  verdict = ran.run("require \"vacation\"; vacation \"a\"; vacation \"b\";");
  EXPECT_EQ(verdict.problem->what, Complaint::vacation_twice);
  verdict = ran.run("require \"ereject\"; ereject \"Not here\";");
  ASSERT_TRUE(verdict.refusal);
  EXPECT_TRUE(verdict.refusal->is_ereject);
  EXPECT_TRUE(verdict.filings.empty());
}

TEST(SieveRun, FoldersByUseAndId) {
  const Ran ran;
  auto verdict = ran.run(
      "require [\"fileinto\",\"special-use\",\"mailbox\"]; fileinto :specialuse \"\\\\Junk\" "
      "\"Spam\";");
  EXPECT_EQ(folders_of(verdict), Names{"Junk"});
  verdict = ran.run(
      "require [\"fileinto\",\"special-use\",\"mailbox\"]; fileinto :specialuse \"\\\\Archive\" "
      ":create \"Old\";");
  EXPECT_EQ(folders_of(verdict), Names{"Old"});
  EXPECT_TRUE(verdict.filings[0].may_create);
  EXPECT_EQ(verdict.filings[0].special_use, "\\Archive");
  verdict = ran.run("require [\"fileinto\",\"mailboxid\"]; fileinto :mailboxid \"F1\" \"Gone\";");
  EXPECT_EQ(folders_of(verdict), Names{"Lists"});
  EXPECT_TRUE(ran.is("mailboxexists [\"inbox\",\"Lists/x\"]", "\"mailbox\""));
  EXPECT_FALSE(ran.is("mailboxexists [\"INBOX\",\"None\"]", "\"mailbox\""));
  EXPECT_TRUE(ran.is("specialuse_exists \"\\\\Junk\"", "\"special-use\""));
  EXPECT_FALSE(ran.is("specialuse_exists \"INBOX\" \"\\\\Junk\"", "\"special-use\""));
  EXPECT_TRUE(ran.is("mailboxidexists \"F1\"", "\"mailboxid\""));
}

TEST(SieveRun, Duplicates) {
  Ran ran;
  const std::string_view script = "require \"duplicate\"; if duplicate :seconds 60 { discard; }";
  auto verdict = ran.run(script);
  EXPECT_EQ(folders_of(verdict), Names{"INBOX"});
  ASSERT_EQ(verdict.notes.size(), 1U);
  EXPECT_EQ(verdict.notes[0].period, std::chrono::seconds(60));
  ran.world.known.insert(verdict.notes[0].key);
  verdict = ran.run(script);
  EXPECT_EQ(folders_of(verdict), Names{});
  EXPECT_TRUE(verdict.notes.empty());
}

TEST(SieveRun, IncludedScripts) {
  Ran ran;
  ran.world.scripts["a"] =
      "require [\"include\",\"variables\",\"fileinto\"]; global \"where\"; set \"where\" "
      "\"Lists\"; set \"own\" \"Junk\"; return; discard;";
  ran.world.scripts["circle"] = "require \"include\"; include \"circle\";";
  ran.world.scripts["stops"] = "discard; stop;";
  auto verdict = ran.run(
      "require [\"include\",\"variables\",\"fileinto\"]; include \"a\"; fileinto "
      "\"${global.where}${own}\";");
  EXPECT_EQ(folders_of(verdict), Names{"Lists"});
  EXPECT_EQ(ran.run("require \"include\"; include \"circle\";").filings.size(), 1U);
  EXPECT_TRUE(ran.run("require \"include\"; include \"circle\";").problem);
  EXPECT_EQ(folders_of(ran.run("require \"include\"; include \"stops\"; keep;")), Names{});
  EXPECT_TRUE(ran.run("require \"include\"; include \"none\";").problem);
  EXPECT_FALSE(ran.run("require \"include\"; include :optional \"none\";").problem);
}

TEST(SieveRun, MarksAndEnvironment) {
  Ran ran;
  EXPECT_TRUE(ran.is("spamtest :value \"eq\" :comparator \"i;ascii-numeric\" \"0\"",
                     "\"spamtest\",\"relational\",\"comparator-i;ascii-numeric\""));
  ran.subject.marks.spam_percent = 100;
  ran.subject.marks.virus = 5;
  EXPECT_TRUE(ran.is("spamtest \"10\"", "\"spamtest\""));
  EXPECT_TRUE(ran.is("spamtest :percent \"100\"", "\"spamtestplus\""));
  EXPECT_TRUE(ran.is("virustest \"5\"", "\"virustest\""));
  EXPECT_TRUE(ran.is("environment \"location\" \"MDA\"", "\"environment\""));
  EXPECT_FALSE(ran.is("environment :contains \"remote-host\" \"\"", "\"environment\""));
}

TEST(SieveRun, IhavePutsMistakesOff) {
  const Ran ran;
  EXPECT_EQ(folders_of(ran.run("require [\"ihave\",\"fileinto\"]; if ihave \"vnd.none\" { none; } "
                               "else { fileinto \"Lists\"; }")),
            Names{"Lists"});
  const auto verdict = ran.run("require \"ihave\"; discard; none;");
  EXPECT_EQ(folders_of(verdict), Names{"INBOX"});
  EXPECT_EQ(verdict.problem->what, Complaint::unknown_command);
  EXPECT_EQ(ran.run("require \"ihave\"; error \"oops\";").problem->text("en"),
            "line 1, column 18: the script says: oops");
}

}  // namespace
}  // namespace kontor::sieve
