// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/smtp/wire/address.hpp"

#include <gtest/gtest.h>

#include <string>

namespace kontor::smtp::wire {
namespace {

struct MailboxRow {
  std::string_view text, local, domain;
  std::string_view printed = {};  // empty: as given
};

TEST(SmtpAddress, ReadsMailboxesAndPrintsThemBack) {
  const MailboxRow rows[] = {
      {"anna@example.test", "anna", "example.test"},
      {"Anna.B+tag@Example.TEST", "Anna.B+tag", "Example.TEST"},
      {"!#$%&'*+-/=?^_`{|}~@x", "!#$%&'*+-/=?^_`{|}~", "x"},
      {R"("a b"@x.test)", "a b", "x.test"},
      {R"("a\"b\\c"@x.test)", R"(a"b\c)", "x.test"},
      {R"("plain"@x.test)", "plain", "x.test", "plain@x.test"},
      {R"(""@x.test)", "", "x.test"},
      {R"("a@b"@x.test)", "a@b", "x.test"},
      {R"("a>b"@x.test)", "a>b", "x.test"},
      {"a@[127.0.0.1]", "a", "[127.0.0.1]"},
      {"a@[IPv6:2001:db8::1]", "a", "[IPv6:2001:db8::1]"},
      {"a@pc_01.firm.test", "a", "pc_01.firm.test"},
      {"анна@пример.испытание", "анна", "пример.испытание"},
      {"a@xn--e1afmkfd.test", "a", "xn--e1afmkfd.test"},
  };
  for (const auto& row : rows) {
    const auto mailbox = parse_mailbox(row.text);
    ASSERT_TRUE(mailbox.has_value()) << row.text;
    EXPECT_EQ(mailbox->local, row.local) << row.text;
    EXPECT_EQ(mailbox->domain, row.domain) << row.text;
    EXPECT_EQ(mailbox->text(), row.printed.empty() ? row.text : row.printed);
    const auto again = parse_mailbox(mailbox->text());
    ASSERT_TRUE(again.has_value()) << mailbox->text();
    EXPECT_EQ(again->address(), mailbox->address());
  }
}

TEST(SmtpAddress, RefusesWhatIsNoMailbox) {
  const std::string long_local(257, 'a');
  const std::string long_label(64, 'b');
  const std::string rows[] = {"",
                              "@",
                              "anna",
                              "anna@",
                              "@example.test",
                              "a..b@x",
                              ".a@x",
                              "a.@x",
                              "a b@x",
                              "a@x y",
                              "a@b@c",
                              "a@-x.test",
                              "a@x-.test",
                              "a@x..test",
                              "a@.x",
                              "a@x.",
                              "a@[127.0.0.1",
                              "a@[300.1.1.1]",
                              "a@[IPv6:zz]",
                              "a@[]",
                              "\"a@x",
                              "\"a\"b@x",
                              "\"a\\",
                              "\"a\x01\"@x",
                              "a<b@x",
                              "a>b@x",
                              "a,b@x",
                              "a:b@x",
                              "a;b@x",
                              "(c)a@x",
                              "a@x(c)",
                              "a\t@x",
                              "\xFF@x.test",
                              "a@\xC3.test",
                              "a\x7F@x",
                              long_local + "@x.test",
                              "a@" + long_label + ".test",
                              std::string("a\0b@x", 5)};
  for (const auto& row : rows) {
    const auto mailbox = parse_mailbox(row);
    ASSERT_FALSE(mailbox.has_value()) << row;
    EXPECT_EQ(mailbox.error().code(), Errc::bad_input);
  }
}

struct PathRow {
  std::string_view text;
  bool null_allowed;
  std::string_view address, rest;
};

TEST(SmtpAddress, ReadsPathsAndDropsSourceRoutes) {
  const PathRow rows[] = {
      {"<>", true, "", ""},
      {"<> SIZE=1", true, "", " SIZE=1"},
      {"<a@b> SIZE=1", true, "a@b", " SIZE=1"},
      {"<@one.test,@two.test:a@b>", false, "a@b", ""},  // RFC 5321, appendix C
      {"<Postmaster>", false, "Postmaster", ""},        // RFC 5321, 4.1.1.3
      {"<anna>", false, "anna", ""},                    // somebody of a default domain
      {"<anna> SIZE=1", true, "anna", " SIZE=1"},
      {R"(<"a>b"@c> X)", false, "a>b@c", " X"},
      {R"(<"a\">b"@c>)", false, "a\">b@c", ""},
  };
  for (const auto& row : rows) {
    std::string_view rest;
    const auto path = parse_path(row.text, row.null_allowed, rest);
    ASSERT_TRUE(path.has_value()) << row.text;
    EXPECT_EQ(path->mailbox.address(), row.address) << row.text;
    EXPECT_EQ(path->is_null, row.address.empty()) << row.text;
    EXPECT_EQ(rest, row.rest) << row.text;
  }
}

TEST(SmtpAddress, RefusesWhatIsNoPath) {
  for (const std::string_view text :
       {"", "a@b", "<a@b", "a@b>", "<<a@b>>", "< a@b>", "<a@b >", "<a b>", "<.a>", "<@one:>",
        "<@one a@b>", "<one:a@b>", "<@one,two:a@b>", "<@one:a>", "<\"a\">"}) {
    std::string_view rest;
    EXPECT_FALSE(parse_path(text, true, rest).has_value()) << text;
  }
  std::string_view rest;
  EXPECT_FALSE(parse_path("<>", false, rest).has_value());
}

TEST(SmtpAddress, SaysWhetherSmtputf8IsNeeded) {
  EXPECT_TRUE(parse_mailbox("a@b.test")->is_ascii());
  EXPECT_FALSE(parse_mailbox("\xC3\xA4@b.test")->is_ascii());
  EXPECT_FALSE(parse_mailbox("a@\xC3\xA4.test")->is_ascii());
}

}  // namespace
}  // namespace kontor::smtp::wire
