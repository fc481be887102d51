// SPDX-License-Identifier: GPL-3.0-or-later
#include "search/fields/make_document.hpp"

#include <gmock/gmock.h>

namespace kontor::search {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

const std::string k_raw =
    "Received: from a by b\r\nSubject: =?koi8-r?B?79Teo9Q=?=\r\nFrom: "
    "=?utf-8?Q?=D0=90=D0=BD=D0=BD=D0=B0?=\r\n"
    " <anna@example.test>\r\nTo: a@x.test\r\nTo: b@x.test\r\nCC: c@x.test\r\nBcc: d@x.test\r\n"
    "Date: Mon, 1 Jan 2024 01:00:00 +0300\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n"
    "--b\r\nContent-Type: text/html\r\n\r\n<p>Hello</p>\r\n"
    "--b\r\nContent-Type: application/pdf; name*=utf-8''%D1%81%D1%87%D1%91%D1%82.pdf\r\n"
    "Content-Description: bill\r\nContent-Transfer-Encoding: base64\r\n\r\nU0VDUkVU\r\n"
    "--b\r\nContent-Type: message/rfc822\r\n\r\nSubject: inner\r\n\r\nwithin\r\n--b--\r\n";

std::vector<std::string> texts(const Document& document, Field field) {
  std::vector<std::string> out;
  for (const auto& one : document.texts)
    if (one.field == field) out.push_back(one.text);
  return out;
}

TEST(MakeDocument, sorts_a_message_into_fields) {
  const auto made = make_document(7, k_raw, {});
  const Document& document = made.document;
  EXPECT_EQ(document.item, 7U);
  EXPECT_EQ(document.size, k_raw.size());
  EXPECT_EQ(document.date.time_since_epoch().count(), 1'704'060'000);
  EXPECT_THAT(texts(document, Field::subject), ElementsAre("Отчёт"));
  EXPECT_THAT(texts(document, Field::from), ElementsAre("Анна <anna@example.test>"));
  EXPECT_THAT(texts(document, Field::to), ElementsAre("a@x.test", "b@x.test"));
  EXPECT_THAT(texts(document, Field::cc), ElementsAre("c@x.test"));
  EXPECT_THAT(texts(document, Field::bcc), ElementsAre("d@x.test"));
  EXPECT_THAT(texts(document, Field::header),
              ElementsAre("received: from a by b", "date: Mon, 1 Jan 2024 01:00:00 +0300",
                          "content-type: multipart/mixed; boundary=b"));
  EXPECT_THAT(texts(document, Field::body), ElementsAre("Hello", "inner", "within"));
  EXPECT_THAT(texts(document, Field::attachment_name), ElementsAre("счёт.pdf", "bill"));
  EXPECT_THAT(texts(document, Field::attachment), IsEmpty());
  EXPECT_TRUE(document.has_attachment);
}

TEST(MakeDocument, names_the_parts_to_be_read) {
  auto made = make_document(7, k_raw, {});
  ASSERT_EQ(made.attachments.size(), 1U);
  const auto& part = made.attachments.front();
  EXPECT_EQ(part.media_type, "application/pdf");
  EXPECT_EQ(part.file_name, "счёт.pdf");
  EXPECT_EQ(attachment_bytes(k_raw, part), "SECRET");
  EXPECT_EQ(made.document.reading, Reading::not_tried);

  Document whole = made.document;
  add_attachments(whole, {{Extraction::read, "total 42", ""}}, true);
  EXPECT_EQ(whole.reading, Reading::whole);
  EXPECT_THAT(texts(whole, Field::attachment), ElementsAre("total 42"));
  const auto reading = [&](Extraction outcome, bool all) {
    Document document = made.document;
    add_attachments(document, {{outcome, "", ""}}, all);
    return document.reading;
  };
  EXPECT_EQ(reading(Extraction::no_text, true), Reading::whole);
  EXPECT_EQ(reading(Extraction::no_text, false), Reading::partly);
  EXPECT_EQ(reading(Extraction::cut, true), Reading::partly);
  EXPECT_EQ(reading(Extraction::encrypted, true), Reading::partly);
  EXPECT_EQ(reading(Extraction::not_readable, true), Reading::partly);
  EXPECT_EQ(reading(Extraction::unavailable, true), Reading::not_tried);
}

std::string part_with(std::string_view header) {
  return "Content-Type: multipart/related; boundary=b\r\n\r\n--b\r\n\r\ntext\r\n--b\r\n" +
         std::string(header) + "\r\n\r\nAAAA\r\n--b--";
}

TEST(MakeDocument, says_whether_a_person_sees_attachments) {
  const auto has = [](std::string_view raw) {
    return make_document(1, raw, {}).document.has_attachment;
  };
  EXPECT_FALSE(has("Subject: x\r\n\r\ntext"));
  EXPECT_FALSE(has(""));
  EXPECT_TRUE(has(part_with("Content-Type: image/png; name=a.png")));
  EXPECT_FALSE(has(part_with("Content-Type: image/png; name=a.png\r\nContent-ID: <a>")));
  EXPECT_TRUE(has(part_with("Content-Disposition: attachment")));
  EXPECT_TRUE(has(part_with("Content-Type: application/pdf")));
  EXPECT_FALSE(has(part_with("Content-Type: application/pkcs7-signature; name=smime.p7s")));
  EXPECT_TRUE(has("Content-Type: application/pdf; name=a.pdf\r\n\r\nx"));  // nothing else in it
}

TEST(MakeDocument, asks_nobody_to_read_pictures) {
  EXPECT_THAT(make_document(1, part_with("Content-Type: image/png; name=a.png"), {}).attachments,
              IsEmpty());
  EXPECT_EQ(make_document(1, part_with("Content-Type: image/png"), {}).document.reading,
            Reading::none);
  EXPECT_EQ(make_document(1, part_with("Content-Type: text/rtf"), {}).attachments.size(), 1U);
  EXPECT_THAT(make_document(1, part_with("Content-Type: text/csv"), {}).attachments, IsEmpty());
}

}  // namespace
}  // namespace kontor::search
