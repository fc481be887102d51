// SPDX-License-Identifier: GPL-3.0-or-later
#include "search/extract/protocol.hpp"

#include <gtest/gtest.h>

namespace kontor::search {
namespace {

TEST(ExtractProtocol, ARequestIsReadAsItWasWritten) {
  const Attachment file{"bytes of it", "application/pdf", "договор.pdf"};
  const auto bytes = request_head(file) + std::string(file.bytes);
  const auto read = parse_request(bytes);
  ASSERT_TRUE(read) << read.error().text();
  EXPECT_EQ(read->bytes, file.bytes);
  EXPECT_EQ(read->media_type, file.media_type);
  EXPECT_EQ(read->file_name, file.file_name);
  for (std::size_t size = 0; size < bytes.size(); ++size)
    EXPECT_FALSE(parse_request(std::string_view(bytes).substr(0, size)));
  EXPECT_FALSE(parse_request(bytes + "x"));
}

TEST(ExtractProtocol, OfALongNameTheEndIsKept) {
  const std::string name = std::string(5'000, 'x') + ".pdf";
  const auto bytes = request_head({"", "", name});
  const auto read = parse_request(bytes);
  ASSERT_TRUE(read);
  EXPECT_EQ(read->file_name.size(), k_most_name);
  EXPECT_TRUE(read->file_name.ends_with(".pdf"));
}

TEST(ExtractProtocol, AnAnswerIsReadAsItWasWritten) {
  const Extracted answer{Extraction::cut, "текст", "a sentence"};
  const auto bytes = encode_answer(answer);
  const auto read = parse_answer(bytes);
  ASSERT_TRUE(read);
  EXPECT_EQ(read->outcome, answer.outcome);
  EXPECT_EQ(read->text, answer.text);
  EXPECT_EQ(read->why, answer.why);
  for (std::size_t size = 0; size < bytes.size(); ++size)
    EXPECT_FALSE(parse_answer(std::string_view(bytes).substr(0, size)));
  EXPECT_FALSE(parse_answer(bytes + "x"));
}

// A reader that was taken over may say what it likes.
TEST(ExtractProtocol, AnswersThatLie) {
  EXPECT_FALSE(parse_answer(encode_answer({Extraction::unavailable, "", ""})));
  const auto bytes = encode_answer({Extraction::read, "\xFF\xFE", ""});
  const auto read = parse_answer(bytes);
  ASSERT_TRUE(read);
  EXPECT_EQ(read->text, "\xEF\xBF\xBD\xEF\xBF\xBD");
  auto other = bytes;
  other[0] = 9;
  EXPECT_FALSE(parse_answer(other)) << "another version";
}

TEST(ExtractProtocol, Orders) {
  const auto order = parse_order(encode(Order{20, 1U << 29U}));
  ASSERT_TRUE(order);
  EXPECT_EQ(order->seconds, 20U);
  EXPECT_EQ(order->memory, 1U << 29U);
  const auto fate = parse_fate(encode(Fate{End::signal, 11}));
  ASSERT_TRUE(fate);
  EXPECT_EQ(fate->end, End::signal);
  EXPECT_FALSE(parse_fate("\x7F\0"));
  EXPECT_FALSE(parse_fate(""));
}

}  // namespace
}  // namespace kontor::search
