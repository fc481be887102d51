// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/smtp/wire/command.hpp"

#include <gtest/gtest.h>

#include "base/core/text.hpp"
#include "server/smtp/wire/reply.hpp"
#include "server/smtp/wire/xtext.hpp"

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
      {"FROM:<a@b> BODY=9BIT", Errc::unsupported},
      {"FROM:<a@b> BODY", Errc::unsupported},
      {"FROM:<a@b> RET=ALL", Errc::bad_input},
      {"FROM:<a@b> RET", Errc::bad_input},
      {"FROM:<a@b> RET=FULL RET=FULL", Errc::bad_input},
      {"FROM:<a@b> ENVID=", Errc::bad_input},
      {"FROM:<a@b> ENVID=a+b", Errc::bad_input},
      {"FROM:<a@b> ENVID=a+0Db", Errc::bad_input},    // a line break would forge a field
      {"FROM:<a@b> ENVID=a+C3+A4", Errc::bad_input},  // RFC 3461, 4.4: ASCII
      {"FROM:<a@b> ENVID=a ENVID=b", Errc::bad_input},
      {"FROM:<a@b> X-UNKNOWN", Errc::not_found},
  };
  for (const auto& row : rows) {
    const auto mail = parse_mail(row.arguments);
    ASSERT_FALSE(mail.has_value()) << row.arguments;
    EXPECT_EQ(mail.error().code(), row.code) << row.arguments;
  }
  EXPECT_EQ(parse_rcpt("TO:<>").error().code(), Errc::bad_input);
  const std::string long_id = "FROM:<a@b> ENVID=" + std::string(k_max_envelope_id + 1, 'x');
  EXPECT_EQ(parse_mail(long_id).error().code(), Errc::bad_input);
  EXPECT_EQ(parse_rcpt("TO:<a@b> RET=FULL").error().code(), Errc::not_found);
  EXPECT_EQ(parse_rcpt("TO:<a@b>")->recipient.mailbox.address(), "a@b");
}

TEST(SmtpCommand, ReadsWhatDsnAsksOfMail) {  // RFC 3461, 4.3, 4.4 and 10
  const auto mail = parse_mail("FROM:<Alice@Pure-Heart.ORG> ret=hdrs ENVID=QQ314159+20a+2Bb");
  ASSERT_TRUE(mail.has_value());
  EXPECT_EQ(mail->returned, Return::headers);
  EXPECT_EQ(mail->envelope_id, "QQ314159 a+b");
  EXPECT_EQ(parse_mail("FROM:<> RET=FULL")->returned, Return::full);
  EXPECT_EQ(parse_mail("FROM:<>")->returned, Return::unspecified);
  EXPECT_FALSE(parse_mail("FROM:<>")->envelope_id.has_value());
  EXPECT_EQ(parse_mail("FROM:<> BODY=BinaryMIME")->body, Body::binary);
}

TEST(SmtpCommand, ReadsWhatDsnAsksOfRcpt) {  // RFC 3461, 4.1 and 4.2
  struct Row {
    std::string_view parameters;
    std::optional<unsigned> notify;
    std::string_view original;
  };
  const Row rows[] = {
      {"", std::nullopt, ""},
      {" NOTIFY=NEVER", 0, ""},
      {" notify=success,Failure,DELAY", 7, ""},
      {" NOTIFY=DELAY", 4, ""},
      {" NOTIFY=SUCCESS ORCPT=rfc822;Bob@Example.COM", 1, "rfc822;Bob@Example.COM"},
      {" ORCPT=rfc822;a+2Bb@c", std::nullopt, "rfc822;a+b@c"},
      {" ORCPT=x400;/C+3DDE/", std::nullopt, "x400;/C=DE/"},
      {" ORCPT=utf-8;\\x{E4}@b", std::nullopt, "utf-8;\\x{E4}@b"},  // RFC 6533, 3
  };
  for (const auto& row : rows) {
    const auto rcpt = parse_rcpt("TO:<a@b>" + std::string(row.parameters));
    ASSERT_TRUE(rcpt.has_value()) << row.parameters;
    EXPECT_EQ(rcpt->notify.has_value(), row.notify.has_value()) << row.parameters;
    EXPECT_EQ(rcpt->notify.value_or(0), row.notify.value_or(0)) << row.parameters;
    EXPECT_EQ(rcpt->original, row.original) << row.parameters;
  }
  const std::string long_one = "ORCPT=rfc822;" + std::string(k_max_original, 'x');
  for (const std::string_view bad :
       {std::string_view("NOTIFY"), std::string_view("NOTIFY="),
        std::string_view("NOTIFY=NEVER,SUCCESS"), std::string_view("NOTIFY=SUCCESS,"),
        std::string_view("NOTIFY=SOMETIMES"), std::string_view("NOTIFY=NEVER NOTIFY=NEVER"),
        std::string_view("ORCPT=a@b"), std::string_view("ORCPT=rfc822;"),
        std::string_view("ORCPT=;a"), std::string_view("ORCPT=rf/c;a"),
        std::string_view("ORCPT=rfc822;a+0A"), std::string_view("ORCPT=rfc822;a+4"),
        std::string_view("ORCPT=rfc822;a ORCPT=rfc822;a"), std::string_view(long_one)})
    EXPECT_EQ(parse_rcpt("TO:<a@b> " + std::string(bad)).error().code(), Errc::bad_input) << bad;
}

TEST(SmtpCommand, ReadsBdat) {  // RFC 3030, 2
  EXPECT_EQ(parse_bdat("1000")->size, 1'000U);
  EXPECT_FALSE(parse_bdat("1000")->is_last);
  EXPECT_TRUE(parse_bdat("0 LAST")->is_last);
  EXPECT_TRUE(parse_bdat("86 last")->is_last);
  for (const std::string_view bad : {"", "LAST", "-1", "1 FIRST", "1LAST", "0x10", "1 LAST x",
                                     "18446744073709551616", "000000000000000000001"})
    EXPECT_FALSE(parse_bdat(bad).has_value()) << bad;
}

TEST(SmtpCommand, ReadsBurl) {  // RFC 4468, 3.5
  EXPECT_EQ(parse_burl("imap://h/INBOX/;UID=1")->url, "imap://h/INBOX/;UID=1");
  EXPECT_FALSE(parse_burl("imap://h/INBOX/;UID=1")->is_last);
  EXPECT_TRUE(parse_burl("imap://h/ last")->is_last);
  for (const std::string_view bad : {"", " LAST", "a FIRST", "a LAST b", "a b LAST"})
    EXPECT_FALSE(parse_burl(bad).has_value()) << bad;
}

TEST(SmtpXtext, ReadsAndWritesStrictly) {  // RFC 3461, 4
  EXPECT_EQ(xtext_decode("").value(), "");
  EXPECT_EQ(xtext_decode("a+2Bb+3D+20~!").value(), "a+b= ~!");
  for (const std::string_view bad : {"+", "+2", "+2b", "+G0", "a=b", "a b", "a\x7F", "\xC3\xA4"})
    EXPECT_FALSE(xtext_decode(bad).has_value()) << bad;
  std::string all;
  for (int c = 0; c < 256; ++c) all.push_back(static_cast<char>(c));
  EXPECT_EQ(xtext_decode(xtext_encode(all)).value(), all);
  EXPECT_EQ(xtext_encode("a+b=\n"), "a+2Bb+3D+0A");
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
