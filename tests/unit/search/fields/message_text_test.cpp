// SPDX-License-Identifier: GPL-3.0-or-later
#include "search/fields/message_text.hpp"

#include <gtest/gtest.h>

#include "base/mime/decode.hpp"

namespace kontor::search {
namespace {

const std::string k_raw =
    "Subject: =?koi8-r?B?79Teo9Q=?= Q3\r\nFrom: Anna <anna@example.test>\r\nX-Empty:\r\n"
    "Date: Mon, 1 Jan 2024 01:00:00 +0300\r\nContent-Type: multipart/mixed; "
    "boundary=b\r\n\r\n--b\r\n"
    "Content-Type: text/plain; charset=windows-1251\r\nContent-Transfer-Encoding: base64\r\n\r\n"
    "z/Do4uXy\r\n--b\r\nContent-Type: application/pdf; "
    "name*=utf-8''%D1%81%D1%87%D1%91%D1%82.pdf\r\n"
    "Content-Transfer-Encoding: base64\r\n\r\nU0VDUkVU\r\n--b\r\nContent-Type: "
    "message/rfc822\r\n\r\n"
    "Subject: forwarded\r\n\r\nStra=dfe\r\n--b--\r\n";

MessageText text_of(std::string raw) {
  return MessageText(std::make_shared<const std::string>(std::move(raw)), {});
}
MessageText text() { return text_of(k_raw); }

TEST(MessageText, looks_at_decoded_fields) {
  auto message = text();
  EXPECT_TRUE(message.field_contains("SUBJECT", mime::fold_case("ОТЧЁТ q3")));
  EXPECT_TRUE(message.field_contains("from", "anna@"));
  EXPECT_TRUE(message.field_contains("x-empty", ""));
  EXPECT_FALSE(message.field_contains("x-empty", "a"));
  EXPECT_FALSE(message.field_contains("to", ""));
  EXPECT_FALSE(message.field_contains("subject", "koi8"));
}

TEST(MessageText, looks_at_decoded_bodies) {
  auto message = text();
  EXPECT_TRUE(message.body_contains(mime::fold_case("ПРИВЕТ")));
  EXPECT_TRUE(message.body_contains(""));
  EXPECT_TRUE(message.body_contains("forwarded"));  // the header of a message inside
  EXPECT_TRUE(message.body_contains(mime::fold_case("счёт.PDF")));
  EXPECT_FALSE(message.body_contains("secret"));  // a file is no text until it was read
  EXPECT_FALSE(message.body_contains("anna"));
  EXPECT_FALSE(message.body_contains("boundary"));
  EXPECT_TRUE(message.text_contains("anna"));
  EXPECT_TRUE(message.text_contains("from: anna"));
  EXPECT_TRUE(message.text_contains(mime::fold_case("привет")));
  EXPECT_FALSE(message.text_contains("absent"));
}

TEST(MessageText, knows_the_day_it_was_sent_as_written) {
  auto message = text();
  EXPECT_EQ(message.sent_day()->time_since_epoch().count(), 19'723);
  EXPECT_EQ(text_of("Subject: x\r\n").sent_day(), std::nullopt);
  EXPECT_EQ(text_of("Date: x\r\n").sent_day(), std::nullopt);
}

TEST(MessageText, compares_html_without_its_markup) {
  auto message = text_of(
      "Content-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: "
      "quoted-printable\r\n\r\n"
      "<p "
      "style=3D\"color:red\">=D0=94=D0=BE<b>=D0=B3</b>=D0=BE=\r\n=D0=B2&#1086;&rcy;</p><p>a&amp;b");
  EXPECT_TRUE(message.body_contains("договор"));
  EXPECT_TRUE(message.body_contains("a&b"));
  EXPECT_FALSE(message.body_contains("color"));
  EXPECT_FALSE(message.body_contains("<p"));
  EXPECT_FALSE(message.body_contains("amp"));
}

TEST(MessageText, has_the_text_of_attachments_in_its_body) {
  auto message = text();
  EXPECT_FALSE(message.text_contains("42"));
  message.add_attachment("Счёт 42");
  message.add_attachment("second");
  EXPECT_TRUE(message.body_contains(mime::fold_case("СЧЁТ 42")));
  EXPECT_TRUE(message.text_contains("second"));
  EXPECT_FALSE(message.field_contains("subject", "42"));
}

TEST(MessageText, reads_reports_on_deliveries) {
  auto message = text_of(
      "Content-Type: multipart/report; boundary=b\r\n\r\n--b\r\nContent-Type: "
      "message/delivery-status\r\n\r\nFinal-Recipient: rfc822; lost@example.test\r\n--b--");
  EXPECT_TRUE(message.body_contains("lost@example.test"));
}

}  // namespace
}  // namespace kontor::search
