// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/imap/wire/arguments.hpp"
#include "server/imap/wire/select_args.hpp"

#include <gtest/gtest.h>

#include "server/imap/wire/append_args.hpp"
#include "server/imap/wire/list_args.hpp"

namespace kontor::imap::wire {
namespace {

TEST(Arguments, Login) {
  const auto login = parse_login("{5}\r\nsmith \"s e\\\"cret\"");
  ASSERT_TRUE(login);
  EXPECT_EQ(login->user, "smith");
  EXPECT_EQ(login->password, "s e\"cret");
  for (const auto text : {"", "a", "a ", "a b c", " a b", "(a) b"})
    EXPECT_FALSE(parse_login(text)) << text;
}

TEST(Arguments, Language) {  // RFC 5255, 3.5
  EXPECT_TRUE(parse_language("")->empty());
  EXPECT_EQ(*parse_language("fr-CA \"EN\" {1}\r\n*"),
            (std::vector<std::string>{"fr-CA", "EN", "*"}));
  for (const auto text : {" ", "ru ", "ru  en", "\"\"", "ru_RU", "(ru)", "\"r u\""})
    EXPECT_FALSE(parse_language(text)) << text;
  std::string many = "ru";
  for (int i = 0; i < 64; ++i) many += " ru";
  EXPECT_FALSE(parse_language(many));
}

TEST(Arguments, Authenticate) {
  EXPECT_EQ(parse_authenticate("gssapi")->mechanism, "GSSAPI");
  EXPECT_FALSE(parse_authenticate("PLAIN")->initial);
  EXPECT_EQ(parse_authenticate("PLAIN =")->initial, "");
  EXPECT_EQ(parse_authenticate("PLAIN AHRlc3QAdGVzdA==")->initial, std::string("\0test\0test", 10));
  for (const auto text : {"", "PLAIN ", "PLAIN ===", "PLAIN a", "PLAIN AA== x", "PLAIN  AA=="})
    EXPECT_FALSE(parse_authenticate(text)) << text;
  EXPECT_FALSE(parse_sasl_response("*")->has_value());
  EXPECT_EQ(parse_sasl_response("")->value(), "");
  EXPECT_FALSE(parse_sasl_response("**"));
  EXPECT_FALSE(parse_sasl_response("="));
}

TEST(Arguments, Id) {
  EXPECT_TRUE(parse_id("NIL")->empty());
  EXPECT_TRUE(parse_id("()")->empty());
  const auto fields = parse_id("(\"name\" \"x\" \"os\" NIL)");
  ASSERT_TRUE(fields);
  EXPECT_EQ(fields->at(0).second, "x");
  EXPECT_EQ(fields->at(1).second, "");
  for (const auto text : {"", "(\"a\")", "(\"a\" \"b\" )", "(a b)", "NIL x", "(\"a\" \"b\""})
    EXPECT_FALSE(parse_id(text)) << text;
  std::string many = "(";
  for (int i = 0; i < 31; ++i) many += std::string(i == 0 ? "" : " ") + "\"k\" \"v\"";
  EXPECT_FALSE(parse_id(many + ")"));
}

TEST(Arguments, SelectAndCreate) {
  EXPECT_TRUE(parse_select("INBOX (CONDSTORE)", false)->condstore);
  EXPECT_FALSE(parse_select("INBOX", false)->condstore);
  for (const auto text :
       {"", "INBOX ", "INBOX ()", "INBOX (QRESYNC)", "INBOX (CONDSTORE", "INBOX x"})
    EXPECT_FALSE(parse_select(text, false)) << text;
  const auto create = parse_create("MySpecial (USE (\\Drafts \\Sent))", false);  // RFC 6154, 5
  ASSERT_TRUE(create);
  EXPECT_EQ(create->uses, (std::vector<std::string>{"\\Drafts", "\\Sent"}));
  for (const auto text : {"", "x (USE \\Drafts)", "x (USE (Drafts))", "x (WAS (\\Drafts))",
                          "x (USE (\\Drafts)", "x (USE (\\))"})
    EXPECT_FALSE(parse_create(text, false)) << text;
}

TEST(Arguments, Store) {
  const auto store = parse_store("2:4 (UNCHANGEDSINCE 12121230045) +FLAGS.SILENT (\\Deleted)");
  ASSERT_TRUE(store);
  EXPECT_EQ(store->unchanged_since, 12'121'230'045ULL);
  EXPECT_EQ(store->action, StoreAction::add);
  EXPECT_TRUE(store->silent);
  EXPECT_EQ(store->flags.system, k_flag_deleted);
  EXPECT_EQ(parse_store("$ -flags a b")->action, StoreAction::remove);
  EXPECT_EQ(parse_store("1 FLAGS ()")->action, StoreAction::set);
  for (const auto text :
       {"", "1", "1 FLAGS", "1 FLAGS ", "1 +-FLAGS ()", "1 FLAGS.LOUD ()", "1 FLAGS (a",
        "1 FLAGS () x", "1 (UNCHANGEDSINCE) FLAGS ()", "1 (CHANGEDSINCE 1) FLAGS ()", "0 FLAGS ()",
        "1 (UNCHANGEDSINCE -1) FLAGS ()", "1 FLAGS (a b c"})
    EXPECT_FALSE(parse_store(text)) << text;
}

TEST(Arguments, CopyRenameStatus) {
  EXPECT_EQ(parse_copy("2:4 MEETING", false)->mailbox, "MEETING");
  EXPECT_FALSE(parse_copy("2:4", false));
  EXPECT_FALSE(parse_copy("2:4 a b", false));
  EXPECT_EQ(parse_rename("blurdybloop sarasoon", false)->to, "sarasoon");
  EXPECT_FALSE(parse_rename("a", false));
  const auto status = parse_status("blurdybloop (UIDNEXT MESSAGES size)", false);
  ASSERT_TRUE(status);
  EXPECT_EQ(status->items, status::uidnext | status::messages | status::size);
  for (const auto text :
       {"a", "a ()", "a MESSAGES", "a (MESSAGES", "a (X)", "a (MESSAGES )", "a (MESSAGES) x"})
    EXPECT_FALSE(parse_status(text, false)) << text;
  EXPECT_TRUE(parse_enable("CONDSTORE x-good"));
  EXPECT_FALSE(parse_enable(""));
  EXPECT_TRUE(parse_uid_expunge("3000:3002"));
  EXPECT_TRUE(parse_nothing(""));
  EXPECT_FALSE(parse_nothing("x"));
}

TEST(AppendArguments, FindTheMessage) {
  const auto head =
      parse_append_head("saved-messages (\\Seen k) \"17-Jul-1996 02:44:25 -0700\" {310}", false);
  ASSERT_TRUE(head);
  EXPECT_EQ(head->mailbox, "saved-messages");
  EXPECT_EQ(head->message.flags.system, k_flag_seen);
  EXPECT_TRUE(head->message.date);
  EXPECT_EQ(head->message.literal.size, 310U);
  EXPECT_TRUE(parse_append_head("{3}\r\na b ~{5+}", false)->message.literal.binary);
  EXPECT_TRUE(ends_with_message("INBOX {3}"));
  EXPECT_FALSE(ends_with_message("{3}"));
  EXPECT_TRUE(ends_with_message("{5}\r\nINBOX {3}"));
  for (const auto text : {"INBOX", "INBOX{3}", "INBOX (\\Seen){3}", "INBOX \"x\" {3}",
                          "INBOX () () {3}", "INBOX \"a\"", "INBOX {3} {4}", "{3}"})
    EXPECT_FALSE(parse_append_head(text, false)) << text;
  EXPECT_FALSE(parse_append_next("")->has_value());
  EXPECT_TRUE(parse_append_next(" (\\Seen) {9}")->has_value());
  for (const auto text : {" ", "x", " {9} ", "{9}", " \"{9}\""})
    EXPECT_FALSE(parse_append_next(text)) << text;
}

TEST(ListArguments, OfTheRfc) {
  const auto plain = parse_list("\"\" *", false);
  ASSERT_TRUE(plain);
  EXPECT_FALSE(plain->extended);
  const auto list = parse_list(
      "(SUBSCRIBED RECURSIVEMATCH REMOTE) \"\" (\"INBOX\" \"Drafts\" \"Sent/%\") RETURN (CHILDREN "
      "STATUS "
      "(MESSAGES UNSEEN) SPECIAL-USE SUBSCRIBED)",
      false);
  ASSERT_TRUE(list);
  EXPECT_TRUE(list->extended && list->select_subscribed && list->recursive_match);
  EXPECT_TRUE(list->return_children && list->return_special_use && list->return_subscribed);
  EXPECT_EQ(list->status_items, status::messages | status::unseen);
  EXPECT_EQ(list->patterns.size(), 3U);
  for (const auto text :
       {"", "\"\"", "\"\" ", "(RECURSIVEMATCH) \"\" *", "(RECURSIVEMATCH REMOTE) \"\" *",
        "(X) \"\" *", "\"\" ()", "\"\" * RETURN", "\"\" * RETURN (X)", "\"\" * RETURN (STATUS)",
        "\"\" * CHILDREN", "\"\" (a", "() \"\""})
    EXPECT_FALSE(parse_list(text, false)) << text;
  EXPECT_FALSE(parse_list("\"\" \"" + std::string(21, '*') + "\"", false));
}

TEST(ListPatterns, Match) {
  struct Row {
    std::string_view name, pattern;
    bool matches;
  };
  const Row rows[] = {
      {"INBOX", "*", true},
      {"INBOX", "inbox", true},
      {"INBOX/a", "inbox/%", true},
      {"INBOX/a", "INBOX/A", false},
      {"a/b/c", "%", false},
      {"a", "%", true},
      {"a/b", "%/%", true},
      {"a/b/c", "a/*", true},
      {"a/b/c", "a*c", true},
      {"a/b/c", "a%c", false},
      {"a/b", "a/", false},
      {"a", "", false},
      {"", "", true},
      {"", "*", true},
      {"abcabc", "*abc", true},
      {"foo", "*f*o*o*", true},
      {"Drafts", "drafts", false},
      {"Ящик/Я", "Ящик/%", true},
      {"a/b", "%b", false},
      {"a/b", "*%", true},
      {"inboxes", "INBOXES", false},
  };
  for (const auto& row : rows)
    EXPECT_EQ(matches_pattern(row.name, row.pattern), row.matches)
        << row.name << " " << row.pattern;
}

TEST(ListPatterns, AreQuickOnHostileInput) {
  std::string pattern;
  for (int i = 0; i < 20; ++i) pattern += "*a";
  EXPECT_FALSE(matches_pattern(std::string(2'000, 'a') + "b", pattern));
}

}  // namespace
}  // namespace kontor::imap::wire
