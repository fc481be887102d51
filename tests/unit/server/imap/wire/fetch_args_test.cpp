// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/imap/wire/fetch_args.hpp"

#include <gtest/gtest.h>

namespace kontor::imap::wire {
namespace {

namespace f = fetch;

TEST(ImapFetchArguments, reads_items_of_columns) {
  struct Row {
    std::string_view text;
    unsigned items;
  };
  const unsigned fast = f::flags | f::internaldate | f::size;
  const std::vector<Row> rows{
      {"1 FAST", fast},
      {"1 all", fast | f::envelope},
      {"1 Full", fast | f::envelope | f::body},
      {"1 UID", f::uid},
      {"1 (UID flags)", f::uid | f::flags},
      {"1 (FLAGS)", f::flags},
      {"1 BODY", f::body},
      {"1 (BODY BODYSTRUCTURE)", f::body | f::bodystructure},
      {"1 RFC822.SIZE", f::size},
      {"1 (MODSEQ SAVEDATE EMAILID THREADID)", f::modseq | f::savedate | f::emailid | f::threadid},
      {"1 PREVIEW", f::preview},
      {"1 (PREVIEW (LAZY) UID)", f::preview | f::uid},
      {"1 PREVIEW (LAZY)", f::preview},
      {"1:* (UID) (CHANGEDSINCE 7)", f::uid | f::modseq},
      {"1:* FAST (CHANGEDSINCE 7)", fast | f::modseq},
  };
  for (const auto& row : rows) {
    const auto fetch = parse_fetch(row.text);
    ASSERT_TRUE(fetch) << row.text;
    EXPECT_EQ(fetch->items, row.items) << row.text;
    EXPECT_TRUE(fetch->bodies.empty());
  }
  EXPECT_EQ(parse_fetch("2,4:* UID (CHANGEDSINCE 7)")->changed_since, 7U);
  EXPECT_EQ(parse_fetch("2,4:* UID")->set.ranges, (std::vector<NumberRange>{{2, 2}, {4, k_star}}));
  EXPECT_TRUE(parse_fetch("$ UID")->set.saved_result);
}

TEST(ImapFetchArguments, reads_sections_and_names_them_as_the_response_does) {
  struct Row {
    std::string_view item, label;
    bool peek = false;
  };
  const std::vector<Row> rows{
      {"BODY[]", "BODY[]"},
      {"body.peek[]", "BODY[]", true},
      {"BODY[HEADER]", "BODY[HEADER]"},
      {"BODY[text]", "BODY[TEXT]"},
      {"BODY[1]", "BODY[1]"},
      {"BODY[1.2.3]", "BODY[1.2.3]"},
      {"BODY[4.1.MIME]", "BODY[4.1.MIME]"},
      {"BODY[3.HEADER]", "BODY[3.HEADER]"},
      {"BODY.PEEK[HEADER.FIELDS (Date From)]", "BODY[HEADER.FIELDS (Date From)]", true},
      {"BODY[3.header.fields.not (\"To\")]", "BODY[3.HEADER.FIELDS.NOT (To)]"},
      {"BODY[HEADER.FIELDS (\"a b\" \"\")]", "BODY[HEADER.FIELDS (\"a b\" \"\")]"},
      {"BODY[HEADER.FIELDS ({2}\r\nTo)]", "BODY[HEADER.FIELDS (To)]"},
      {"BODY[]<0.2048>", "BODY[]<0>"},
      {"BODY.PEEK[1.TEXT]<7.1>", "BODY[1.TEXT]<7>", true},
      {"BINARY[1]", "BINARY[1]"},
      {"BINARY[]", "BINARY[]"},
      {"BINARY.PEEK[1.2]<3.4>", "BINARY[1.2]<3>", true},
      {"BINARY.SIZE[2]", "BINARY.SIZE[2]", true},
      {"RFC822", "RFC822"},
      {"RFC822.HEADER", "RFC822.HEADER", true},
      {"rfc822.text", "RFC822.TEXT"},
  };
  for (const auto& row : rows) {
    for (const std::string& text : std::vector<std::string>{
             "1 " + std::string(row.item), "1 (UID " + std::string(row.item) + " FLAGS)"}) {
      const auto fetch = parse_fetch(text);
      ASSERT_TRUE(fetch) << text;
      ASSERT_EQ(fetch->bodies.size(), 1U) << text;
      EXPECT_EQ(fetch->bodies[0].label, row.label);
      EXPECT_EQ(fetch->bodies[0].peek, row.peek) << text;
    }
  }
  const auto fetch = parse_fetch("1 BODY[1.2.HEADER.FIELDS (A B)]<10.20>");
  ASSERT_TRUE(fetch);
  const BodyItem& item = fetch->bodies[0];
  EXPECT_EQ(item.section.path, (std::vector<std::uint32_t>{1, 2}));
  EXPECT_EQ(item.section.part, SectionPart::fields);
  EXPECT_EQ(item.section.names, (std::vector<std::string>{"A", "B"}));
  EXPECT_EQ(item.partial->offset, 10U);
  EXPECT_EQ(item.partial->size, 20U);
}

TEST(ImapFetchArguments, reads_the_modifiers_of_qresync) {
  const auto fetch =
      parse_fetch("300:500 (FLAGS) (CHANGEDSINCE 12345 VANISHED)");  // RFC 7162, 3.2.6
  ASSERT_TRUE(fetch);
  EXPECT_TRUE(fetch->vanished);
  EXPECT_EQ(fetch->changed_since, 12345U);
  EXPECT_TRUE(parse_fetch("1 FLAGS (VANISHED CHANGEDSINCE 1)")->vanished);
  EXPECT_FALSE(parse_fetch("1 FLAGS (CHANGEDSINCE 1)")->vanished);
}

TEST(ImapFetchArguments, refuses_what_the_grammar_does_not_have) {
  std::string items = "1 (UID", path = "1 BODY[1", names = "1 BODY[HEADER.FIELDS (A";
  for (int i = 0; i < 300; ++i) {
    items += " UID";
    path += ".1";
    names += " A";
  }
  for (const std::string& text :
       std::vector<std::string>{"",
                                "1",
                                "1 ",
                                "0 UID",
                                "x UID",
                                "1 ()",
                                "1 (UID",
                                "1 UID)",
                                "1 (UID  FLAGS)",
                                "1 NOPE",
                                "1 (ALL)",
                                "1 (FAST UID)",
                                "1 UID FLAGS",
                                "1 BODY[",
                                "1 BODY[1",
                                "1 BODY[1.]",
                                "1 BODY[.1]",
                                "1 BODY[0]",
                                "1 BODY[MIME]",
                                "1 BODY[NOPE]",
                                "1 BODY[HEADER.FIELDS]",
                                "1 BODY[HEADER.FIELDS ()]",
                                "1 BODY[HEADER.FIELDS (A]",
                                "1 BODY[]<0.0>",
                                "1 BODY[]<1>",
                                "1 BODY[]<1.2",
                                "1 BODY[]<a.b>",
                                "1 BINARY[TEXT]",
                                "1 BINARY[1.MIME]",
                                "1 BINARY",
                                "1 BINARY.SIZE[1]<0.1>",
                                "1 NOPE[]",
                                "1 UID (CHANGEDSINCE)",
                                "1 UID (CHANGEDSINCE x)",
                                "1 UID (NOPE 1)",
                                "1 UID (CHANGEDSINCE 1",
                                "1 UID (VANISHED)",
                                "1 UID (CHANGEDSINCE 1 CHANGEDSINCE 2)",
                                "1 UID (CHANGEDSINCE 1 VANISHED VANISHED)",
                                "1 UID (CHANGEDSINCE 1VANISHED)",
                                "1 PREVIEW (EAGER)",
                                "1 BODY[99999999999]",
                                items + ")",
                                path + "]",
                                names + ")]"})
    EXPECT_FALSE(parse_fetch(text)) << text;
}

}  // namespace
}  // namespace kontor::imap::wire
