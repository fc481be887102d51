// SPDX-License-Identifier: GPL-3.0-or-later
#include "calendar/vcard/card.hpp"

#include <gtest/gtest.h>

#include <iostream>

#include "calendar/vcard/card_writer.hpp"
#include "calendar/vcard/filter.hpp"
#include "tests/unit/calendar/corpus.hpp"

namespace kontor::calendar {
namespace {

constexpr std::string_view k_v3 =
    "BEGIN:VCARD\r\nVERSION:3.0\r\nUID:u1\r\nFN:Иван Петров\r\nN:Петров;Иван;;;\r\n"
    "EMAIL;TYPE=INTERNET,pref,WORK:ivan@example.org\r\nTEL;TYPE=CELL:+7 900 1\r\n"
    "PHOTO;ENCODING=b;TYPE=JPEG:QUJD\r\nBDAY:1604-04-15\r\nGEO:55.75;37.6\r\nREV:2026-01-02T03:04:"
    "05Z\r\n"
    "item1.ADR;TYPE=HOME,postal:;;Street 1;City;;;\r\nitem1.LABEL;TYPE=HOME:Street 1\\, City\r\n"
    "X-ADDRESSBOOKSERVER-KIND:group\r\nX-ADDRESSBOOKSERVER-MEMBER:urn:uuid:m1\r\nCLASS:PUBLIC\r\n"
    "SORT-STRING:Petrov\r\nEND:VCARD\r\n";

Card card_of(std::string_view bytes) {
  auto card = read_card(bytes);
  EXPECT_TRUE(card) << card.error().sentence;
  return card ? *std::move(card) : Card{};
}

std::string fault(std::string_view bytes) {
  const auto card = read_card(bytes);
  return card ? "taken"
              : std::string(name_of(card.error().precondition)) + ": " + card.error().sentence;
}

TEST(Card, is_read) {
  const auto card = card_of(k_v3);
  EXPECT_EQ(card.uid, "u1");
  EXPECT_EQ(card.formatted_name, "Иван Петров");
  EXPECT_TRUE(card.is_group);
  EXPECT_EQ(mail_addresses(card), std::vector<std::string>{"ivan@example.org"});
  EXPECT_EQ(members(card), std::vector<std::string>{"urn:uuid:m1"});
  EXPECT_EQ(text_of(card), "Иван Петров\nПетров Иван\nivan@example.org\n+7 900 1\nStreet 1 City");
}

TEST(Card, is_refused_with_the_precondition) {
  const std::string head = "BEGIN:VCARD\r\n";
  const std::string tail = "END:VCARD\r\n";
  EXPECT_EQ(fault(head + "VERSION:3.0\r\nFN:a\r\n" + tail), "valid-address-data: It has no UID.");
  EXPECT_EQ(fault(head + "VERSION:3.0\r\nUID:a\r\n" + tail), "valid-address-data: It has no FN.");
  EXPECT_EQ(fault(head + "FN:a\r\nUID:a\r\n" + tail), "valid-address-data: It has no VERSION.");
  EXPECT_EQ(fault(head + "VERSION:2.1\r\nFN:a\r\n" + tail),
            "supported-address-data: It is a vCard of version \"2.1\"; 3.0 and 4.0 are taken.");
  EXPECT_EQ(fault(head + "VERSION:2.1\r\nN;ENCODING=QUOTED-PRINTABLE:=D0=\r\n=9F\r\n" + tail),
            "supported-address-data: It is a vCard 2.1; versions 3.0 and 4.0 are taken.");
  EXPECT_EQ(fault(std::string(k_v3) + std::string(k_v3)),
            "valid-address-data: It is more than one card.");
  EXPECT_EQ(fault(""), "valid-address-data: It is empty.");
  EXPECT_EQ(fault("BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n"),
            "valid-address-data: It is not a VCARD.");
  EXPECT_TRUE(fault(std::string(11 << 20, 'x')).starts_with("max-resource-size: "));
}

TEST(Card, turns_into_version_4) {
  Component made = convert(card_of(k_v3), CardVersion::v4);
  const auto line = [&](std::string_view name) {
    std::string out;
    if (const Property* found = made.find(name)) append_property(out, *found);
    return out;
  };
  EXPECT_EQ(line("VERSION"), "VERSION:4.0\r\n");
  EXPECT_EQ(line("EMAIL"), "EMAIL;TYPE=WORK;PREF=1:ivan@example.org\r\n");
  EXPECT_EQ(line("PHOTO"), "PHOTO:data:image/jpeg;base64,QUJD\r\n");
  EXPECT_EQ(line("BDAY"), "BDAY:16040415\r\n");
  EXPECT_EQ(line("REV"), "REV:20260102T030405Z\r\n");
  EXPECT_EQ(line("GEO"), "GEO:geo:55.75,37.6\r\n");
  EXPECT_EQ(line("KIND"), "KIND:group\r\n");
  EXPECT_EQ(line("MEMBER"), "MEMBER:urn:uuid:m1\r\n");
  EXPECT_EQ(line("ADR"), "item1.ADR;TYPE=HOME;LABEL=\"Street 1, City\":;;Street 1;City;;;\r\n");
  EXPECT_EQ(line("X-CLASS"), "X-CLASS:PUBLIC\r\n");
  EXPECT_EQ(line("N"), "N;SORT-AS=Petrov:Петров;Иван;;;\r\n");
  // And back.
  Card four = card_of(write_component(made));
  EXPECT_EQ(four.version, CardVersion::v4);
  const auto back = convert(four, CardVersion::v3);
  for (const auto name :
       {"PHOTO", "GEO", "REV", "CLASS", "SORT-STRING", "LABEL", "X-ADDRESSBOOKSERVER-KIND", "N"})
    EXPECT_EQ(back.value(name),
              four.version == CardVersion::v4 ? card_of(k_v3).component.value(name) : "")
        << name;
  EXPECT_EQ(back.value("BDAY"), "1604-04-15");
  EXPECT_EQ(back.find("PHOTO")->parameter("ENCODING"), "b");
}

TEST(Card, of_version_4_keeps_a_birthday_without_year) {
  const auto card = card_of(
      "BEGIN:VCARD\r\nVERSION:4.0\r\nUID:1\r\nFN:A "
      "B\r\nBDAY:--0415\r\nTEL;VALUE=uri;PREF=1:tel:+1-2\r\nEND:VCARD\r\n");
  const auto three = convert(card, CardVersion::v3);
  EXPECT_EQ(three.value("BDAY"), "1604-04-15");
  EXPECT_EQ(three.value("N"), ";A B;;;");
  EXPECT_EQ(three.value("TEL"), "+1-2");
  EXPECT_EQ(three.find("TEL")->parameter("TYPE"), "pref");
  const auto again = convert(card_of(write_component(three)), CardVersion::v4);
  EXPECT_EQ(again.value("BDAY"), "--0415");
}

TEST(Card, is_written_of_values) {
  const CardValues values{.uid = "guid",
                          .kind = CardKind::location,
                          .display_name = "Комната 5; север",
                          .mail = {"room5@example.org"},
                          .phones = {{"+7 1", "work"}},
                          .organization = "ООО",
                          .department = "Отдел",
                          .photo = "\x89PNGx"};
  const auto four = card_of(write_card(values, CardVersion::v4));
  EXPECT_EQ(four.component.value("KIND"), "location");
  EXPECT_EQ(four.formatted_name, "Комната 5; север");
  EXPECT_EQ(four.component.value("ORG"), "ООО;Отдел");
  EXPECT_TRUE(four.component.value("PHOTO").starts_with("data:image/png;base64,"));
  const auto three = card_of(write_card(values, CardVersion::v3));
  EXPECT_EQ(three.version, CardVersion::v3);
  EXPECT_EQ(three.component.find("PHOTO")->parameter("TYPE"), "PNG");
  EXPECT_NE(three.component.find("N"), nullptr);
  EXPECT_EQ(write_card(values, CardVersion::v3), write_card(values, CardVersion::v3));
}

CardPropFilter contains(std::string name, std::string text, bool negate = false) {
  return {.name = std::move(name),
          .test = calendar::Test::any_of,
          .is_not_defined = false,
          .texts = {{.text = std::move(text),
                     .collation = Collation::unicode_casemap,
                     .type = MatchType::contains,
                     .negate = negate}},
          .parameters = {}};
}

TEST(CardFilter, is_that_of_rfc_6352) {
  const auto card = card_of(k_v3);
  const auto is = [&](std::vector<CardPropFilter> properties, calendar::Test test) {
    return matches(CardFilter{.test = test, .properties = std::move(properties)}, card);
  };
  EXPECT_TRUE(is({}, calendar::Test::all_of));
  EXPECT_TRUE(is({contains("fn", "ИВАН")}, calendar::Test::any_of));
  EXPECT_FALSE(is({contains("FN", "Мария")}, calendar::Test::any_of));
  EXPECT_TRUE(is({contains("FN", "Мария"), contains("EMAIL", "ivan@")}, calendar::Test::any_of));
  EXPECT_FALSE(is({contains("FN", "Мария"), contains("EMAIL", "ivan@")}, calendar::Test::all_of));
  EXPECT_TRUE(is({contains("FN", "Мария", true)}, calendar::Test::all_of));
  EXPECT_TRUE(is({contains("item1.ADR", "street")}, calendar::Test::all_of));
  EXPECT_FALSE(is({contains("item2.ADR", "street")}, calendar::Test::all_of));
  CardPropFilter absent{.name = "NICKNAME",
                        .test = calendar::Test::any_of,
                        .is_not_defined = true,
                        .texts = {},
                        .parameters = {}};
  EXPECT_TRUE(is({absent}, calendar::Test::all_of));
  absent.name = "FN";
  EXPECT_FALSE(is({absent}, calendar::Test::all_of));
  CardPropFilter typed{
      .name = "TEL",
      .test = calendar::Test::all_of,
      .is_not_defined = false,
      .texts = {},
      .parameters = {{.name = "TYPE", .is_not_defined = false, .text = TextMatch{.text = "cell"}}}};
  EXPECT_TRUE(is({typed}, calendar::Test::all_of));
  typed.parameters[0].text->text = "fax";
  EXPECT_FALSE(is({typed}, calendar::Test::all_of));
  CardPropFilter starts = contains("EMAIL", "IVAN@");
  starts.texts[0].type = MatchType::starts_with;
  EXPECT_TRUE(is({starts}, calendar::Test::all_of));
  starts.texts[0].type = MatchType::ends_with;
  EXPECT_FALSE(is({starts}, calendar::Test::all_of));
  starts.texts[0].type = MatchType::equals;
  EXPECT_FALSE(is({starts}, calendar::Test::all_of));
  const auto chosen = choose(
      card.component, {{.name = "email"}, {.name = "NOTE"}, {.name = "FN", .no_value = true}});
  EXPECT_EQ(write_component(chosen),
            "BEGIN:VCARD\r\nVERSION:3.0\r\nFN:\r\nEMAIL;TYPE=INTERNET,pref,WORK:ivan@example."
            "org\r\nEND:VCARD\r\n");
}

TEST(Corpus, cards_go_in_or_are_refused_with_a_reason) {
  const auto files = corpus_files("vcard", "vcard");
  ASSERT_FALSE(files.empty());
  for (const auto& file : files) {
    const std::string bytes = bytes_of(file);
    std::cout << file.filename().string() << ": " << fault(bytes) << "\n";
    const auto cards = split_cards(bytes);
    if (!cards) {
      std::cout << "  import: " << cards.error().sentence << "\n";
      continue;
    }
    for (const auto& one : *cards) {
      const auto card = read_card(one);
      ASSERT_TRUE(card) << card.error().sentence;
      const auto other = card->version == CardVersion::v3 ? CardVersion::v4 : CardVersion::v3;
      const auto turned = read_card(write_component(convert(*card, other)));
      ASSERT_TRUE(turned) << turned.error().sentence;
      EXPECT_EQ(turned->formatted_name, card->formatted_name);
      EXPECT_EQ(mail_addresses(*turned), mail_addresses(*card));
    }
    std::cout << "  import: " << cards->size() << " cards\n";
  }
}

}  // namespace
}  // namespace kontor::calendar
