// SPDX-License-Identifier: GPL-3.0-or-later
#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>

#include <boost/asio/io_context.hpp>

#include "base/core/text.hpp"
#include "base/io/memory_disk.hpp"
#include "base/log/recording_sink.hpp"
#include "base/mime/header.hpp"
#include "server/rules/fingerprint_keeper.hpp"
#include "server/rules/keeper.hpp"
#include "server/rules/moment.hpp"
#include "server/rules/numbers.hpp"
#include "server/rules/rule_text.hpp"
#include "server/rules/rule_words.hpp"
#include "server/rules/run.hpp"
#include "server/rules/score.hpp"
#include "server/rules/template.hpp"
#include "tests/support/run_task.hpp"
#include "tests/unit/directory/model/people.hpp"

namespace kontor::rules {
namespace {

using directory::test_group;
using directory::test_id;
using directory::test_person;

const UtcSeconds k_now = parse_utc("2026-11-23T12:00:00Z").value();

constexpr std::string_view k_message =
    "From: Anna <anna@example.test>\r\nTo: boris@example.test\r\nSubject: Contract\r\n"
    "X-Class: open\r\n\r\nThe secret plan, Тайный план.\r\n";

struct Bench {
  Bench() {
    auto anna = test_person(1, "anna");
    anna.dn = "uid=anna,OU=Sales,OU=Staff,DC=example,DC=test";
    anna.title = "Head & Chief";
    auto boris = test_person(2, "boris");
    boris.dn = "uid=boris,OU=Works,DC=example,DC=test";
    auto sales = test_group(10, "sales", {test_id(1)});
    auto all = test_group(11, "all", {test_id(10), test_id(2)});
    copy = std::make_shared<directory::DirectoryCopy>(
        std::vector<directory::Principal>{anna, boris, sales, all}, 1);
    mail.sender = "anna@example.test";
    mail.trace = "T1";
    mail.is_ours = mail.is_authenticated = true;
    mail.person = mail.author = copy->find(test_id(1));
    mail.recipients = {{"boris@example.test", true, {copy->find(test_id(2))}},
                       {"eva@far.test", false, {}}};
    mail.message = k_message;
  }

  Outcome run(std::string_view rules, bool is_rehearsal = false) {
    const auto parsed = parse_rules(rules);
    if (!parsed) {
      ADD_FAILURE() << parsed.error().text() << '\n' << rules;
      return {};
    }
    const auto ready = Ruleset::make(*parsed);
    if (!ready) {
      ADD_FAILURE() << ready.error().text();
      return {};
    }
    Sources sources;
    sources.copy = copy.get();
    sources.likeness = [this](std::string_view text) { return documents.in(text); };
    RunOptions options;
    options.now = k_now;
    options.server_name = "mail.example.test";
    options.junk_field = "X-Kontor-Junk";
    options.is_rehearsal = is_rehearsal;
    return rules::run(**ready, mail, files, sources, options);
  }

  // The recipients for whom a rule with this condition holds: "01".
  std::string holds(std::string_view condition) {
    const auto outcome = run(R"({"name": "r", "when": [)" + std::string(condition) +
                             R"(], "do": [{"do": "delete"}]})");
    std::string out;
    for (std::size_t i = 0; i < outcome.fates.size(); ++i)
      if (outcome.fates[i] == Fate::dropped) out += std::to_string(i);
    return out;
  }

  std::shared_ptr<const directory::DirectoryCopy> copy;
  Mail mail;
  std::vector<FileText> files;
  FingerprintSet documents;
};

TEST(Rules, ConditionsOfTheMessage) {
  Bench bench;
  const std::vector<std::pair<std::string, std::string>> rows{
      {R"({"about": "subject", "is": "contract"})", "01"},
      {R"({"about": "subject", "is": "contr"})", ""},
      {R"({"about": "subject", "is": "contr", "not": true})", "01"},
      {R"({"about": "subject", "begins": ["x", "CON"]})", "01"},
      {R"({"about": "subject", "ends": "ACT"})", "01"},
      {R"({"about": "subject", "matches": "^c.*t$"})", "01"},
      {R"({"about": "body", "contains": "тайный"})", "01"},
      {R"({"about": "body", "contains": "contract"})", ""},
      {R"({"about": "text", "contains": "contract"})", "01"},
      {R"({"about": "words", "is": ["secret", "план", "none"], "at_least": 2})", "01"},
      {R"({"about": "words", "is": ["secret", "plans", "none"], "at_least": 2})", ""},
      {R"({"about": "words", "is": "secret plan"})", "01"},
      {R"({"about": "header", "header": "x-class"})", "01"},
      {R"({"about": "header", "header": "X-Class", "is": "OPEN"})", "01"},
      {R"({"about": "header", "header": "X-None"})", ""},
      {R"({"about": "size", "over": 10})", "01"},
      {R"({"about": "size", "over": "1M"})", ""},
      {R"({"about": "size", "over": 10, "under": 20})", ""},
      {R"({"about": "recipients", "over": 1})", "01"},
      {R"({"about": "attachment"})", ""},
      {R"({"about": "sender", "ends": "@example.test"})", "01"},
      {R"({"about": "sender", "is": "eva@example.test"})", ""},
      {R"({"about": "sender_group", "is": "sales@example.test"})", "01"},
      {R"({"about": "sender_group", "is": "all"})", "01"},  // nested, by name
      {R"({"about": "sender_unit", "is": "ou=staff,dc=example,dc=test"})", "01"},
      {R"({"about": "sender_unit", "is": "ou=taff,dc=example,dc=test"})", ""},
      {R"({"about": "authenticated"})", "01"},
      {R"({"about": "spam"})", ""},
      {R"({"about": "spam_score", "over": 3})", ""},
      {R"({"about": "spam_score", "over": 3, "not": true})", "01"},
      {R"({"about": "signed"})", ""},
  };
  for (const auto& [condition, wanted] : rows)
    EXPECT_EQ(bench.holds(condition), wanted) << condition;
  bench.mail.score = 4.5;
  EXPECT_EQ(bench.holds(R"({"about": "spam_score", "over": 3})"), "01");
  bench.mail.is_junk = true;
  EXPECT_EQ(bench.holds(R"({"about": "spam"})"), "01");
  bench.mail.added = "Authentication-Results: x\r\n";
  EXPECT_EQ(bench.holds(R"({"about": "header", "header": "authentication-results"})"), "01");
}

TEST(Rules, ConditionsOfRecipients) {
  Bench bench;
  const std::vector<std::pair<std::string, std::string>> rows{
      {R"({"about": "direction", "is": "internal"})", "0"},
      {R"({"about": "direction", "is": "outgoing"})", "1"},
      {R"({"about": "direction", "is": ["outgoing", "internal"]})", "01"},
      {R"({"about": "direction", "is": "incoming"})", ""},
      {R"({"about": "direction", "is": "internal", "not": true})", "1"},
      {R"({"about": "recipient", "ends": "@FAR.test"})", "1"},
      {R"({"about": "recipient_group", "is": "all@example.test"})", "0"},
      {R"({"about": "recipient_group", "is": "sales@example.test"})", ""},
      {R"({"about": "recipient_unit", "is": "OU=Works,DC=example,DC=test"})", "0"},
      // all of them, for the same recipient
      {R"({"about": "direction", "is": "internal"}, {"about": "recipient", "ends": "@far.test"})",
       ""},
  };
  for (const auto& [condition, wanted] : rows)
    EXPECT_EQ(bench.holds(condition), wanted) << condition;
  bench.mail.is_ours = false;
  EXPECT_EQ(bench.holds(R"({"about": "direction", "is": "incoming"})"), "01");
}

TEST(Rules, AnyAllAndExceptions) {
  Bench bench;
  const auto fates = [&](std::string_view rest) {
    const auto out =
        bench.run(R"({"name": "r", "do": [{"do": "delete"}], )" + std::string(rest) + "}");
    return std::string(out.fates[0] == Fate::dropped ? "0" : "") +
           (out.fates[1] == Fate::dropped ? "1" : "");
  };
  EXPECT_EQ(fates(R"("description": "every message")"), "01");
  EXPECT_EQ(
      fates(
          R"("match": "any", "when": [{"about": "direction", "is": "outgoing"}, {"about": "subject", "is": "x"}])"),
      "1");
  EXPECT_EQ(
      fates(
          R"("match": "all", "when": [{"about": "direction", "is": "outgoing"}, {"about": "subject", "is": "x"}])"),
      "");
  EXPECT_EQ(fates(R"("except": [{"about": "recipient", "is": "eva@far.test"}])"), "0");
  EXPECT_EQ(fates(R"("except": [{"about": "subject", "contains": "contract"}, {"about": "spam"}])"),
            "");
  EXPECT_EQ(fates(R"("state": "off")"), "");
  EXPECT_EQ(fates(R"("from": "2026-11-24")"), "");
  EXPECT_EQ(fates(R"("until": "2026-11-23T12:00:00Z")"), "");
  EXPECT_EQ(fates(R"("from": "2026-11-23 12:00", "until": "2026-11-24")"), "01");
}

TEST(Rules, ActInOrder) {
  Bench bench;
  const auto out = bench.run(R"([
    {"name": "mark", "do": [{"do": "set_header", "header": "X-Class", "value": "closed by {{rule}}"}]},
    {"name": "see", "when": [{"about": "header", "header": "X-Class", "contains": "closed by mark"}],
     "do": [{"do": "tag_subject", "text": "[closed]"}, {"do": "copy", "to": "boss@example.test"},
            {"do": "notify", "to": "watch@example.test", "text": "{{subject}} from {{cn}}"}]},
    {"name": "away", "when": [{"about": "direction", "is": "outgoing"}],
     "do": [{"do": "redirect", "to": ["clara@example.test"]}, {"do": "stop"}]},
    {"name": "never", "do": [{"do": "delete"}]}])");
  EXPECT_TRUE(out.is_changed);
  EXPECT_EQ(mime::field_value(out.message, "Subject").value(), "[closed] Contract");
  EXPECT_TRUE(out.message.ends_with("\r\n\r\nThe secret plan, Тайный план.\r\n"));
  EXPECT_EQ(out.fates, (std::vector{Fate::kept, Fate::replaced}));
  ASSERT_EQ(out.targets.size(), 2U);
  EXPECT_TRUE(out.targets[0].is_copy);
  EXPECT_EQ(out.targets[1].address, "clara@example.test");
  EXPECT_EQ(out.targets[1].of, std::vector<std::size_t>{1});
  ASSERT_EQ(out.notices.size(), 1U);
  EXPECT_EQ(out.notices[0].text, "Contract from anna");
  ASSERT_EQ(out.told.size(), 3U);
  EXPECT_EQ(out.told[1].words,
            "subject tagged; copied to boss@example.test; notice to watch@example.test");
}

TEST(Rules, WhoIsGoneIsGone) {
  Bench bench;
  const auto out = bench.run(R"([
    {"name": "one", "when": [{"about": "recipient", "is": "eva@far.test"}], "do": [{"do": "hold", "text": "look"}]},
    {"name": "two", "do": [{"do": "move", "to": "box@example.test"}, {"do": "delete"}]},
    {"name": "three", "do": [{"do": "delete"}]}])");
  EXPECT_EQ(out.fates, (std::vector{Fate::replaced, Fate::held}));
  ASSERT_EQ(out.targets.size(), 1U);
  EXPECT_TRUE(out.targets[0].must_be_here);
  EXPECT_EQ(out.targets[0].of, std::vector<std::size_t>{0});
  ASSERT_EQ(out.holds.size(), 1U);
  EXPECT_EQ(out.holds[0].reason, "look");
  EXPECT_EQ(out.told.size(), 2U);
}

TEST(Rules, RefuseAndJunk) {
  Bench bench;
  const auto refused = bench.run(
      R"([{"name": "r", "do": [{"do": "refuse", "text": "not {{subject}}"}]}, {"name": "s", "do": [{"do": "delete"}]}])");
  ASSERT_TRUE(refused.refusal);
  EXPECT_EQ(refused.refusal->text, "not Contract");
  EXPECT_EQ(refused.told.size(), 1U);
  EXPECT_EQ(bench.run(R"({"name": "r", "do": [{"do": "junk"}]})").added,
            "X-Kontor-Junk: rule r\r\n");
}

TEST(Rules, ARehearsalChangesNothing) {
  Bench bench;
  const auto out = bench.run(R"([
    {"name": "one", "state": "rehearsal", "do": [{"do": "tag_subject", "text": "[x]"}, {"do": "replace_text", "of": [{"about": "words", "is": ["secret"]}], "with": "*"}, {"do": "refuse"}]},
    {"name": "two", "do": [{"do": "add_header", "header": "X-A", "value": "b"}]}])");
  EXPECT_FALSE(out.refusal);
  EXPECT_EQ(out.message, "X-A: b\r\n" + std::string(k_message));
  ASSERT_EQ(out.told.size(), 2U);
  EXPECT_TRUE(out.told[0].is_rehearsal);
  EXPECT_EQ(out.told[0].words,
            "subject tagged; 1 places replaced; refused: the rules of this organisation refuse "
            "this message");
  // A test asks each rule whatever its state is.
  const auto test = bench.run(
      R"({"name": "one", "state": "off", "until": "2020-01-01", "do": [{"do": "delete"}]})", true);
  ASSERT_EQ(test.told.size(), 1U);
  EXPECT_EQ(test.fates, (std::vector{Fate::kept, Fate::kept}));
  EXPECT_FALSE(test.is_changed);
}

TEST(Rules, MaskWordsNumbersAndExpressions) {
  Bench bench;
  bench.mail.message =
      "Subject: card 4111 1111 1111 1111\r\n\r\nSecret, secrets: 4111-1111-1111-1111, "
      "a12.\r\nЁлка\r\n";
  const auto out = bench.run(R"({"name": "r", "do": [{"do": "replace_text", "with": "#",
    "of": [{"about": "numbers", "is": "card"}, {"about": "words", "is": ["secret", "ёлка"]}, {"about": "body", "matches": "a\\d+"}]}]})");
  EXPECT_TRUE(out.message.starts_with("Subject: card #\r\n\r\n#, secrets: #, #.\r\n#\r\n"))
      << out.message;
}

TEST(Rules, SignaturesHaveTheAttributesOfTheSender) {
  Bench bench;
  const auto out = bench.run(R"({"name": "signature", "do": [{"do": "add_text",
    "text": ["-- ", "{{cn}}{{#title}}, {{title}}{{/title}}{{^mobile}} (no mobile){{/mobile}}", "{{OU}}"], "html": "<b>{{title}}</b>"}]})");
  EXPECT_TRUE(out.message.ends_with("план.\r\n-- \r\nanna, Head & Chief (no mobile)\r\nSales\r\n"))
      << out.message;
  bench.mail.message = "Content-Type: text/html; charset=utf-8\r\n\r\nHi";
  const auto html =
      bench.run(R"({"name": "s", "do": [{"do": "add_text", "html": "<b>{{title}}</b>"}]})");
  EXPECT_TRUE(html.message.ends_with("Hi<b>Head &amp; Chief</b>")) << html.message;
  EXPECT_EQ(fill_template("{{#a}}1{{#b}}2{{/b}}3{{/a}}{{^a}}4{{/a}}", {{"b", "x"}}, false), "4");
  EXPECT_EQ(fill_template("{{#a}}1{{#b}}2{{/b}}3{{/a}}", {{"a", "x"}}, false), "13");
}

TEST(Rules, FilesAreSeenAndTakenOut) {
  Bench bench;
  bench.mail.message =
      "Content-Type: multipart/mixed; boundary=M\r\n\r\n--M\r\n\r\nHi\r\n--M\r\nContent-Type: "
      "application/x-dosexec; name=\"Run.EXE\"\r\n\r\nMZ123\r\n--M--\r\n";
  EXPECT_EQ(bench.holds(R"({"about": "attachment"})"), "01");
  EXPECT_EQ(bench.holds(R"({"about": "attachment_name", "ends": [".exe", ".scr"]})"), "01");
  EXPECT_EQ(bench.holds(R"({"about": "attachment_type", "begins": "application/"})"), "01");
  EXPECT_EQ(bench.holds(R"({"about": "attachment_size", "over": 4})"), "01");
  EXPECT_EQ(bench.holds(R"({"about": "attachment_size", "over": 5})"), "");
  const auto out = bench.run(
      R"({"name": "r", "do": [{"do": "remove_attachments", "of": [{"about": "attachment_name", "ends": ".exe"}], "note": "{{attachment}} is gone"}]})");
  EXPECT_TRUE(out.message.contains("Run.EXE is gone\r\n--M--")) << out.message;
  EXPECT_EQ(out.told[0].words, "1 attachments removed: Run.EXE");
  bench.files = {{"a.pdf", "the word of the file"}};
  EXPECT_EQ(bench.holds(R"({"about": "text", "contains": "word of the file"})"), "01");
  EXPECT_EQ(bench.holds(R"({"about": "body", "contains": "word of the file"})"), "");
}

TEST(RuleText, ComesBackAsItWas) {
  const std::string text = R"({ // a comment
    "name": "Полное", "description": "all", "state": "rehearsal", "from": "2026-01-01", "until": "2027-01-01T00:00:00Z", "match": "any",
    "when": [{"about": "direction", "is": "outgoing"}, {"about": "header", "header": "X-A", "not": true},
             {"about": "size", "over": "10M", "under": 2e9}, {"about": "words", "is": ["a", "b"], "at_least": 2},
             {"about": "fingerprint", "is": "contract", "share": "20%", "letters": 500}, {"about": "spam"}],
    "except": [{"about": "recipient", "matches": "@far\\.test$"}],
    "do": [{"do": "copy", "to": ["a@b.test", "c@d.test"]}, {"do": "refuse", "text": "no"}, {"do": "hold"},
           {"do": "add_text", "text": ["a", "b"], "html": "<p>", "where": "start", "once": false,
            "pictures": [{"name": "p", "type": "image/png", "data": "QUJD"}]},
           {"do": "remove_attachments"}, {"do": "remove_header", "header": "X-*"}, {"do": "stop"},],
  })";
  const auto rules = parse_rules(text);
  ASSERT_TRUE(rules) << rules.error().text();
  ASSERT_EQ(rules->size(), 1U);
  const auto& rule = rules->front();
  EXPECT_EQ(rule.when[2].over, 10.0 * 1024 * 1024);
  EXPECT_EQ(rule.when[4].over, 0.2);
  EXPECT_EQ(rule.actions[3].value, "a\nb");
  EXPECT_EQ(rule.actions[3].pictures[0].bytes, "ABC");
  const auto shown = parse_rules(format_rule(rule));
  ASSERT_TRUE(shown) << shown.error().text() << format_rule(rule);
  EXPECT_EQ(*shown, *rules);
  const auto file = parse_file(format_file(*rules));
  ASSERT_TRUE(file);
  EXPECT_EQ(*file, *rules);
  EXPECT_TRUE(parse_rules("{\"rules\": [" + text + "]}"));
}

TEST(RuleText, SaysWhatIsWrong) {
  const auto wrong = [](std::string_view text) {
    const auto rules = parse_rules(text);
    return rules ? std::string("taken") : rules.error().detail();
  };
  const auto with = [&](std::string_view when, std::string_view act = R"({"do": "delete"})") {
    return wrong(R"({"name": "r", "when": [)" + std::string(when) + R"(], "do": [)" +
                 std::string(act) + "]}");
  };
  EXPECT_EQ(with(R"({"about": "subjcet", "is": "x"})"),
            "rule r: a condition is about nothing called \"subjcet\"; is \"subject\" meant?");
  EXPECT_EQ(
      with(R"({"about": "subject"})"),
      "rule r: a condition about \"subject\" needs one of is, contains, begins, ends, matches");
  EXPECT_EQ(with(R"({"about": "subject", "is": "a", "ends": "b"})"),
            "rule r: a condition about \"subject\" compares in one way");
  EXPECT_EQ(
      with(R"({"about": "subject", "si": "a"})"),
      "rule r: a condition about \"subject\" needs one of is, contains, begins, ends, matches");
  EXPECT_EQ(with(R"({"about": "subject", "is": "a", "nto": true})"),
            "rule r: a condition has no \"nto\"; is \"not\" meant?");
  EXPECT_TRUE(
      with(R"({"about": "subject", "matches": "(a"})").contains("is no expression: missing )"));
  EXPECT_EQ(with(R"({"about": "direction", "is": "up"})"),
            "rule r: a direction is incoming, outgoing or internal");
  EXPECT_TRUE(with(R"({"about": "numbers", "is": "phone"})")
                  .contains("there are card, iban, passport-ru, inn, snils"));
  EXPECT_EQ(with(R"({"about": "size"})"),
            "rule r: a condition about \"size\" needs \"over\" or \"under\"");
  EXPECT_EQ(with(R"({"about": "fingerprint"})"),
            "rule r: a condition about \"fingerprint\" needs \"share\" (\"20%\") or \"letters\"");
  EXPECT_EQ(with("", R"({"do": "copy"})"),
            "rule r: \"copy\" needs \"to\", one address or up to 100");
  EXPECT_EQ(with("", R"({"do": "copy", "to": "nobody"})"), "rule r: \"nobody\" is no mail address");
  EXPECT_EQ(with("", R"({"do": "set_header", "header": "Received", "value": "x"})"),
            "rule r: the field Received is not changed by rules");
  EXPECT_EQ(with("", R"({"do": "remove_header", "header": "Rec*"})"),
            "rule r: the field Rec* is not changed by rules");
  EXPECT_TRUE(
      with("", R"({"do": "add_text", "text": "{{cnn}}"})").contains("which is no attribute"));
  EXPECT_EQ(with("", R"({"do": "add_text", "text": "{{#cn}}"})"), "rule r: {{#cn}} is not closed");
  EXPECT_EQ(with("", R"({"do": "tag_subject", "text": " "})"),
            "rule r: the text of \"tag_subject\" is empty");
  EXPECT_EQ(with("", R"({"do": "delet"})"),
            "rule r: there is no action \"delet\"; is \"delete\" meant?");
  EXPECT_EQ(with("", ""), "rule r: it needs \"do\", a list of actions");
  EXPECT_TRUE(wrong("{\n\"name\": }").starts_with("line 2 is no JSON"));
  EXPECT_TRUE(wrong("{} {}").contains("stands behind it"));
  EXPECT_EQ(wrong("[1]"), "a rule is an object");
  EXPECT_EQ(
      wrong(R"([{"name": "Ж", "do": [{"do": "stop"}]}, {"name": "ж", "do": [{"do": "stop"}]}])"),
      "two rules are called \"ж\"");
  EXPECT_TRUE(wrong(std::string(100, '[')).contains("is no JSON"));
  EXPECT_EQ(parse_file("{\"kontor_rules\": 2, \"rules\": []}").error().detail(),
            "the file has version 2, this server knows 1");
  EXPECT_EQ(parse_file("[]").error().detail(), "this is no file of rules");
}

TEST(Numbers, AreCheckedByTheirDigits) {
  EXPECT_TRUE(is_luhn("4111111111111111"));
  EXPECT_FALSE(is_luhn("4111111111111112"));
  EXPECT_TRUE(is_inn("7707083893"));
  EXPECT_FALSE(is_inn("7707083894"));
  EXPECT_TRUE(is_inn("500100732259"));
  EXPECT_FALSE(is_inn("500100732258"));
  EXPECT_TRUE(is_snils("11223344595"));
  EXPECT_FALSE(is_snils("11223344596"));
  EXPECT_TRUE(is_iban("GB82WEST12345698765432"));
  EXPECT_FALSE(is_iban("GB82WEST12345698765433"));
  EXPECT_FALSE(is_iban("ZZ82WEST12345698765432"));
}

TEST(Numbers, AreFoundInTexts) {
  const auto found = [](std::string_view text, Numbers what) {
    std::string out;
    for (const auto& one : numbers_in(text, what, 100))
      out += (out.empty() ? "" : ",") + std::string(one.place.of(text));
    return out;
  };
  EXPECT_EQ(found("pay 4111 1111-1111 1111.", Numbers::card), "4111 1111-1111 1111");
  EXPECT_EQ(found("2024 4111111111111111 1", Numbers::card), "4111111111111111");
  EXPECT_EQ(found("2200 0000 0000 0053 (Мир) 4111\xC2\xA0"
                  "1111\xC2\xA0"
                  "1111\xC2\xA0"
                  "1111",
                  Numbers::card),
            "2200 0000 0000 0053,4111\xC2\xA0"
            "1111\xC2\xA0"
            "1111\xC2\xA0"
            "1111");
  EXPECT_EQ(found("a4111111111111111 41111111111111112 4111111111111112", Numbers::card), "");
  EXPECT_EQ(found("IBAN GB82 WEST 1234 5698 7654 32, de89370400440532013000x", Numbers::iban),
            "GB82 WEST 1234 5698 7654 32");
  EXPECT_EQ(found("Паспорт 45 08 123456; паспорт серия 4508 № 654321", Numbers::passport),
            "45 08 123456,4508 № 654321");
  EXPECT_EQ(found("Заказ 4508 123456", Numbers::passport), "");
  EXPECT_EQ(found("ИНН 7707083893, счёт", Numbers::inn), "7707083893");
  EXPECT_EQ(found("номер 7707083893", Numbers::inn), "");
  EXPECT_EQ(found("112-233-445 95 и СНИЛС 11223344595, тел. 11223344595", Numbers::snils),
            "112-233-445 95,11223344595,11223344595");
  EXPECT_EQ(found(std::string(100'000, '4'), Numbers::card), "");
}

// Texts of words that no two share by chance.
std::string text_of(std::uint32_t seed, std::size_t words) {
  std::mt19937 random(seed);
  std::string out;
  for (std::size_t i = 0; i < words; ++i) {
    for (auto left = 3 + random() % 8; left > 0; --left) append_utf8(out, U'а' + random() % 32);
    out += i % 12 == 11 ? ".\n" : " ";
  }
  return out;
}

Fingerprint fingerprint_of(std::string name, std::string_view text) {
  Fingerprint out;
  out.name = std::move(name);
  out.made = k_now;
  out.hashes = winnow(text, out.letters);
  return out;
}

TEST(Fingerprints, KnowADocumentHoweverItIsLaidOut) {
  const auto document = text_of(1, 2'000);
  const FingerprintSet set(
      {std::make_shared<Fingerprint>(fingerprint_of("one", document)),
       std::make_shared<Fingerprint>(fingerprint_of("two", text_of(2, 2'000)))});
  const auto whole = set.in(document);
  ASSERT_EQ(whole.size(), 1U);
  EXPECT_EQ(whole[0].name, "one");
  EXPECT_EQ(whole[0].share, 1);
  // In capitals, without line breaks, quoted, with marks between.
  std::string other;
  for (std::size_t at = 0; at < document.size(); ++at)
    other += document[at] == ' '    ? "  "
             : document[at] == '\n' ? "\n> "
                                    : std::string(1, document[at]);
  EXPECT_EQ(set.in("before " + other + " behind").front().share, 1);
  // An excerpt in the middle of something else.
  const auto begin = document.find(' ', document.size() / 3) + 1;
  const auto piece =
      document.substr(begin, document.find(' ', begin + document.size() / 10) - begin);
  const auto part = set.in(text_of(3, 300) + piece + text_of(4, 300));
  ASSERT_EQ(part.size(), 1U);
  EXPECT_NEAR(part[0].share, 0.1, 0.03);
  EXPECT_TRUE(set.in(text_of(5, 2'000)).empty());
  EXPECT_TRUE(set.in("").empty());
}

TEST(Fingerprints, AreAConditionOfRules) {
  Bench bench;
  const auto document = text_of(1, 500);
  bench.documents =
      FingerprintSet({std::make_shared<Fingerprint>(fingerprint_of("Договор", document))});
  bench.files = {{"a.docx", document.substr(0, document.find(' ', document.size() / 2))}};
  EXPECT_EQ(bench.holds(R"({"about": "fingerprint", "share": "40%"})"), "01");
  EXPECT_EQ(bench.holds(R"({"about": "fingerprint", "is": "договор", "share": "60%"})"), "");
  EXPECT_EQ(bench.holds(R"({"about": "fingerprint", "letters": 1000})"), "01");
  EXPECT_EQ(bench.holds(R"({"about": "fingerprint", "is": "other", "letters": 1})"), "");
}

TEST(Fingerprints, ComeBackFromTheirFile) {
  const auto made = fingerprint_of("Договор", text_of(1, 500));
  const auto bytes = format_fingerprint(made);
  EXPECT_EQ(parse_fingerprint(bytes).value(), made);
  for (const std::size_t at :
       {std::size_t{0}, std::size_t{9}, bytes.size() / 2, bytes.size() - 1}) {
    auto broken = bytes;
    broken[at] = static_cast<char>(broken[at] ^ 1);
    EXPECT_EQ(parse_fingerprint(broken).error().code(), Errc::corrupt) << at;
  }
  auto newer = bytes;
  newer[7] = 2;
  EXPECT_EQ(parse_fingerprint(newer).error().code(), Errc::unsupported);
  EXPECT_EQ(parse_fingerprint(bytes.substr(0, 40)).error().code(), Errc::corrupt);
}

struct Kept {
  io::MemoryDisk disk;
  io::WorkPool pool{"test-work", 1};
  log::RecordingSink events;
  boost::asio::io_context context;

  template <class T>
  T run(Task<T> task) {
    context.restart();
    return testing::run(context, std::move(task));
  }
  std::vector<std::string> names(const RuleKeeper& keeper) {
    std::vector<std::string> out;
    for (const auto& rule : keeper.list()) out.push_back(rule.name);
    return out;
  }
};

std::vector<Rule> named(std::initializer_list<std::string> names) {
  std::vector<Rule> out;
  for (const auto& name : names) {
    out.push_back(parse_rules(R"({"name": ")" + name + R"(", "do": [{"do": "delete"}]})")->front());
  }
  return out;
}

TEST(RuleKeeper, KeepsChangesAndTheirOrder) {
  Kept kept;
  const auto keeper = RuleKeeper::open(kept.disk, "rules", kept.pool).value();
  EXPECT_TRUE(keeper->current()->is_idle());
  ASSERT_TRUE(kept.run(keeper->add(named({"b", "d"}), "")));
  ASSERT_TRUE(kept.run(keeper->add(named({"c"}), "D")));
  ASSERT_TRUE(kept.run(keeper->add(named({"a"}), "")));
  ASSERT_TRUE(kept.run(keeper->move("a", 1)));
  EXPECT_EQ(kept.run(keeper->add(named({"A"}), "")).error().code(), Errc::exists);
  EXPECT_EQ(kept.run(keeper->move("a", 5)).error().code(), Errc::bad_input);
  EXPECT_EQ(kept.run(keeper->remove("x")).error().code(), Errc::not_found);
  EXPECT_EQ(kept.run(keeper->change("a", named({"b"})[0])).error().code(), Errc::exists);
  ASSERT_TRUE(kept.run(keeper->change("c", named({"C2"})[0])));
  ASSERT_TRUE(kept.run(keeper->remove("d")));
  for (const auto* name : {"a", "b", "C2"})
    ASSERT_TRUE(kept.run(keeper->set_state(name, State::off)));
  EXPECT_TRUE(keeper->current()->is_idle());
  const auto after = kept.disk.after_power_loss(1);
  const auto again = RuleKeeper::open(*after, "rules", kept.pool).value();
  EXPECT_EQ(again->list(), keeper->list());
  EXPECT_EQ(kept.names(*again), (std::vector<std::string>{"a", "b", "C2"}));
}

TEST(RuleKeeper, DoesNotStartWithoutItsRules) {
  Kept kept;
  ASSERT_TRUE(io::write_file_durably(kept.disk, "rules", "{\"kontor_rules\": 1, \"rules\": [{}]}"));
  const auto opened = RuleKeeper::open(kept.disk, "rules", kept.pool);
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().text(), "bad_input: reading rules: a rule needs \"name\"");
}

TEST(FingerprintKeeper, KeepsAndForgets) {
  Kept kept;
  const auto keeper =
      FingerprintKeeper::open(kept.disk, "prints", kept.pool, log::Context(kept.events)).value();
  ASSERT_TRUE(kept.run(keeper->add(fingerprint_of("One", text_of(1, 200)))));
  ASSERT_TRUE(kept.run(keeper->add(fingerprint_of("Два", text_of(2, 200)))));
  ASSERT_TRUE(kept.run(keeper->add(fingerprint_of("one", text_of(3, 200)))));  // in place of One
  EXPECT_EQ(kept.run(keeper->add(fingerprint_of("x", "short"))).error().code(), Errc::bad_input);
  EXPECT_EQ(kept.run(keeper->add(fingerprint_of("a\nb", text_of(4, 200)))).error().code(),
            Errc::bad_input);
  EXPECT_EQ(kept.run(keeper->remove("none")).error().code(), Errc::not_found);
  const auto after = kept.disk.after_power_loss(1);
  const auto again =
      FingerprintKeeper::open(*after, "prints", kept.pool, log::Context(kept.events)).value();
  ASSERT_EQ(again->current()->all().size(), 2U);
  EXPECT_EQ(again->current()->all()[0]->name, "one");
  ASSERT_TRUE(kept.run(again->remove("ДВА")));
  ASSERT_TRUE(io::write_file_durably(*after, "prints/damaged.fingerprint", "KNTRFPR\x01no"));
  const auto last =
      FingerprintKeeper::open(*after, "prints", kept.pool, log::Context(kept.events)).value();
  EXPECT_EQ(last->current()->all().size(), 1U);
  EXPECT_EQ(kept.events.count("rules.fingerprint.unreadable"), 1U);
}

TEST(SpamScore, IsReadAsFiltersWriteIt) {
  EXPECT_EQ(spam_score("X-Spamd-Result: default: False [4.20 / 15.00];\r\n", ""), 4.2);
  EXPECT_EQ(spam_score("X-Spam-Status: Yes, score=8.1 required=5.0\r\n", ""), 8.1);
  EXPECT_EQ(spam_score("X-Spam-Score: -0.5\r\n", ""), -0.5);
  EXPECT_EQ(spam_score("X-My: +3\r\nX-Spam-Score: 1\r\n", "x-my"), 3);
  EXPECT_FALSE(spam_score("X-Spam-Score: none\r\n", ""));
}

}  // namespace
}  // namespace kontor::rules
