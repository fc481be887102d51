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

TEST(SmtpCommand, ReadsWhatSendersWant) {  // RFC 8689, RFC 4865, RFC 2852, RFC 6710
  const auto all = parse_mail("FROM:<a@b.test> REQUIRETLS HOLDFOR=60 BY=+120;rt MT-PRIORITY=-3");
  ASSERT_TRUE(all);
  EXPECT_TRUE(all->requires_tls);
  EXPECT_EQ(all->hold_for, 60U);
  EXPECT_EQ(all->deliver_by->seconds, 120);
  EXPECT_TRUE(all->deliver_by->is_return && all->deliver_by->is_trace);
  EXPECT_EQ(all->priority, -3);
  const auto until = parse_mail("FROM:<a@b.test> HOLDUNTIL=2026-11-30T08:00:00+03:00 BY=-5;N");
  ASSERT_TRUE(until);
  EXPECT_EQ(until->hold_until, UtcSeconds(std::chrono::seconds(1'796'014'800)));
  EXPECT_EQ(until->deliver_by->seconds, -5);
  for (const auto* parameter : {"REQUIRETLS=yes",
                                "REQUIRETLS REQUIRETLS",
                                "HOLDFOR",
                                "HOLDFOR=0",
                                "HOLDFOR=-1",
                                "HOLDFOR=1234567890",
                                "HOLDFOR=1 HOLDFOR=1",
                                "HOLDFOR=1 HOLDUNTIL=2026-11-30T08:00:00Z",
                                "HOLDUNTIL=tomorrow",
                                "BY=0;R",
                                "BY=-1;R",
                                "BY=5",
                                "BY=5;X",
                                "BY=5;RX",
                                "BY=5;NTT",
                                "BY=;N",
                                "BY=1234567890;N",
                                "BY=5;N BY=5;N",
                                "MT-PRIORITY",
                                "MT-PRIORITY=10",
                                "MT-PRIORITY=-0",
                                "MT-PRIORITY=+3",
                                "MT-PRIORITY=1 MT-PRIORITY=1"})
    EXPECT_EQ(parse_mail("FROM:<a@b.test> " + std::string(parameter)).error().code(),
              Errc::bad_input)
        << parameter;
  const auto time = [](std::string_view text) { return parse_date_time(text).has_value(); };
  EXPECT_TRUE(time("2024-02-29t23:59:60.25z"));
  for (const auto* wrong :
       {"", "2026-02-29T00:00:00Z", "2026-13-01T00:00:00Z", "2026-01-01 00:00:00Z",
        "2026-01-01T24:00:00Z", "2026-01-01T00:00:00", "2026-01-01T00:00:00.Z",
        "2026-01-01T00:00:00+3:00", "2026-01-01T00:00:00+24:00", "26-01-01T00:00:00Z",
        "2026-01-01T00:00:00ZZ"})
    EXPECT_FALSE(time(wrong)) << wrong;
}

TEST(SmtpCommand, ReadsEtrn) {  // RFC 1985, 5.2
  EXPECT_EQ(parse_etrn("Branch.TEST")->domain, "branch.test");
  EXPECT_TRUE(parse_etrn("@branch.test")->is_below);
  EXPECT_TRUE(parse_etrn("#q1")->is_queue);
  for (const auto* wrong : {"", "@", "#", "a b", "a..b", "@@a.test", "<a@b.test>"})
    EXPECT_FALSE(parse_etrn(wrong)) << wrong;
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
