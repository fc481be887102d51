// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/indexer/object_document.hpp"

#include <gmock/gmock.h>

#include "search/query/matcher.hpp"
#include "search/query/query.hpp"

namespace kontor::indexer {
namespace {

using search::Field;
using ::testing::ElementsAre;

constexpr std::string_view k_event =
    "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nBEGIN:VEVENT\r\nUID:u\r\n"
    "DTSTAMP:20260101T000000Z\r\nDTSTART:20260301T090000Z\r\n"
    "SUMMARY:Совещание по договору\r\nLOCATION:Room 5\\, 2nd floor\r\n"
    "DESCRIPTION:Принести сме\r\n ту\\nи печать\r\nCATEGORIES:Работа,Финансы\r\n"
    "ORGANIZER;CN=Анна Петрова:mailto:anna@example.org\r\n"
    "ATTENDEE;CN=\"Ivanov, Ivan\";PARTSTAT=ACCEPTED:MAILTO:Ivanov@example.org\r\n"
    "ATTACH;FILENAME=plan.pdf:https://example.org/plan.pdf\r\n"
    "END:VEVENT\r\nEND:VCALENDAR\r\n";

constexpr std::string_view k_contact =
    "BEGIN:VCARD\r\nVERSION:3.0\r\nUID:c\r\nFN:Пётр Сидоров\r\nN:Сидоров;Пётр;;;\r\n"
    "ORG:Вектор;Склад\r\nEMAIL;TYPE=WORK:sidorov@example.org\r\n"
    "item1.TEL;TYPE=CELL:+7 (495) 123-45-67\r\nNOTE:любит кофе\r\nEND:VCARD\r\n";

std::vector<std::string> texts(const search::Document& document, Field field) {
  std::vector<std::string> out;
  for (const auto& text : document.texts)
    if (text.field == field) out.push_back(text.text);
  return out;
}

bool finds(std::string_view raw,
           search::TextOp op,
           const std::string& words,
           search::Fields fields = search::k_people_fields) {
  search::TextQuery query;
  query.op = op;
  query.text = words;
  query.fields = fields;
  search::Analyzer analyzer({"english", "russian"});
  return search::matches(query, make_object_document(1, raw), analyzer);
}

TEST(ObjectDocument, HasWhatPeopleSeeOfAnEvent) {
  const auto document = make_object_document(7, k_event);
  EXPECT_EQ(document.item, 7U);
  EXPECT_EQ(document.size, k_event.size());
  EXPECT_TRUE(document.has_attachment);
  EXPECT_THAT(texts(document, Field::subject), ElementsAre("Совещание по договору"));
  EXPECT_THAT(texts(document, Field::from), ElementsAre("Анна Петрова <anna@example.org>"));
  EXPECT_THAT(texts(document, Field::to), ElementsAre("Ivanov, Ivan <ivanov@example.org>"));
  EXPECT_THAT(texts(document, Field::attachment_name), ElementsAre("plan.pdf"));
  for (const auto* word : {"договоры", "смета", "печать", "финансы", "floor", "Иванов", "Petrova"})
    EXPECT_TRUE(finds(k_event, search::TextOp::words, word)) << word;
  EXPECT_TRUE(finds(k_event, search::TextOp::words, "anna", search::fields_of(Field::from)));
  EXPECT_FALSE(finds(k_event, search::TextOp::words, "VEVENT"));
  EXPECT_FALSE(finds(k_event, search::TextOp::words, "DTSTAMP"));
}

TEST(ObjectDocument, HasWhatPeopleSeeOfAContact) {
  EXPECT_THAT(texts(make_object_document(1, k_contact), Field::subject),
              ElementsAre("Пётр Сидоров"));
  for (const auto* word :
       {"сидорову", "sidorov", "петр", "вектор", "склад", "кофе", "sidorov@example.org",
        "+7 (495) 123-45-67", "74951234567", "84951234567", "4951234567"})
    EXPECT_TRUE(finds(k_contact, search::TextOp::words, word)) << word;
  EXPECT_TRUE(finds(k_contact, search::TextOp::prefix, "495123"));
  EXPECT_FALSE(finds(k_contact, search::TextOp::words, "VCARD"));
}

TEST(ObjectDocument, TakesWhateverOverridesSay) {
  const std::string raw =
      "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VEVENT\r\nUID:u\r\nDTSTART:20260301T090000Z\r\n"
      "RRULE:FREQ=DAILY\r\nSUMMARY:daily\r\nEND:VEVENT\r\nBEGIN:VEVENT\r\nUID:u\r\n"
      "RECURRENCE-ID:20260302T090000Z\r\nDTSTART:20260302T100000Z\r\nSUMMARY:farewell\r\n"
      "END:VEVENT\r\nEND:VCALENDAR\r\n";
  EXPECT_TRUE(finds(raw, search::TextOp::words, "daily"));
  EXPECT_TRUE(finds(raw, search::TextOp::words, "farewell"));
}

TEST(ObjectDocument, WhatCannotBeReadIsTextAsItStands) {
  for (const std::string_view raw :
       {"BEGIN:VCALENDAR\r\nSUMMARY:broken договор \xFF\r\n", "BEGIN:VCARD\r\nFN:broken договор"})
    EXPECT_TRUE(finds(raw, search::TextOp::words, "broken договор")) << raw;
  EXPECT_TRUE(make_object_document(1, "").texts.empty());
}

TEST(ObjectDocument, AMessageIsNoneWhateverItBeginsWith) {
  store::Item object, message;
  message.header_size = 17;
  EXPECT_TRUE(is_object(object, k_event));
  EXPECT_TRUE(is_object(object, "\xEF\xBB\xBF\r\nbegin:vcard\r\n"));
  EXPECT_FALSE(is_object(message, k_event));
  EXPECT_FALSE(is_object(object, "Subject: x\r\n\r\nBEGIN:VCARD"));
}

}  // namespace
}  // namespace kontor::indexer
