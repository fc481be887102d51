// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/filter/scan/milter.hpp"

#include <gtest/gtest.h>

#include "server/filter/scan/clamd.hpp"

namespace kontor::filter::scan {
namespace {

using Kind = MilterChange::Kind;

std::string number(std::uint32_t value) {
  std::string out;
  for (int shift = 24; shift >= 0; shift -= 8) out += static_cast<char>(value >> shift);
  return out;
}

std::string text(std::string_view value) { return std::string(value) + '\0'; }

TEST(MilterPackets, ComeInAnyPieces) {
  const auto bytes = milter_packet('h', text("X-A") + text("1")) + milter_packet('c');
  for (std::size_t cut = 0; cut <= bytes.size(); ++cut) {
    MilterReader reader;
    MilterPacket packet;
    reader.add(std::string_view(bytes).substr(0, cut));
    std::string commands;
    while (reader.next(packet).value()) commands += packet.command;
    reader.add(std::string_view(bytes).substr(cut));
    while (reader.next(packet).value()) commands += packet.command;
    EXPECT_EQ(commands, "hc") << cut;
  }
}

TEST(MilterPackets, OfNoPossibleSizeAreRefused) {
  for (const std::uint32_t size : {0U, 0xffffffffU, 1'048'577U}) {
    MilterReader reader;
    MilterPacket packet;
    reader.add(number(size) + "c");
    EXPECT_FALSE(reader.next(packet)) << size;
  }
}

TEST(MilterChanges, AreRead) {
  const auto insert =
      read_milter_change({'i', number(3) + text("X-A") + text("one\n\ttwo\nthree\n")});
  ASSERT_TRUE(insert);
  EXPECT_EQ(insert->kind, Kind::insert);
  EXPECT_EQ(insert->index, 3U);
  EXPECT_EQ(insert->value, "one\r\n\ttwo\r\n\tthree");
  const auto gone = read_milter_change({'-', text("<a@b.test>")});
  ASSERT_TRUE(gone);
  EXPECT_EQ(gone->value, "<a@b.test>");
}

TEST(MilterChanges, ThatCannotStandInAMessageAreRefused) {
  for (const auto& packet : std::vector<MilterPacket>{{'h', text("X-A")},
                                                      {'h', text("X A") + text("1")},
                                                      {'h', text("X:") + text("1")},
                                                      {'h', text("") + text("1")},
                                                      {'m', "ab"},
                                                      {'q', "no end"},
                                                      {'+', text("<a@b.test>")},
                                                      {'e', text("<a@b.test>")}})
    EXPECT_FALSE(read_milter_change(packet)) << packet.command;
}

TEST(MilterReplies, HaveACodeAStatusAndOneLine) {
  const auto full = read_milter_reply(text("550 5.7.1 no\x01such\r\n550 5.7.1 more"));
  ASSERT_TRUE(full);
  EXPECT_EQ(full->code, 550);
  EXPECT_EQ(full->status, "5.7.1");
  EXPECT_EQ(full->text, "no?such");
  const auto bare = read_milter_reply(text("451"));
  ASSERT_TRUE(bare);
  EXPECT_EQ(bare->code, 451);
  EXPECT_EQ(bare->text, "");
  EXPECT_EQ(read_milter_reply(text("550 4.7.1 other class"))->status, "");
  for (const auto* wrong : {"", "25", "250 fine", "399 x", "600 x", "abc"})
    EXPECT_FALSE(read_milter_reply(text(wrong))) << wrong;
  EXPECT_FALSE(read_milter_reply("550 no end"));
}

TEST(ChangedMessage, KeepsWhatIsNotChanged) {
  const std::string message = "A: 1\r\nno field\r\nB: 2\r\n b\r\n\r\nbody";
  EXPECT_EQ(changed_message(message, {}), message);
  EXPECT_EQ(changed_message(message, {{Kind::add, 0, "C", "3"}}),
            "A: 1\r\nno field\r\nB: 2\r\n b\r\nC: 3\r\n\r\nbody");
  EXPECT_EQ(changed_message(message, {{Kind::insert, 0, "C", "3"}, {Kind::insert, 99, "D", "4"}}),
            "C: 3\r\nA: 1\r\nno field\r\nB: 2\r\n b\r\nD: 4\r\n\r\nbody");
  EXPECT_EQ(changed_message(message, {{Kind::change, 1, "b", "x"}, {Kind::change, 1, "A", ""}}),
            "b: x\r\n\r\nbody");
  EXPECT_EQ(changed_message(message, {{Kind::change, 2, "A", "x"}, {Kind::change, 1, "Z", ""}}),
            "A: 1\r\nno field\r\nB: 2\r\n b\r\nA: x\r\n\r\nbody");
  EXPECT_EQ(changed_message(message, {{Kind::body, 0, "", "new "}, {Kind::body, 0, "", "text"}}),
            "A: 1\r\nno field\r\nB: 2\r\n b\r\n\r\nnew text");
}

TEST(ChangedMessage, OfAnyShape) {
  const std::vector<MilterChange> add{{Kind::add, 0, "C", "3"}};
  EXPECT_EQ(changed_message("", add), "C: 3\r\n");
  EXPECT_EQ(changed_message("A: 1", add), "A: 1\r\nC: 3\r\n");
  EXPECT_EQ(changed_message("\r\nbody", add), "C: 3\r\n\r\nbody");
}

TEST(ClamdAnswers, AreRead) {
  EXPECT_EQ(read_clamd_answer(text("stream: OK")).value(), "");
  EXPECT_EQ(read_clamd_answer(text("stream: Win.Test.EICAR_HDB-1 FOUND")).value(),
            "Win.Test.EICAR_HDB-1");
  EXPECT_EQ(read_clamd_answer(text("stream: two words FOUND")).value(), "two_words");
  for (const auto* answer : {"INSTREAM size limit exceeded. ERROR", "", "FOUND", "stream: FOUND"})
    EXPECT_FALSE(read_clamd_answer(text(answer))) << answer;
}

}  // namespace
}  // namespace kontor::filter::scan
