// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/mime/detect.hpp"

#include <gtest/gtest.h>

namespace kontor::mime {
namespace {

using namespace std::string_view_literals;

struct Row {
  std::string_view bytes;
  std::string_view charset;
};

TEST(Detect, MarksAndForms) {
  const Row rows[] = {
      {"", "utf-8"},
      {"plain ASCII", "utf-8"},
      {"договор", "utf-8"},
      {"\xEF\xBB\xBFx", "utf-8"},
      {"\x1B$BF|K\\8l\x1B(B", "iso-2022-jp"},
      {"\xFF\xFEx\0"sv, "utf-16le"},
      {"\xFE\xFF\0x"sv, "utf-16be"},
      {"\xFF\xFE\0\0x\0\0\0"sv, "utf-32le"},
      {"t\0e\0x\0t\0"sv, "utf-16le"},
      {"\0t\0e\0x\0t"sv, "utf-16be"},
      {"\x34\x04\x3E\x04\x33\x04 \0\x3E\x04"sv, "utf-16le"},
  };
  for (const auto& [bytes, charset] : rows) EXPECT_EQ(detect_charset(bytes), charset) << bytes;
}

// "Договор", "ПРИКАЗ", "Übung" and "café" in each charset they are written in.
TEST(Detect, LettersTellTheCharset) {
  const Row rows[] = {
      {"\xC4\xEE\xE3\xEE\xE2\xEE\xF0", "windows-1251"},
      {"\xE4\xCF\xC7\xCF\xD7\xCF\xD2", "koi8-r"},
      {"\x84\xAE\xA3\xAE\xA2\xAE\xE0", "ibm866"},
      {"\xB4\xDE\xD3\xDE\xD2\xDE\xE0", "iso-8859-5"},
      {"\xCF\xD0\xC8\xCA\xC0\xC7", "windows-1251"},
      {"\xF0\xF2\xE9\xEB\xE1\xFA", "koi8-r"},
      {"\x8F\x90\x88\x8A\x80\x87", "ibm866"},
      {"\xDC"
       "bung macht den Meister",
       "windows-1252"},
      {"un caf\xE9 s'il vous pla\xEEt", "windows-1252"},
  };
  for (const auto& [bytes, charset] : rows) EXPECT_EQ(detect_charset(bytes), charset) << bytes;
}

TEST(Detect, TextWithoutItsMark) {
  EXPECT_EQ(text_of_unknown("\xEF\xBB\xBFx"), "x");
  EXPECT_EQ(text_of_unknown("\x1B$BF|K\\8l\x1B(B"), "日本語");
  EXPECT_EQ(text_of_unknown("\xFF\xFE\x34\x04"), "д");
  EXPECT_EQ(text_of_unknown("\xC4\xEE\xE3\xEE\xE2\xEE\xF0"), "Договор");
}

TEST(Detect, WhatIsNoText) {
  EXPECT_TRUE(looks_like_text("line\r\n\tline"));
  EXPECT_TRUE(looks_like_text("t\0e\0x\0t\0"sv));
  EXPECT_TRUE(looks_like_text("\xC4\xEE\xE3\xEE\xE2\xEE\xF0"));
  EXPECT_FALSE(looks_like_text("\x89PNG\r\n\x1A\n\0\0\0\rIHDR"sv));
  EXPECT_FALSE(looks_like_text("\1\2\3\4\5\6\7"sv));
}

// The end of what is looked at may lie within a character.
TEST(Detect, LongTextIsJudgedByItsBeginning) {
  std::string text(65'535, 'x');
  text += "ёлка";
  EXPECT_EQ(detect_charset(text), "utf-8");
}

}  // namespace
}  // namespace kontor::mime
