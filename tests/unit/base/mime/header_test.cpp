// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/mime/header.hpp"

#include <gtest/gtest.h>

#include <chrono>

#include "base/core/text.hpp"

namespace kontor::mime {
namespace {

TEST(MimeHeader, finds_fields_in_order) {
  const std::string_view header =
      "From x@y Mon\r\nA: 1\r\nB : 2\r\n  more\r\nno field\r\n goes with it\r\nC:\r\n\r\nD: 4\r\n";
  const auto fields = parse_fields(header);
  ASSERT_EQ(fields.size(), 3U);
  EXPECT_EQ(fields[0].name, "A");
  EXPECT_EQ(fields[1].name, "B");
  EXPECT_EQ(fields[1].value, " 2\r\n  more");
  EXPECT_EQ(fields[1].range.of(header), "B : 2\r\n  more\r\n");
  EXPECT_EQ(fields[2].value, "");
}

TEST(MimeHeader, gives_values_unfolded) {
  const std::string_view header =
      "Subject: one\r\n two\n\tthree \r\nsubject: other\r\nEmpty:\r\n\r\n";
  EXPECT_EQ(field_value(header, "SUBJECT"), "one two\tthree");
  EXPECT_EQ(field_value(header, "Empty"), "");
  EXPECT_EQ(field_value(header, "None"), std::nullopt);
  EXPECT_EQ(unfold("a\r\n b\n c"), "a b c");
}

TEST(MimeHeader, selects_fields_for_imap) {
  const std::string_view header = "To: a\r\nSubject: s\r\n t\r\nto: b\r\nX: y\r\n\r\nbody";
  EXPECT_EQ(select_fields(header, {"TO", "subject"}, false),
            "To: a\r\nSubject: s\r\n t\r\nto: b\r\n\r\n");
  EXPECT_EQ(select_fields(header, {"to", "SUBJECT"}, true), "X: y\r\n\r\n");
  EXPECT_EQ(select_fields(header, {"none"}, false), "\r\n");
  EXPECT_EQ(select_fields("A: b", {"a"}, false), "A: b\r\n\r\n");
}

TEST(MimeHeader, decodes_words) {
  struct Row {
    std::string_view in, out;
  };
  const std::vector<Row> rows{
      // RFC 2047, 8
      {"=?ISO-8859-1?Q?a?=", "a"},
      {"=?ISO-8859-1?Q?a?= b", "a b"},
      {"=?ISO-8859-1?Q?a?= =?ISO-8859-1?Q?b?=", "ab"},
      {"=?ISO-8859-1?Q?a?=  =?ISO-8859-1?Q?b?=", "ab"},
      {"=?ISO-8859-1?Q?a?=\r\n   =?ISO-8859-1?Q?b?=", "ab"},
      {"=?ISO-8859-1?Q?a_b?=", "a b"},
      {"=?ISO-8859-1?Q?a?= =?ISO-8859-2?Q?_b?=", "a b"},
      {"=?ISO-8859-1?Q?Patrik_F=E4ltstr=F6m?= <paf@nada.kth.se>",
       "Patrik Fältström <paf@nada.kth.se>"},
      {"=?US-ASCII*EN?Q?Keith_Moore?=", "Keith Moore"},  // RFC 2231, 5
      {"=?koi8-r?B?79Teo9Q=?=", "Отчёт"},
      {"=?utf-8?b?0J7RgtGH0ZHRgg==?=", "Отчёт"},
      {"=?utf-8?b?0J7RgtGH0Q?= =?utf-8?b?kdGC?=", "Отчёт"},  // a letter cut in two
      {"=?windows-1251?Q?=CF=F0=E8=E2=E5=F2?=", "Привет"},
      {"=?utf-8?Q?a b?=", "a b"},
      {"x=?utf-8?Q?a?=y", "xay"},
      {"=?utf-8?Q?a?= =?bad", "a =?bad"},
      {"=?utf-8?X?a?=", "=?utf-8?X?a?="},
      {"=?utf-8?Q?=E?=", "=E"},
      {"=?utf-8?Q?=D1=91=", "=?utf-8?Q?=D1=91="},
      {"=?x-unknown?Q?=D1=91?=", "ё"},
      {"=??Q?a?=", "=??Q?a?="},
      {"=?utf-8?Q?"
       "?= b",
       " b"},
      {"\xD0\x9F", "П"},
      {"caf\xE9", "café"},
      {"=?utf-8?Q?=FF?=", "\xEF\xBF\xBD"},
      {"=?iso-2022-jp?B?GyRCRnxLXBsoQg==?=", "日本"},
      {"=?gb2312?B?1tDOxA==?=", "中文"},
  };
  for (const auto& row : rows) EXPECT_EQ(decode_words(row.in), row.out) << row.in;
}

std::string shown(const std::vector<Address>& addresses) {
  const auto one = [](const Mailbox& m) {
    return (m.name.empty() ? "" : "'" + m.name + "' ") + m.route + "<" + m.local + "|" + m.domain +
           ">";
  };
  std::string out;
  for (const auto& address : addresses) {
    if (!out.empty()) out += " ";
    if (!address.is_group) {
      out += one(address.mailbox);
      continue;
    }
    out += address.group_name + ":[";
    for (const auto& member : address.members) out += one(member);
    out += "]";
  }
  return out;
}

TEST(MimeHeader, reads_addresses) {
  struct Row {
    std::string_view in, out;
  };
  const std::vector<Row> rows{
      // RFC 5322, A.1 and A.6
      {"John Doe <jdoe@machine.example>", "'John Doe' <jdoe|machine.example>"},
      {"\"Joe Q. Public\" <john.q.public@example.com>",
       "'Joe Q. Public' <john.q.public|example.com>"},
      {"Mary Smith <mary@x.test>, jdoe@example.org, Who? <one@y.test>",
       "'Mary Smith' <mary|x.test> <jdoe|example.org> 'Who?' <one|y.test>"},
      {"<boss@nil.test>, \"Giant; \\\"Big\\\" Box\" <sysservices@example.net>",
       "<boss|nil.test> 'Giant; \"Big\" Box' <sysservices|example.net>"},
      {"A Group:Ed Jones <joe@where.test>,a@b.test;",
       "A Group:['Ed Jones' <joe|where.test><a|b.test>]"},
      {"Undisclosed recipients:;", "Undisclosed recipients:[]"},
      {"Pete(A nice \\) chap) <pete(his account)@silly.test(his host)>",
       "'Pete' <pete|silly.test>"},
      {"A Group(Some people)\r\n  :Chris Jones <c@(Chris's host.)public.example>,\r\n "
       "joe@example.org;",
       "A Group:['Chris Jones' <c|public.example><joe|example.org>]"},
      {"Joe Q. Public <john.q.public@example.com>", "'Joe Q. Public' <john.q.public|example.com>"},
      {"Mary Smith <@node.test:mary@example.net>, , jdoe@test  . example",
       "'Mary Smith' @node.test<mary|example.net> <jdoe|test.example>"},
      {"<@a.test,@b.test:u@c.test>", "@a.test,@b.test<u|c.test>"},
      // what is found in real mail
      {"", ""},
      {" , ,, ", ""},
      {"root", "<root|>"},
      {"user@host (Full Name)", "'Full Name' <user|host>"},
      {"a@b <c@d>", "'a@b' <c|d>"},
      {"a@b c@d", "<a|b> <c|d>"},
      {"\"quoted local\"@x.test", "<quoted local|x.test>"},
      {"john . doe @ x . test", "<john.doe|x.test>"},
      {"u@[192.0.2.1]", "<u|[192.0.2.1]>"},
      {"u@[IPv6:::1]", "<u|[IPv6:::1]>"},
      {"Name <>", "'Name' <|>"},
      {"<>", ""},
      {"Name <a@b", "'Name' <a|b>"},
      {"Name <<a@b>>, c@d", "'Name' <a|b> <c|d>"},
      {"Name <a@b@c>", "'Name' <a@b|c>"},
      {"=?utf-8?Q?Smith,_John?= <a@b>", "'=?utf-8?Q?Smith,_John?=' <a|b>"},
      {"\"open <a@b>", "<open <a@b>|>"},
      {"[List] Name <a@b>", "'[List] Name' <a|b>"},
      {"G:a@b,c@d;,e@f", "G:[<a|b><c|d>] <e|f>"},
      {"G: H: a@b;", "G:[] H:[<a|b>]"},
      {"a@b;c@d", "<a|b> <c|d>"},
      {"\xD0\x9F \xD0\xB5 <a@b>", "'П е' <a|b>"},
  };
  for (const auto& row : rows) EXPECT_EQ(shown(parse_addresses(row.in)), row.out) << row.in;
  EXPECT_EQ(parse_addresses("a@b")[0].mailbox.address(), "a@b");
  EXPECT_EQ(parse_addresses("root")[0].mailbox.address(), "root");
}

TEST(MimeHeader, reads_dates) {
  struct Row {
    std::string_view in;
    std::int64_t out;
  };
  const std::vector<Row> rows{
      {"Fri, 21 Nov 1997 09:55:06 -0600", 880127706},  // RFC 5322, A.1.1
      {"Tue, 1 Jul 2003 10:52:37 +0200", 1057049557},
      {"Thu,\r\n      13\r\n        Feb\r\n          1969\r\n      23:32\r\n               -0330 "
       "(Newfoundland Time)",
       -27723480},  // RFC 5322, A.5: 14 Feb 1969 03:02 UTC
      {"21 Nov 97 09:55:06 GMT", 880106106},
      {"21 Nov 97 09:55:06 EST", 880124106},
      {"Mon Jan  1 00:00:00 2024", 1704067200},
      {"Mon Jan  1 00:00:00 2024 +0300", 1704056400},
      {"2024-01-01T00:00:00Z", 1704067200},
      {"2024-01-01T03:00:00+03:00", 1704067200},
      {"1-Jan-2024 00:00:00 +0000", 1704067200},
      {"Mon, 1 Jan 2024 00:00", 1704067200},
      {"Mon, 1 Jan 2024", 1704067200},
      {"Mon, 1 Jan 2024 03:00:00 MSK", 1704067200},
      {"Sat, 31 Dec 2016 23:59:60 +0000", 1483228800},
      {"1 Jan 2024 99:99:99 +0000", 1704067200},
      {"1 Jan 2024 00:00:00 +9999", 1704067200},
  };
  for (const auto& row : rows) {
    const auto time = parse_date(row.in);
    ASSERT_TRUE(time) << row.in;
    EXPECT_EQ(time->time_since_epoch().count(), row.out) << row.in;
  }
  for (const std::string_view bad : {"", "yesterday", "32 Jan 2024", "1 Foo 2024", "30 Feb 2024",
                                     "1 Jan", "((((", "99999999999999999999 Jan 1"})
    EXPECT_FALSE(parse_date(bad)) << bad;
}

TEST(MimeHeader, gives_the_day_as_written) {
  // RFC 9051, 6.4.4: SENTON and the like disregard time and time zone.
  EXPECT_EQ(parse_day("Mon, 1 Jan 2024 01:00:00 +0300"),
            std::chrono::sys_days(std::chrono::year_month_day(
                std::chrono::year(2024), std::chrono::month(1), std::chrono::day(1))));
  EXPECT_EQ(parse_day("nothing"), std::nullopt);
}

TEST(MimeHeader, writes_dates_that_it_reads) {
  EXPECT_EQ(format_date(UtcSeconds(std::chrono::seconds(1793613600))),
            "Mon, 2 Nov 2026 10:00:00 +0000");
  for (std::int64_t t = -1'000'000'000; t < 4'000'000'000; t += 99'999'989) {
    const UtcSeconds time{std::chrono::seconds(t)};
    EXPECT_EQ(parse_date(format_date(time)), time);
  }
  // A zone carries a time over the end of a year, and what is read can still be written.
  for (const std::string_view edge : {"31 Dec 1900 23:00:00 -0500", "1 Jan 1901 00:00:00 +0300",
                                      "1 Jan 1900 00:00:00 +0000", "31 Dec 9998 23:00:00 -0500"}) {
    const auto time = parse_date(edge);
    ASSERT_TRUE(time.has_value()) << edge;
    EXPECT_EQ(parse_date(format_date(*time)), time) << format_date(*time);
  }
  EXPECT_FALSE(parse_date("1 Jan 1900 00:00:00 +0300").has_value());
  EXPECT_FALSE(parse_day("1 Jan 1900 00:00:00 +0300").has_value());
}

TEST(MimeHeader, reads_hostile_values_in_linear_time) {
  const auto repeat = [](std::string_view piece, int times) {
    std::string out;
    for (int i = 0; i < times; ++i) out += piece;
    return out;
  };
  const int many = 50'000;
  const auto begin = std::chrono::steady_clock::now();
  for (const std::string_view piece : {"(",
                                       "a(",
                                       "\"",
                                       "<",
                                       "a@",
                                       "@",
                                       ":",
                                       "a:b;",
                                       "=?",
                                       "=?u?q?",
                                       "=?utf-8?q?a?= ",
                                       ",",
                                       "[",
                                       "a@[",
                                       "<@",
                                       "<@a,",
                                       "=?utf-8?b?",
                                       "\\",
                                       ". ",
                                       "a\xFF",
                                       "- "}) {
    const std::string value = repeat(piece, many);
    (void)parse_addresses(value);
    (void)parse_date(value);
    EXPECT_TRUE(is_utf8(decode_words(value))) << piece;
  }
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(30));
}

}  // namespace
}  // namespace kontor::mime
