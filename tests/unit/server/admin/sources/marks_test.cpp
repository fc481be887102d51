// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/admin/sources/marks.hpp"

#include <gtest/gtest.h>

#include "server/admin/sources/folders.hpp"

namespace kontor::admin::sources {
namespace {

using store::k_answered, store::k_deleted, store::k_draft, store::k_flagged, store::k_seen;

TEST(Marks, OfAHeader) {
  struct Row {
    std::string_view header;
    unsigned flags;
    std::vector<std::string> keywords;
    Kind kind = Kind::mail;
  };
  const Row rows[] = {
      {"Subject: x\r\n\r\nStatus: RO\r\n", 0, {}},
      {"Status: RO\r\n\r\n", k_seen, {}},
      {"status: O\r\nX-Status: AFTD\r\n\r\n", k_answered | k_flagged | k_draft | k_deleted, {}},
      {"X-Keywords: work $label1,\r\n\tWork urgent\r\n\r\n", 0, {"work", "$label1", "urgent"}},
      {"X-Keywords: (a) \\Seen\r\n\r\n", 0, {"_a_", "_Seen"}},
      {"X-Mozilla-Status: 0007\r\nX-Mozilla-Keys: $label2   \r\n\r\n",
       k_seen | k_answered | k_flagged,
       {"$label2"}},
      {"X-Mozilla-Status: 1001\r\n\r\n", k_seen, {"$Forwarded"}},
      {"X-Mozilla-Status: 0009\r\n\r\n", k_seen, {}, Kind::deleted},
      {"X-Mozilla-Status: zz\r\n\r\n", 0, {}},
      {"Subject: DON'T DELETE THIS MESSAGE -- FOLDER INTERNAL DATA\r\nX-IMAP: 1 2\r\n\r\n",
       0,
       {},
       Kind::internal},
      {"Subject: hello\r\nX-IMAPbase: 1 2\r\nStatus: R\r\n\r\n", k_seen, {}},
      {"", 0, {}},
  };
  for (const auto& row : rows) {
    const auto known = marks_of_header(row.header);
    EXPECT_EQ(known.marks.flags, row.flags) << row.header;
    EXPECT_EQ(known.marks.keywords, row.keywords) << row.header;
    EXPECT_EQ(known.kind, row.kind) << row.header;
  }
}

TEST(Marks, KeywordsAreBoundedAndFit) {
  std::string many = "X-Keywords:";
  for (int i = 0; i < 1'000; ++i) many += " k" + std::to_string(i);
  EXPECT_EQ(marks_of_header(many + "\r\n\r\n").marks.keywords.size(), 50U);
  EXPECT_EQ(keyword_of("  Важно "), "");
  EXPECT_EQ(keyword_of("a b"), "a_b");
  EXPECT_EQ(keyword_of(std::string(500, 'x')).size(), 255U);
}

TEST(Marks, OfAMaildirName) {
  const auto letters = parse_keyword_letters("0 work\n1 $label1\nx y\n77 z\n25 last\n");
  struct Row {
    std::string_view name;
    unsigned flags;
    std::vector<std::string> keywords;
  };
  const Row rows[] = {
      {"cur/1204680122.27c448.host:2,RS", k_answered | k_seen, {}},
      {"1.x:2,", 0, {}},
      {"1.x:2,DFPRSTab",
       k_draft | k_flagged | k_answered | k_seen | k_deleted,
       {"$Forwarded", "work", "$label1"}},
      {"1.x:2,zc", 0, {"last"}},
      {"1.x!2,S", k_seen, {}},
      {"1.x;2,F", k_flagged, {}},
      {"1.x:1,S", 0, {}},
      {"1.x,S=100:2,S", k_seen, {}},
      {"new/1.xS", 0, {}},
      {"", 0, {}},
  };
  for (const auto& row : rows) {
    const auto marks = marks_of_name(row.name, letters);
    EXPECT_EQ(marks.flags, row.flags) << row.name;
    EXPECT_EQ(marks.keywords, row.keywords) << row.name;
  }
}

TEST(Folders, OfMaildirNames) {
  EXPECT_EQ(levels_of_maildir(".Sent"), (Levels{"Sent"}));
  EXPECT_EQ(levels_of_maildir(".Lists.Kontor"), (Levels{"Lists", "Kontor"}));
  EXPECT_EQ(levels_of_maildir(".&BB8EQAQ4BDIENQRC-.A&-B"), (Levels{"Привет", "A&B"}));
  EXPECT_EQ(levels_of_maildir(".Письма.&x"), (Levels{"Письма", "&x"}));
  EXPECT_EQ(levels_of_maildir("..."), Levels{});
}

TEST(Folders, SpecialOnesAreTheMailboxesOwn) {
  Target target;
  target.special = {{"sent", "Sent"}, {"trash", "Trash"}, {"drafts", "Черновики"}};
  struct Row {
    Levels levels;
    std::string folder;
  };
  const Row rows[] = {
      {{}, "INBOX"},
      {{"Inbox"}, "INBOX"},
      {{"inbox", "Sub"}, "INBOX/Sub"},
      {{"Sent Items"}, "Sent"},
      {{"ОТПРАВЛЕННЫЕ", "2025"}, "Sent/2025"},
      {{"Drafts"}, "Черновики"},
      {{"Junk"}, "Junk"},  // this mailbox has none of its own
      {{"Work", "Sent"}, "Work/Sent"},
      {{"a/b", "c\nd", " "}, "a_b/c_d/_"},
      {{"\xFF"}, "\xEF\xBF\xBD"},
  };
  for (const auto& row : rows) EXPECT_EQ(folder_for(row.levels, target), row.folder);
  target.into = "Old/Anna";
  EXPECT_EQ(folder_for({}, target), "Old/Anna");
  EXPECT_EQ(folder_for({"Sent"}, target), "Old/Anna/Sent");
  target.into.clear();
  const auto cut = folder_for({std::string(249, 'x') + "я"}, target);
  EXPECT_EQ(cut, std::string(249, 'x')) << "cut between code points";
}

TEST(Folders, NamesOfUsesAreThoseOfTheServer) {
  EXPECT_EQ(name_of(store::SpecialUse::none), "");
  EXPECT_EQ(name_of(store::SpecialUse::trash), "trash");
  EXPECT_EQ(name_of(use_of_name("Deleted Items")), "trash");
  EXPECT_EQ(use_of_name("Trashcan"), store::SpecialUse::none);
}

}  // namespace
}  // namespace kontor::admin::sources
