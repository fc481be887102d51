// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/smtp/wire/data.hpp"

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

namespace kontor::smtp::wire {
namespace {

struct Outcome {
  bool done = false, bare = false, large = false;
  std::size_t used = 0;
  std::uint64_t size = 0;
  std::string message;
  bool operator==(const Outcome&) const = default;
};

Outcome decode(const std::vector<std::string_view>& pieces, std::uint64_t max = 1'000) {
  DataDecoder decoder(max);
  Outcome out;
  for (const auto piece : pieces) {
    const auto used = decoder.feed(piece);
    out.used += used;
    if (used < piece.size()) break;
  }
  out.done = decoder.is_done();
  out.bare = decoder.has_bare_cr_or_lf();
  out.large = decoder.is_too_large();
  out.size = decoder.size();
  out.message = decoder.take();
  return out;
}

struct Row {
  std::string_view input;
  std::optional<std::string_view> message;  // nothing: the end was not found
  std::size_t left = 0;
};

const std::vector<Row>& good_rows() {
  static const std::vector<Row> rows = {
      {".\r\n", ""},
      {"a\r\n.\r\n", "a\r\n"},
      {"\r\n.\r\n", "\r\n"},
      {"a\r\n..\r\n.\r\n", "a\r\n.\r\n"},
      {"a\r\n...b\r\n.\r\n", "a\r\n..b\r\n"},
      {".x\r\n.\r\n", "x\r\n"},
      {"a.\r\n.\r\n", "a.\r\n"},
      {"a\r\n.\r\nRSET\r\n", "a\r\n", 6},
      {"a\r\n", std::nullopt},
      {"a\r\n.", std::nullopt},
      {"a\r\n.\r", std::nullopt},
      {std::string_view("\0\r\n.\r\n", 6), std::string_view("\0\r\n", 3)},
  };
  return rows;
}

// The sequences that some servers take for the end of the data; only the first one is.
const std::vector<std::string_view>& smuggling_rows() {
  static const std::vector<std::string_view> rows = {
      "\n.\n", "\n.\r\n",       "\r\n.\n",     "\r.\r",       "\r.\r\n",   "\r\n.\rx", "\n.\r",
      "\r.\n", "\r\r\n.\r\r\n", "\r\n.\r\r\n", "\r\n.\n\r\n", "\n\n.\r\n", "\r\r"};
  return rows;
}

TEST(SmtpData, UndoesDots) {
  for (const auto& row : good_rows()) {
    const auto out = decode({row.input});
    EXPECT_EQ(out.done, row.message.has_value()) << row.input;
    EXPECT_FALSE(out.bare) << row.input;
    if (row.message) {
      EXPECT_EQ(out.message, *row.message) << row.input;
      EXPECT_EQ(out.size, row.message->size());
    }
    EXPECT_EQ(row.input.size() - out.used, row.left) << row.input;
  }
}

TEST(SmtpData, OnlyCrLfDotCrLfEnds) {
  for (const auto sequence : smuggling_rows()) {
    const std::string smuggled =
        "Subject: x\r\n\r\nbody" + std::string(sequence) + "MAIL FROM:<evil@x>\r\nRCPT";
    const auto open = decode({smuggled});
    EXPECT_TRUE(open.bare) << sequence;
    EXPECT_FALSE(open.done) << sequence;
    const std::string closed = smuggled + "\r\n.\r\nNOOP\r\n";
    const auto out = decode({closed});
    EXPECT_TRUE(out.done) << sequence;
    EXPECT_TRUE(out.bare) << sequence;
    EXPECT_EQ(out.message, "") << sequence;
    EXPECT_EQ(closed.substr(out.used), "NOOP\r\n") << sequence;
  }
}

TEST(SmtpData, NulBesideTheDotIsNoEnd) {
  EXPECT_FALSE(decode({std::string_view("a\r\n\0.\r\n", 7)}).done);
  EXPECT_FALSE(decode({std::string_view("a\r\n.\0\r\n", 7)}).done);
}

TEST(SmtpData, EverySplitGivesTheSame) {
  std::vector<std::string> inputs;
  for (const auto& row : good_rows()) inputs.emplace_back(row.input);
  for (const auto sequence : smuggling_rows())
    inputs.push_back("x" + std::string(sequence) + "y\r\n.\r\nz");
  for (const std::string& input : inputs) {
    const std::string_view text = input;
    const auto whole = decode({text});
    for (std::size_t a = 0; a <= text.size(); ++a)
      for (std::size_t b = a; b <= text.size(); ++b)
        EXPECT_EQ(decode({text.substr(0, a), text.substr(a, b - a), text.substr(b)}), whole)
            << input;
    std::vector<std::string_view> bytes;
    for (std::size_t i = 0; i < text.size(); ++i) bytes.push_back(text.substr(i, 1));
    EXPECT_EQ(decode(bytes), whole) << input;
  }
}

TEST(SmtpData, KeepsNothingBeyondTheLimitButFindsTheEnd) {
  const auto exact = decode({"12345678\r\n.\r\n"}, 10);
  EXPECT_FALSE(exact.large);
  EXPECT_EQ(exact.message, "12345678\r\n");
  const auto large = decode({"123456789\r\n.\r\nQUIT\r\n"}, 10);
  EXPECT_TRUE(large.large);
  EXPECT_TRUE(large.done);
  EXPECT_EQ(large.message, "");
  EXPECT_EQ(large.size, 11U);
  EXPECT_EQ(large.used, 14U);
}

TEST(SmtpData, EveryByteStringEndsOnlyAtTheTrueEnd) {
  // All strings of five characters over the alphabet that matters, after a line of text.
  constexpr std::string_view k_alphabet("\r\n.a");
  for (unsigned number = 0; number < 4U * 4 * 4 * 4 * 4; ++number) {
    std::string text = "t";
    for (unsigned rest = number, i = 0; i < 5; ++i, rest /= 4) text.push_back(k_alphabet[rest % 4]);
    const auto out = decode({text});
    const auto end = text.find("\r\n.\r\n");
    EXPECT_EQ(out.done, end != std::string::npos) << number;
    if (out.done) {
      EXPECT_EQ(out.used, end + 5);
    }
  }
}

}  // namespace
}  // namespace kontor::smtp::wire
