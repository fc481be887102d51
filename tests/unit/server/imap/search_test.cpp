// SPDX-License-Identifier: GPL-3.0-or-later
#include <gtest/gtest.h>

#include "server/imap/search_answer.hpp"

namespace kontor::imap {
namespace {

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
