// SPDX-License-Identifier: GPL-3.0-or-later
#include <gtest/gtest.h>

#include "base/mime/decode.hpp"
#include "server/imap/search_answer.hpp"
#include "server/imap/search_text.hpp"

namespace kontor::imap {
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

SearchText text() { return SearchText(k_raw, {}); }

TEST(ImapSearchText, looks_at_decoded_fields) {
  auto message = text();
  EXPECT_TRUE(message.field_contains("SUBJECT", mime::fold_case("ОТЧЁТ q3")));
  EXPECT_TRUE(message.field_contains("from", "anna@"));
  EXPECT_TRUE(message.field_contains("x-empty", ""));
  EXPECT_FALSE(message.field_contains("x-empty", "a"));
  EXPECT_FALSE(message.field_contains("to", ""));
  EXPECT_FALSE(message.field_contains("subject", "koi8"));
}

TEST(ImapSearchText, looks_at_decoded_bodies) {
  auto message = text();
  EXPECT_TRUE(message.body_contains(mime::fold_case("ПРИВЕТ")));
  EXPECT_TRUE(message.body_contains(""));
  EXPECT_TRUE(message.body_contains("forwarded"));  // the header of a message inside
  EXPECT_TRUE(message.body_contains(mime::fold_case("счёт.PDF")));
  EXPECT_FALSE(message.body_contains("secret"));  // a file is no text
  EXPECT_FALSE(message.body_contains("anna"));
  EXPECT_FALSE(message.body_contains("boundary"));
  EXPECT_TRUE(message.text_contains("anna"));
  EXPECT_TRUE(message.text_contains("from: anna"));
  EXPECT_TRUE(message.text_contains(mime::fold_case("привет")));
  EXPECT_FALSE(message.text_contains("absent"));
}

TEST(ImapSearchText, knows_the_day_it_was_sent_as_written) {
  auto message = text();
  EXPECT_EQ(message.sent_day()->time_since_epoch().count(), 19'723);
  EXPECT_EQ(SearchText("Subject: x\r\n", {}).sent_day(), std::nullopt);
  EXPECT_EQ(SearchText("Date: x\r\n", {}).sent_day(), std::nullopt);
}

NumberedEntry message(std::uint32_t number, store::Uid uid, store::ModSeq modseq) {
  NumberedEntry out;
  out.number = number;
  out.entry.uid = uid;
  out.entry.modseq = modseq;
  return out;
}

Found three(bool by_uid) {
  Found found(by_uid);
  found.add(message(1, 10, 500));
  found.add(message(2, 11, 900));
  found.add(message(5, 20, 700));
  return found;
}

wire::Search asking(std::string_view text) { return *wire::parse_search(text); }

TEST(ImapSearchAnswer, is_a_search_line) {
  EXPECT_EQ(search_line(Found(false), false), "* SEARCH\r\n");
  EXPECT_EQ(search_line(Found(false), true), "* SEARCH\r\n");
  EXPECT_EQ(search_line(three(false), false), "* SEARCH 1 2 5\r\n");
  EXPECT_EQ(search_line(three(true), false), "* SEARCH 10 11 20\r\n");
  EXPECT_EQ(search_line(three(false), true), "* SEARCH 1 2 5 (MODSEQ 900)\r\n");
}

TEST(ImapSearchAnswer, is_an_esearch_line) {
  const auto line = [](std::string_view text, bool by_uid) {
    const auto search = asking(text);
    return esearch_line(tag_correlator("A1"), by_uid, search, esearch_data(three(by_uid), search));
  };
  EXPECT_EQ(line("RETURN () ALL", false), "* ESEARCH (TAG \"A1\") ALL 1:2,5\r\n");
  EXPECT_EQ(line("RETURN (MIN MAX COUNT ALL) ALL", true),
            "* ESEARCH (TAG \"A1\") UID MIN 10 MAX 20 COUNT 3 ALL 10:11,20\r\n");
  // RFC 4731, 3.2: MODSEQ of those told
  EXPECT_EQ(line("RETURN (MIN) MODSEQ 1", false), "* ESEARCH (TAG \"A1\") MIN 1 MODSEQ 500\r\n");
  EXPECT_EQ(line("RETURN (MAX) MODSEQ 1", false), "* ESEARCH (TAG \"A1\") MAX 5 MODSEQ 700\r\n");
  EXPECT_EQ(line("RETURN (MIN MAX) MODSEQ 1", false),
            "* ESEARCH (TAG \"A1\") MIN 1 MAX 5 MODSEQ 700\r\n");
  EXPECT_EQ(line("RETURN (COUNT) MODSEQ 1", false),
            "* ESEARCH (TAG \"A1\") COUNT 3 MODSEQ 900\r\n");
  const auto none = asking("RETURN (MIN MAX COUNT ALL) MODSEQ 1");
  EXPECT_EQ(esearch_line(tag_correlator("A1"), false, none, esearch_data(Found(false), none)),
            "* ESEARCH (TAG \"A1\") COUNT 0\r\n");
}

TEST(ImapSearchAnswer, saves_what_rfc_9051_says) {
  namespace r = wire::search_return;
  const auto saved = [](unsigned returns) {
    wire::Search search;
    search.returns = returns;
    return three(false).to_save(search).text();
  };
  EXPECT_EQ(saved(r::save), "10:11,20");
  EXPECT_EQ(saved(r::save | r::min), "10");
  EXPECT_EQ(saved(r::save | r::max), "20");
  EXPECT_EQ(saved(r::save | r::min | r::max), "10,20");
  EXPECT_EQ(saved(r::save | r::min | r::count), "10:11,20");
  EXPECT_EQ(saved(r::save | r::all), "10:11,20");
  EXPECT_EQ(Found(true).to_save(asking("RETURN (SAVE MIN) ALL")).text(), "");
}

}  // namespace
}  // namespace kontor::imap
