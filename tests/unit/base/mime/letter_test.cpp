// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/mime/letter.hpp"

#include <gtest/gtest.h>

#include "base/core/text.hpp"
#include "base/mime/content.hpp"
#include "base/mime/decode.hpp"
#include "base/mime/header.hpp"

namespace kontor::mime {
namespace {

TEST(Letter, NamesReadBackAsTheyAre) {
  EXPECT_EQ(phrase("Anna"), "\"Anna\"");
  EXPECT_EQ(phrase(R"(a "b" \c)"), R"("a \"b\" \\c")");
  for (const std::string name :
       {"Ivanova, Anna <HR>", "Иванова, Анна", R"(a "b" \c)", "=?utf-8?q?x?="}) {
    const auto read = parse_addresses(phrase(name) + " <a@b>");
    ASSERT_EQ(read.size(), 1U) << name;
    EXPECT_EQ(read[0].mailbox.address(), "a@b");
    if (!is_ascii(name)) EXPECT_EQ(decode_words(read[0].mailbox.name), name);
    if (is_ascii(name)) EXPECT_EQ(read[0].mailbox.name, name);
  }
}

TEST(Letter, WordsOfAFieldReadBack) {
  EXPECT_EQ(encoded_words("plain"), "plain");
  for (const std::string text :
       {"=?utf-8?q?x?=", "Приглашение: обсуждение бюджета на следующий год"})
    EXPECT_EQ(decode_words(encoded_words(text)), text);
}

TEST(Letter, TextsAreCutBetweenCharactersAndStayOneLine) {
  EXPECT_EQ(beginning("абв", 5), "аб");
  EXPECT_EQ(beginning("abc", 5), "abc");
  EXPECT_EQ(one_line(" a\r\nBcc: x\t"), "a  Bcc: x");
}

TEST(Letter, BodiesWithLongLinesAreEncoded) {
  EXPECT_TRUE(encoded_body("a\n").starts_with("Content-Transfer-Encoding: 7bit\r\n\r\na\r\n"));
  const auto body = encoded_body(std::string(999, 'a') + "\n");
  EXPECT_TRUE(body.starts_with("Content-Transfer-Encoding: base64\r\n"));
  for (const auto line : split(body, '\n')) EXPECT_LE(line.size(), 78U);
}

TEST(Letter, ParametersHoldAnyName) {
  EXPECT_EQ(parameter("filename", "a b.pdf"), ";\r\n filename=\"a b.pdf\"");
  EXPECT_EQ(parameter("filename", "a\"\\\r\nB: c"), ";\r\n filename=\"a\\\"\\\\  B: c\"");
  for (const std::string name : {"plan.pdf", "План (1).pdf", "日本\"語.txt", "a;b=c", "100%.txt"}) {
    const auto read = parse_parametrized("attachment" + parameter("filename", name)).parameters;
    ASSERT_EQ(read.size(), 1U) << name;
    EXPECT_EQ(read[0].value, name);
  }
}

TEST(Letter, FilesAreBytes) {
  const std::string bytes("\r\n\0\xFF.\r\n.\n", 9);
  const auto body = encoded_file(bytes);
  const auto at = body.find("\r\n\r\n");
  EXPECT_EQ(body.substr(0, at), "Content-Transfer-Encoding: base64");
  EXPECT_EQ(*decode_transfer(body.substr(at + 4), "base64"), bytes);
  for (const auto line : split(encoded_file(std::string(10'000, 'x')), '\n'))
    EXPECT_LE(line.size(), 77U);
}

}  // namespace
}  // namespace kontor::mime
