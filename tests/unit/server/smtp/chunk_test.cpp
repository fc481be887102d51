// SPDX-License-Identifier: GPL-3.0-or-later
// Messages that come by BDAT (RFC 3030): the decoder, and whole dialogues.
#include "server/smtp/wire/chunk.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/server/smtp/dialogue.hpp"

namespace kontor::smtp {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;

struct DecoderRow {
  std::string_view input;
  bool bare;
};

TEST(SmtpChunk, EverySplitGivesTheSame) {
  const DecoderRow rows[] = {
      {"", false},        {"a", false},         {"a\r\nb\r\n", false}, {"\r\n.\r\n", false},
      {"a\rb", true},     {"a\nb", true},       {"a\r", true},         {"\r\r\n", true},
      {"a\r\n\nb", true}, {"\r\n\r\n\r", true},
  };
  for (const auto& row : rows)
    for (const bool binary : {false, true})
      for (std::size_t piece = 1; piece <= row.input.size() + 1; ++piece) {
        wire::ChunkDecoder decoder(100, binary);
        for (std::size_t at = 0; at < row.input.size(); at += piece)
          decoder.feed(row.input.substr(at, piece));
        decoder.end();
        EXPECT_EQ(decoder.has_bare_cr_or_lf(), row.bare && !binary) << row.input << piece;
        EXPECT_EQ(decoder.size(), row.input.size());
        if (binary || !row.bare) {
          EXPECT_EQ(decoder.take(), row.input);
        }
      }
}

TEST(SmtpChunk, KeepsNothingOfWhatIsTooLarge) {
  wire::ChunkDecoder decoder(4, false);
  decoder.feed("1234");
  EXPECT_FALSE(decoder.is_too_large());
  decoder.feed("5");
  EXPECT_TRUE(decoder.is_too_large());
  EXPECT_EQ(decoder.size(), 5U);
  EXPECT_EQ(decoder.take(), "");
}

const std::string k_begin = "EHLO c.test\r\nMAIL FROM:<a@b>\r\nRCPT TO:<anna@example.test>\r\n";

TEST(SmtpBdat, TakesAMessageInChunks) {
  Dialogue dialogue;
  const auto answers = dialogue.say(k_begin + "BDAT 8\r\na: b\r\n\r\nBDAT 6\r\n.\r\nx\r\n" +
                                    "BDAT 0 LAST\r\nQUIT\r\n");
  EXPECT_THAT(answers, HasSubstr("250 2.0.0 8 octets received\r\n250 2.0.0 6 octets received\r\n"
                                 "250 2.0.0 taken as"));
  EXPECT_THAT(dialogue.store.messages_of(anna()).at(0), EndsWith("a: b\r\n\r\n.\r\nx\r\n"));
}

TEST(SmtpBdat, EveryByteAloneGivesTheSame) {
  Dialogue dialogue;
  dialogue.server_end.single_bytes = true;
  EXPECT_THAT(dialogue.say(k_begin + "BDAT 14 LAST\r\na: b\r\n\r\nx\r\n.\r\nQUIT\r\n"),
              HasSubstr("250 2.0.0 taken as"));
  EXPECT_THAT(dialogue.store.messages_of(anna()).at(0), EndsWith("a: b\r\n\r\nx\r\n.\r\n"));
}

TEST(SmtpBdat, CountedBytesAreNeverCommands) {
  for (const std::string_view before :
       {"", "EHLO c.test\r\n", "EHLO c.test\r\nMAIL FROM:<a@b>\r\n"}) {
    Dialogue dialogue;
    const auto answers =
        dialogue.say(std::string(before) + "BDAT 13 LAST\r\nNOOP\r\nEXPN x\r\nNOOP\r\nQUIT\r\n");
    EXPECT_THAT(answers, Not(HasSubstr("502")));
    EXPECT_THAT(answers, HasSubstr("5.5.1"));
  }
  Dialogue dialogue;  // how many bytes follow is not known: nothing after it is read
  const auto answers = dialogue.say(k_begin + "BDAT x LAST\r\nEXPN x\r\nQUIT\r\n");
  EXPECT_THAT(answers, EndsWith("501 5.5.4 BDAT SIZE [LAST]\r\n"));
}

TEST(SmtpBdat, BinaryMayHoldAnyByteAndTextMayNot) {
  const std::string bytes("a: b\r\n\r\n\0\r\xFF\n", 12);
  Dialogue dialogue;
  EXPECT_THAT(dialogue.say("EHLO c.test\r\nMAIL FROM:<a@b> BODY=BINARYMIME\r\n"
                           "RCPT TO:<anna@example.test>\r\nBDAT 12 LAST\r\n" +
                           bytes + "QUIT\r\n"),
              HasSubstr("250 2.0.0 taken as"));
  EXPECT_THAT(dialogue.store.messages_of(anna()).at(0), EndsWith(bytes));
  EXPECT_THAT(dialogue.say(k_begin + "BDAT 12 LAST\r\n" + bytes + "QUIT\r\n"),
              HasSubstr("550 5.6.0"));
  EXPECT_EQ(dialogue.store.count(), 1U);
}

TEST(SmtpBdat, OrderOfCommands) {
  struct Row {
    std::string_view says, has;
  };
  const Row rows[] = {
      {"BDAT 1\r\nxDATA\r\n", "503 5.5.1 the message comes by BDAT"},
      {"BDAT 1\r\nxRCPT TO:<boris@example.test>\r\n", "503 5.5.1 the message has begun"},
      {"BDAT 1\r\nxMAIL FROM:<a@b>\r\n", "503 5.5.1 a transaction is under way"},
      {"BDAT 1\r\n\nBDAT 1\r\nxNOOP\r\n", "503 5.5.1 a chunk before this one failed"},
      {"BDAT 1\r\n\nRSET\r\nMAIL FROM:<a@b>\r\n", "250 2.1.0"},
      {"BDAT 1\r\n\n", "550 5.6.0"},
  };
  for (const auto& row : rows) {
    Dialogue dialogue;
    EXPECT_THAT(dialogue.say(k_begin + std::string(row.says) + "QUIT\r\n"),
                HasSubstr(std::string(row.has)))
        << row.says;
    EXPECT_EQ(dialogue.store.count(), 0U);
  }
}

TEST(SmtpBdat, SizesAreEnforcedWhileChunksCome) {
  Dialogue dialogue;
  dialogue.settings.smtp.max_message = 20;
  const std::string ten(10, 'x');
  auto answers = dialogue.say(k_begin + "BDAT 10\r\n" + ten + "BDAT 10\r\n" + ten + "BDAT 10\r\n" +
                              ten + "BDAT 1 LAST\r\nxNOOP\r\nQUIT\r\n");
  EXPECT_THAT(answers, HasSubstr("250 2.0.0 10 octets received\r\n552 5.3.4"));
  EXPECT_THAT(answers, HasSubstr("503 5.5.1 a chunk before this one failed\r\n250 2.0.0 OK"));
  // What is announced far beyond the limit is not read at all.
  answers = dialogue.say(k_begin + "BDAT 18446744073709551615\r\nNOOP\r\n");
  EXPECT_THAT(answers, EndsWith("552 5.3.4 the message is larger than allowed\r\n"));
  EXPECT_EQ(dialogue.store.count(), 0U);
}

TEST(SmtpBdat, LmtpAnswersChunksOnceAndTheLastForEachRecipient) {  // RFC 2033, 4.2 and 4.3
  Dialogue dialogue;
  dialogue.role = Role::lmtp;
  const auto answers = dialogue.say(
      "LHLO c.test\r\nMAIL FROM:<a@b>\r\nRCPT TO:<anna@example.test>\r\n"
      "RCPT TO:<boris@example.test>\r\nBDAT 3\r\nx\r\nBDAT 3 LAST\r\ny\r\nQUIT\r\n");
  EXPECT_THAT(answers, HasSubstr("3 octets received\r\n250 2.1.5 delivered as"));
  EXPECT_EQ(dialogue.store.count(), 2U);
}

TEST(SmtpBdat, AConnectionThatBreaksAnywhereLeavesNothingHalf) {
  const std::string input = k_begin + "BDAT 4\r\nwholBDAT 3 LAST\r\ne\r\nQUIT\r\n";
  for (std::size_t at = 1; at < 200; ++at) {
    Dialogue dialogue;
    dialogue.server_end.fail_at = std::make_shared<net::FailAt>();
    dialogue.server_end.fail_at->operation = at;
    static_cast<void>(dialogue.say_in_turn({input}));
    for (const auto& message : dialogue.store.messages_of(anna()))
      EXPECT_TRUE(message.ends_with("whole\r\n"));
    if (dialogue.server_end.fail_at->reached()) continue;
    EXPECT_EQ(dialogue.store.count(), 1U);
    return;
  }
  FAIL() << "something fails for ever";
}

}  // namespace
}  // namespace kontor::smtp
