// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/mime/imap_structure.hpp"

#include <gtest/gtest.h>

#include <chrono>

#include "base/core/text.hpp"

namespace kontor::mime {
namespace {

std::string envelope(std::string_view raw) { return imap_envelope(raw, parse(raw, {})); }
std::string body(std::string_view raw) { return imap_body(raw, parse(raw, {})); }
std::string structure(std::string_view raw) { return imap_bodystructure(raw, parse(raw, {})); }

TEST(ImapEnvelope, is_that_of_rfc_9051) {
  // RFC 9051, 8
  EXPECT_EQ(envelope("Date: Wed, 17 Jul 1996 02:23:25 -0700 (PDT)\r\n"
                     "From: Terry Gray <gray@cac.washington.edu>\r\n"
                     "Subject: IMAP4rev2 WG mtg summary and minutes\r\n"
                     "To: imap@cac.washington.edu\r\n"
                     "cc: minutes@CNRI.Reston.VA.US,\r\n   John Klensin <KLENSIN@MIT.EDU>\r\n"
                     "Message-Id: <B27397-0100000@cac.washington.edu>\r\n"
                     "MIME-Version: 1.0\r\nContent-Type: TEXT/PLAIN; CHARSET=UTF-8\r\n\r\n"),
            "(\"Wed, 17 Jul 1996 02:23:25 -0700 (PDT)\" \"IMAP4rev2 WG mtg summary and minutes\" "
            "((\"Terry Gray\" NIL \"gray\" \"cac.washington.edu\")) "
            "((\"Terry Gray\" NIL \"gray\" \"cac.washington.edu\")) "
            "((\"Terry Gray\" NIL \"gray\" \"cac.washington.edu\")) "
            "((NIL NIL \"imap\" \"cac.washington.edu\")) "
            "((NIL NIL \"minutes\" \"CNRI.Reston.VA.US\")"
            "(\"John Klensin\" NIL \"KLENSIN\" \"MIT.EDU\")) NIL NIL "
            "\"<B27397-0100000@cac.washington.edu>\")");
}

TEST(ImapEnvelope, tells_absent_from_empty) {
  const std::string_view nothing = "(NIL NIL NIL NIL NIL NIL NIL NIL NIL NIL)";
  EXPECT_EQ(envelope(""), nothing);
  EXPECT_EQ(envelope("X: y\r\n\r\nSubject: body\r\n"), nothing);
  EXPECT_EQ(envelope("Date:\r\nSubject: \r\nFrom:\r\nTo: ,\r\nIn-Reply-To:\r\nMessage-ID:\r\n\r\n"),
            "(\"\" \"\" NIL NIL NIL NIL NIL NIL \"\" \"\")");
}

TEST(ImapEnvelope, defaults_sender_and_reply_to) {
  const std::string a = "((NIL NIL \"a\" \"x\"))", b = "((NIL NIL \"b\" \"x\"))";
  EXPECT_EQ(envelope("From: a@x\r\nSender: b@x\r\nReply-To:\r\n\r\n"),
            "(NIL NIL " + a + " " + b + " " + a + " NIL NIL NIL NIL NIL)");
  EXPECT_EQ(envelope("Sender: b@x\r\n\r\n"), "(NIL NIL NIL " + b + " NIL NIL NIL NIL NIL NIL)");
}

TEST(ImapEnvelope, writes_groups_routes_and_names_without_hosts) {
  EXPECT_EQ(
      envelope("To: Team: a@x, B <b@x>;, c@x\r\n\r\n"),
      "(NIL NIL NIL NIL NIL ((NIL NIL \"Team\" NIL)(NIL NIL \"a\" \"x\")(\"B\" NIL \"b\" \"x\")"
      "(NIL NIL NIL NIL)(NIL NIL \"c\" \"x\")) NIL NIL NIL NIL)");
  EXPECT_EQ(
      envelope("To: undisclosed-recipients:;\r\n\r\n"),
      "(NIL NIL NIL NIL NIL ((NIL NIL \"undisclosed-recipients\" NIL)(NIL NIL NIL NIL)) NIL NIL "
      "NIL NIL)");
  EXPECT_EQ(
      envelope("To: <@a,@b:c@d>, root\r\n\r\n"),
      "(NIL NIL NIL NIL NIL ((NIL \"@a,@b\" \"c\" \"d\")(NIL NIL \"root\" \"\")) NIL NIL NIL NIL)");
}

TEST(ImapEnvelope, joins_destination_fields_and_takes_the_first_of_others) {
  // RFC 5322, 4.5.3
  EXPECT_EQ(envelope("To: a@x\r\nSubject: 1\r\nTo: b@x\r\nSubject: 2\r\n\r\n"),
            "(NIL \"1\" NIL NIL NIL ((NIL NIL \"a\" \"x\")(NIL NIL \"b\" \"x\")) NIL NIL NIL NIL)");
}

TEST(ImapEnvelope, quotes_or_writes_literals) {
  EXPECT_EQ(envelope("Subject: a \"b\" \\c\r\n\r\n"),
            "(NIL \"a \\\"b\\\" \\\\c\" NIL NIL NIL NIL NIL NIL NIL NIL)");
  EXPECT_EQ(envelope("Subject: \xD1\x91\r\n folded\r\n\r\n"),
            "(NIL {9}\r\n\xD1\x91 folded NIL NIL NIL NIL NIL NIL NIL NIL)");
  EXPECT_EQ(envelope(std::string("Subject: a\0b\r\n\r\n", 16)),
            "(NIL {2}\r\nab NIL NIL NIL NIL NIL NIL NIL NIL)");
  EXPECT_EQ(envelope("Subject: =?utf-8?b?0ZE=?=\r\n\r\n"),
            "(NIL \"=?utf-8?b?0ZE=?=\" NIL NIL NIL NIL NIL NIL NIL NIL)");
}

TEST(ImapBody, describes_text) {
  EXPECT_EQ(body("Subject: x\r\n\r\none\r\ntwo\r\n"),
            "(\"text\" \"plain\" (\"charset\" \"us-ascii\") NIL NIL \"7bit\" 10 2)");
  EXPECT_EQ(
      structure("Content-Type: TEXT/HTML; Charset=UTF-8; format=flowed\r\nContent-ID: <i@x>\r\n"
                "Content-Description: d\r\nContent-Transfer-Encoding: QUOTED-PRINTABLE\r\n"
                "Content-MD5: Q2hlY2sgSW50ZWdyaXR5IQ==\r\n"
                "Content-Disposition: inline\r\nContent-Language: en, ru\r\n"
                "Content-Location: http://x/\r\n\r\n"),
      "(\"text\" \"html\" (\"charset\" \"UTF-8\" \"format\" \"flowed\") \"<i@x>\" \"d\" "
      "\"quoted-printable\" 0 0 \"Q2hlY2sgSW50ZWdyaXR5IQ==\" (\"inline\" NIL) (\"en\" \"ru\") "
      "\"http://x/\")");
  EXPECT_EQ(structure("Content-Type: text/plain\r\nContent-Language: ru (Russian)\r\n\r\n"),
            "(\"text\" \"plain\" NIL NIL NIL \"7bit\" 0 0 NIL NIL \"ru\" NIL)");
}

TEST(ImapBody, describes_parts) {
  // The shape of RFC 9051, 7.5.2: a text part and a file, the multipart's own extension data.
  const std::string raw =
      "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain; "
      "charset=us-ascii\r\n\r\nhello\r\n--b\r\nContent-Type: application/pdf; name=cc.pdf\r\n"
      "Content-Transfer-Encoding: base64\r\nContent-Disposition: attachment; "
      "filename=\"cc.pdf\"\r\n\r\n"
      "AAAA\r\n--b--\r\n";
  EXPECT_EQ(body(raw),
            "((\"text\" \"plain\" (\"charset\" \"us-ascii\") NIL NIL \"7bit\" 5 1)"
            "(\"application\" \"pdf\" (\"name\" \"cc.pdf\") NIL NIL \"base64\" 4) \"mixed\")");
  EXPECT_EQ(
      structure(raw),
      "((\"text\" \"plain\" (\"charset\" \"us-ascii\") NIL NIL \"7bit\" 5 1 NIL NIL NIL NIL)"
      "(\"application\" \"pdf\" (\"name\" \"cc.pdf\") NIL NIL \"base64\" 4 NIL "
      "(\"attachment\" (\"filename\" \"cc.pdf\")) NIL NIL) \"mixed\" (\"boundary\" \"b\") NIL NIL "
      "NIL)");
}

TEST(ImapBody, describes_messages) {
  EXPECT_EQ(body("Content-Type: message/rfc822\r\n\r\nSubject: in\r\n\r\nx\r\n"),
            "(\"message\" \"rfc822\" NIL NIL NIL \"7bit\" 18 "
            "(NIL \"in\" NIL NIL NIL NIL NIL NIL NIL NIL) "
            "(\"text\" \"plain\" (\"charset\" \"us-ascii\") NIL NIL \"7bit\" 3 1) 3)");
  EXPECT_EQ(
      body("Content-Type: message/rfc822\r\nContent-Transfer-Encoding: base64\r\n\r\nAAAA\r\n"),
      "(\"message\" \"rfc822\" NIL NIL NIL \"base64\" 6 "
      "(NIL NIL NIL NIL NIL NIL NIL NIL NIL NIL) "
      "(\"text\" \"plain\" NIL NIL NIL \"7bit\" 0 0) 1)");
}

TEST(ImapBody, shows_a_multipart_without_parts_as_text) {
  EXPECT_EQ(body("Content-Type: multipart/mixed; boundary=b\r\n\r\nno parts\r\n"),
            "(\"text\" \"plain\" (\"charset\" \"us-ascii\") NIL NIL \"7bit\" 10 1)");
}

TEST(ImapBody, joins_continuations_and_leaves_charsets_to_the_client) {
  // RFC 2231, 6 and 8
  EXPECT_EQ(body("Content-Type: a/b; name*0*=utf-8''%D1%91; name*1=\".a b\"; x*0=1; x*1=2\r\n\r\n"),
            "(\"a\" \"b\" (\"name*\" \"utf-8''%D1%91.a%20b\" \"x\" \"12\") NIL NIL \"7bit\" 0)");
  EXPECT_EQ(body("Content-Type: a/b; name=\"=?utf-8?b?0ZE=?=\"\r\n\r\n"),
            "(\"a\" \"b\" (\"name\" \"=?utf-8?b?0ZE=?=\") NIL NIL \"7bit\" 0)");
}

TEST(ImapBody, survives_broken_fields) {
  EXPECT_EQ(structure("Content-Type: broken; charset=koi8-r; name=x\r\nContent-Disposition: ;\r\n"
                      "Content-Language: ,(\r\n\r\n"),
            "(\"text\" \"plain\" (\"charset\" \"koi8-r\") NIL NIL \"7bit\" 0 0 NIL NIL NIL NIL)");
  EXPECT_EQ(structure("Content-Type: text/x\r\nContent-Disposition: ; filename=a\r\n\r\n"),
            "(\"text\" \"x\" NIL NIL NIL \"7bit\" 0 0 NIL (\"attachment\" (\"filename\" \"a\")) "
            "NIL NIL)");
}

struct Preview {
  std::string_view raw, expected;
};

TEST(ImapPreview, is_the_first_text_a_person_reads) {
  const std::vector<Preview> rows{
      {"", ""},
      {"\r\n  Hello,\r\n\r\n\tworld \r\n", "Hello, world"},
      {"Content-Type: text/html\r\n\r\n<html><head><title>T</title><style>p{}</style></head>"
       "<body><!-- c --><p>One&nbsp;&amp;&#32;two&#x41;</p><script>x<1</script>three &bad; <b",
       "One & twoA three &bad;"},
      {"Content-Type: multipart/alternative; boundary=b\r\n\r\n--b\r\nContent-Type: "
       "text/html\r\n\r\n"
       "<p>html</p>\r\n--b\r\n\r\nplain\r\n--b--",
       "plain"},
      {"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n"
       "Content-Disposition: attachment\r\n\r\nfile\r\n--b\r\nContent-Type: "
       "text/html\r\n\r\nbody\r\n--b--",
       "body"},
      {"Content-Type: application/pdf\r\n\r\nAAAA", ""},
      {"Content-Type: text/plain; charset=koi8-r\r\nContent-Transfer-Encoding: "
       "quoted-printable\r\n\r\n"
       "=F0=D2=C9=D7=C5=D4",
       "Привет"},
  };
  for (const auto& row : rows) EXPECT_EQ(preview(row.raw, parse(row.raw, {})), row.expected);
}

TEST(ImapPreview, is_cut_at_characters) {
  std::string raw = "Content-Type: text/plain; charset=utf-8\r\n\r\n";
  for (int i = 0; i < 500; ++i) raw += "ё";
  const std::string text = preview(raw, parse(raw, {}), 200);
  EXPECT_EQ(text.size(), 400U);
  EXPECT_TRUE(is_utf8(text));
}

TEST(ImapStructure, is_written_in_linear_time_for_hostile_input) {
  std::string parts = "Content-Type: multipart/digest; boundary=b\r\n\r\n";
  for (int i = 0; i < 100'000; ++i) parts += "--b\r\n\r\nFrom: a@b\r\n\r\n";
  std::string to = "To: ";
  for (int i = 0; i < 200'000; ++i) to += "a@b,";
  std::string fields;
  for (int i = 0; i < 200'000; ++i) fields += "To: a\r\nContent-Disposition: x; a=b\r\n";
  const auto begin = std::chrono::steady_clock::now();
  for (const auto& raw : {parts, to, fields}) {
    const Message message = parse(raw, {});
    EXPECT_FALSE(imap_envelope(raw, message).empty());
    EXPECT_FALSE(imap_bodystructure(raw, message).empty());
    (void)preview(raw, message);
  }
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(20));
}

}  // namespace
}  // namespace kontor::mime
