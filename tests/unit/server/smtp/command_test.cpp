// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/smtp/wire/command.hpp"

#include <gtest/gtest.h>

#include "base/core/text.hpp"
#include "server/smtp/wire/reply.hpp"

namespace kontor::smtp::wire {
namespace {

TEST(SmtpCommand, SplitsLines) {
  struct Row {
    std::string_view line, verb, arguments;
  };
  const Row rows[] = {
      {"NOOP\r\n", "NOOP", ""},
      {"noop \r\n", "NOOP", ""},
      {"mail FROM:<a@b>\r\n", "MAIL", "FROM:<a@b>"},
      {"RCPT   TO:<a@b>  \r\n", "RCPT", "TO:<a@b>"},
      {"\r\n", "", ""},
      {"DATA\t\r\n", "DATA\t", ""},
  };
  for (const auto& row : rows) {
    const auto line = parse_line(row.line);
    ASSERT_TRUE(line.has_value()) << row.line;
    EXPECT_EQ(line->verb, row.verb);
    EXPECT_EQ(line->arguments, row.arguments);
  }
}

TEST(SmtpCommand, RefusesLinesThatOthersCouldReadInTwoWays) {
  for (const std::string_view line :
       {std::string_view("NOOP\n"), std::string_view("NOOP"), std::string_view("NOOP\r"),
        std::string_view("NO\rOP\r\n"), std::string_view("NO\nOP\r\n"),
        std::string_view("NO\0OP\r\n", 7), std::string_view("NOOP\r\r\n"), std::string_view()})
    EXPECT_FALSE(parse_line(line).has_value()) << line;
}

TEST(SmtpCommand, ReadsMail) {
  const auto mail =
      parse_mail("FROM:<a@b.test> SIZE=1000 BODY=8BITMIME SMTPUTF8 AUTH=e+3Dmc2@example.test");
  ASSERT_TRUE(mail.has_value());
  EXPECT_EQ(mail->sender.mailbox.address(), "a@b.test");
  EXPECT_EQ(mail->size, 1000U);
  EXPECT_EQ(mail->body, Body::mime8);
  EXPECT_TRUE(mail->smtputf8);
  EXPECT_TRUE(parse_mail("from: <a@b.test> body=7bit").has_value());
  EXPECT_TRUE(parse_mail("FROM:<> AUTH=<>")->sender.is_null);
}

TEST(SmtpCommand, RefusesBadMailAndRcpt) {
  struct Row {
    std::string_view arguments;
    Errc code;
  };
  const Row rows[] = {
      {"", Errc::bad_input},
      {"TO:<a@b>", Errc::bad_input},
      {"FROM <a@b>", Errc::bad_input},
      {"FROM:a@b", Errc::bad_input},
      {"FROM:<a@b>SIZE=1", Errc::bad_input},
      {"FROM:<a@b> SIZE", Errc::bad_input},
      {"FROM:<a@b> SIZE=", Errc::bad_input},
      {"FROM:<a@b> SIZE=-1", Errc::bad_input},
      {"FROM:<a@b> SIZE=99999999999999999999999", Errc::bad_input},
      {"FROM:<a@b> SMTPUTF8=1", Errc::bad_input},
      {"FROM:<a@b> AUTH=a+3", Errc::bad_input},
      {"FROM:<a@b> =x", Errc::bad_input},
      {"FROM:<a@b> BODY=BINARYMIME", Errc::unsupported},
      {"FROM:<a@b> RET=FULL", Errc::not_found},
      {"FROM:<a@b> X-UNKNOWN", Errc::not_found},
  };
  for (const auto& row : rows) {
    const auto mail = parse_mail(row.arguments);
    ASSERT_FALSE(mail.has_value()) << row.arguments;
    EXPECT_EQ(mail.error().code(), row.code) << row.arguments;
  }
  EXPECT_EQ(parse_rcpt("TO:<>").error().code(), Errc::bad_input);
  EXPECT_EQ(parse_rcpt("TO:<a@b> NOTIFY=NEVER").error().code(), Errc::not_found);
  EXPECT_EQ(parse_rcpt("TO:<a@b>")->recipient.mailbox.address(), "a@b");
}

TEST(SmtpCommand, ReadsAuth) {
  const auto plain = parse_auth("plain AGFubmEAc2VjcmV0");
  ASSERT_TRUE(plain.has_value());
  EXPECT_EQ(plain->mechanism, "PLAIN");
  EXPECT_EQ(plain->response, std::string("\0anna\0secret", 12));
  EXPECT_FALSE(parse_auth("LOGIN")->response.has_value());
  EXPECT_EQ(parse_auth("GSSAPI =")->response, "");  // RFC 4954, 4
  for (const std::string_view bad : {"", "PLAIN !!", "PLAIN abc", "A*B", "ABCDEFGHIJKLMNOPQRSTU"})
    EXPECT_FALSE(parse_auth(bad).has_value()) << bad;
  EXPECT_EQ(parse_auth_response("*\r\n").error().code(), Errc::cancelled);
  EXPECT_EQ(parse_auth_response("YQ==\r\n").value(), "a");
  EXPECT_EQ(parse_auth_response("\r\n").value(), "");
  EXPECT_EQ(parse_auth_response("YQ==\n").error().code(), Errc::bad_input);
}

TEST(SmtpCommand, ReadsHello) {
  EXPECT_TRUE(parse_hello("client.example.test")->is_valid);
  EXPECT_TRUE(parse_hello("[127.0.0.1]")->is_literal);
  EXPECT_FALSE(parse_hello("what$ever")->is_valid);  // RFC 5321, 4.1.4: no reason to refuse
  for (const std::string_view bad : {"", "two words", "a\x01"}) EXPECT_FALSE(parse_hello(bad));
}

TEST(SmtpReply, FormatsLines) {
  EXPECT_EQ(format(Reply(250, "2.1.0", "sender accepted")), "250 2.1.0 sender accepted\r\n");
  EXPECT_EQ(format(Reply(250, "", std::vector<std::string>{"a", "SIZE 1", "HELP"})),
            "250-a\r\n250-SIZE 1\r\n250 HELP\r\n");
  EXPECT_EQ(format(Reply(550, "5.1.1", std::vector<std::string>{"a", "b"})),
            "550-5.1.1 a\r\n550 5.1.1 b\r\n");
  EXPECT_EQ(format(Reply(250, "", "evil\r\n354 go")), "250 evil??354 go\r\n");
}

}  // namespace
}  // namespace kontor::smtp::wire
