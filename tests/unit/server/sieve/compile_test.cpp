// SPDX-License-Identifier: GPL-3.0-or-later
#include <gtest/gtest.h>

#include "server/sieve/extensions.hpp"
#include "tests/unit/server/sieve/sieve_world.hpp"

namespace kontor::sieve {
namespace {

TEST(SieveCompile, TakesTheExamplesOfTheStandard) {
  // RFC 5228, 9
  EXPECT_EQ(
      mistake(
          "require [\"fileinto\"];\r\n"
          "# Handle messages from known mailing lists\r\n"
          "if header :is \"Sender\" \"owner-ietf-mta-filters@imc.org\"\r\n"
          "        {\r\n        fileinto \"filter\";  # move to \"filter\" mailbox\r\n        }\r\n"
          "elsif address :DOMAIN :is [\"From\", \"To\"] \"example.com\"\r\n"
          "        {\r\n        keep;               # keep in \"In\" mailbox\r\n        }\r\n"
          "elsif anyof (NOT address :all :contains\r\n"
          "               [\"To\", \"Cc\", \"Bcc\"] \"me@example.com\",\r\n"
          "             header :matches \"subject\"\r\n"
          "               [\"*make*money*fast*\", \"*university*dipl*mas*\"])\r\n"
          "        {\r\n        fileinto \"spam\";   /* move to \"spam\" mailbox */\r\n        "
          "}\r\n"
          "else\r\n        {\r\n        fileinto \"personal\";\r\n        }\r\n"),
      "");
  EXPECT_EQ(mistake("require \"vacation\";\nvacation :days 23 :addresses [\"tjs@example.edu\",\n"
                    "\"ts4z@landru.example.edu\"]\n\"I'm away until October 19.\";"),
            "");
  EXPECT_EQ(mistake("require \"reject\"; reject text: # why\r\nYour message\r\n..dot\r\n.\r\n;"),
            "");
  EXPECT_EQ(mistake("if size :over 100K { discard; }"), "");
  EXPECT_EQ(mistake(""), "");
}

TEST(SieveCompile, SaysWhereTheMistakeIs) {
  EXPECT_EQ(mistake("keep;\n  foo;"), "line 2, column 3: there is no command \"foo\"");
  EXPECT_EQ(mistake("keep;\n  foo;", "ru"), "строка 2, столбец 3: нет команды «foo»");
  EXPECT_EQ(mistake("# Привет\nif header \"a\" \"ы\" { nothing; }"),
            "line 2, column 21: there is no command \"nothing\"");
  EXPECT_EQ(mistake("fileinto \"x\";"),
            "line 1, column 1: write require \"fileinto\"; at the start of the script to use this");
  EXPECT_EQ(mistake("keep;\nrequire \"fileinto\";"),
            "line 2, column 1: require stands at the start of a script only");
  EXPECT_EQ(mistake("require \"regex\";"),
            "line 1, column 9: the extension \"regex\" is not known here");
  EXPECT_EQ(mistake("keep"), "line 1, column 5: ; is expected here");
  EXPECT_EQ(mistake("if true { keep;"), "line 1, column 16: } is expected here");
  EXPECT_EQ(mistake("redirect \"a@b"), "line 1, column 10: this string is never closed");
  EXPECT_EQ(mistake("keep; /* never"), "line 1, column 7: this comment is never closed");
}

struct Wrong {
  std::string_view script, word;
};
class WrongScripts : public testing::TestWithParam<Wrong> {};
TEST_P(WrongScripts, AreRefused) {
  const auto text = mistake(GetParam().script);
  EXPECT_NE(text.find(GetParam().word), std::string::npos) << GetParam().script << ": " << text;
  EXPECT_FALSE(mistake(GetParam().script, "ru").empty());
}
INSTANTIATE_TEST_SUITE_P(
    SieveCompile,
    WrongScripts,
    testing::Values(
        Wrong{"else { keep; }", "does not follow"},
        Wrong{"if true { } keep; elsif true { }", "does not follow"},
        Wrong{"if true {} else {} else {}", "does not follow"},
        Wrong{"if { keep; }", "needs a test"},
        Wrong{"if true;", "needs a block"},
        Wrong{"keep { }", "takes no block"},
        Wrong{"keep true;", "takes no such tests"},
        Wrong{"if allof true { }", "needs a test"},
        Wrong{"if not (true, false) { }", "needs a test"},
        Wrong{"keep \"x\";", "takes no such argument"},
        Wrong{"redirect;", "needs more arguments"},
        Wrong{"redirect 3;", "is wanted"},
        Wrong{"redirect [\"a@b\"];", "is wanted"},
        Wrong{"if size 3 { }", "needs more arguments"},
        Wrong{"if size :over :under 3 { }", "does not go with"},
        Wrong{"if header :is :contains \"a\" \"b\" { }", "does not go with"},
        Wrong{"if header :is :is \"a\" \"b\" { }", "twice"},
        Wrong{"if header :foo \"a\" \"b\" { }", "not known"},
        Wrong{"if header \"a\" :is \"b\" { }", "no such argument"},
        Wrong{"if header :comparator \"i;foo\" \"a\" \"b\" { }", "comparator \"i;foo\""},
        Wrong{"if header :comparator \"i;ascii-numeric\" \"a\" \"b\" { }", "require"},
        Wrong{"require \"comparator-i;ascii-numeric\"; if header :contains :comparator "
              "\"i;ascii-numeric\" \"a\" \"b\" { }",
              "cannot"},
        Wrong{"require \"relational\"; if header :count \"xx\" \"a\" \"b\" { }", "gt, ge"},
        Wrong{"if header :count \"eq\" \"a\" \"b\" { }", "require \"relational\""},
        Wrong{"if header \"a b\" \"b\" { }", "no value"},
        Wrong{"require \"envelope\"; if envelope \"via\" \"b\" { }", "no value"},
        Wrong{"require \"date\"; if currentdate \"week\" \"b\" { }", "no value"},
        Wrong{"require \"date\"; if currentdate :zone \"MSK\" \"hour\" \"b\" { }", "no value"},
        Wrong{"require \"variables\"; set \"1x\" \"b\";", "no value"},
        Wrong{"require [\"vacation-seconds\"]; vacation :days 1 :seconds 2 \"x\";",
              "does not go with"},
        Wrong{"require \"encoded-character\"; redirect \"${unicode:D800}\";", "no character"},
        Wrong{"keep; }", "expected"},
        Wrong{"if anyof () { }", "expected"},
        Wrong{"redirect [];", "expected"},
        Wrong{"redirect \"a\"\x01;", "no meaning"},
        Wrong{"if size :over 99999999999999999999G { }", "no number"},
        Wrong{"redirect \"\xff\";", "UTF-8"},
        Wrong{"redirect text:\nfoo\n", "dot"}));

TEST(SieveCompile, LimitsSizeDepthAndNumber) {
  Limits limits;
  limits.max_script = 20;
  EXPECT_FALSE(compile("keep; keep; keep; keep;", limits));
  std::string deep;
  for (int i = 0; i < 5'000; ++i) deep += "if not ";
  EXPECT_NE(mistake(deep).find("deeper"), std::string::npos);
  deep.clear();
  for (int i = 0; i < 5'000; ++i) deep += "if true {";
  EXPECT_NE(mistake(deep).find("deeper"), std::string::npos);
  std::string many;
  for (int i = 0; i < 5'000; ++i) many += "keep;";
  EXPECT_NE(mistake(many).find("more than 4096"), std::string::npos);
}

TEST(SieveCompile, IhaveOpensWhatItNames) {
  EXPECT_EQ(mistake("require \"ihave\";\n"
                    "if ihave \"fileinto\" { fileinto \"x\"; }\n"
                    "elsif ihave \"vnd.example.foo\" { foo :bar \"x\"; } else { keep; }"),
            "");
  // RFC 5463, 4: not without ihave
  EXPECT_NE(mistake("if false { foo; }"), "");
}

TEST(SieveCompile, AnnouncesEveryExtension) {
  const auto names = extension_names();
  for (const auto* name : {"fileinto",
                           "copy",
                           "envelope",
                           "imap4flags",
                           "vacation",
                           "vacation-seconds",
                           "relational",
                           "subaddress",
                           "variables",
                           "body",
                           "editheader",
                           "date",
                           "index",
                           "duplicate",
                           "mailbox",
                           "special-use",
                           "mailboxid",
                           "reject",
                           "ereject",
                           "ihave",
                           "include",
                           "environment",
                           "spamtest",
                           "spamtestplus",
                           "virustest",
                           "encoded-character",
                           "comparator-i;ascii-numeric",
                           "comparator-i;unicode-casemap"}) {
    EXPECT_NE((' ' + names + ' ').find(' ' + std::string(name) + ' '), std::string::npos) << name;
    EXPECT_EQ(mistake("require \"" + std::string(name) + "\";"), "");
  }
}

}  // namespace
}  // namespace kontor::sieve
