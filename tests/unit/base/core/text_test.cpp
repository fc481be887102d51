// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/core/text.hpp"

#include <gtest/gtest.h>

#include <string>
#include <utility>

#include "base/core/percent.hpp"

namespace kontor {
namespace {

using namespace std::string_literals;

TEST(Text, Base64OfTheStandardsExamples) {
  const std::pair<std::string, std::string> rows[] = {// RFC 4648, 10
                                                      {"", ""},
                                                      {"f", "Zg=="},
                                                      {"fo", "Zm8="},
                                                      {"foo", "Zm9v"},
                                                      {"foob", "Zm9vYg=="},
                                                      {"fooba", "Zm9vYmE="},
                                                      {"foobar", "Zm9vYmFy"},
                                                      {"\0\xff\x80"s, "AP+A"}};
  for (const auto& [bytes, text] : rows) {
    EXPECT_EQ(base64_encode(bytes), text);
    EXPECT_EQ(base64_decode(text).value_or("?"), bytes);
  }
}

TEST(Text, Base64RefusesWhatIsNotStrict) {
  for (const auto* text :
       {"Zg=", "Zg", "Z===", "Zm9v\n", "Zm 9v", "Zm9*", "====", "=Zm9", "Zg==Zg=="})
    EXPECT_FALSE(base64_decode(text).has_value()) << text;
}

TEST(Text, HexThereAndBack) {
  EXPECT_EQ(hex_encode("\0\x7f\xff"s), "007fff");
  EXPECT_EQ(hex_decode("007FfF").value_or("?"), "\0\x7f\xff"s);
  for (const auto* text : {"0", "0g", "zz", " 00"})
    EXPECT_FALSE(hex_decode(text).has_value()) << text;
}

TEST(Text, NumbersAreWholeAndUnsigned) {
  EXPECT_EQ(parse_number<std::uint32_t>("4294967295"), 4294967295U);
  for (const auto* text : {"", "-1", "+1", " 1", "1 ", "4294967296", "0x1", "1.0"})
    EXPECT_FALSE(parse_number<std::uint32_t>(text).has_value()) << text;
}

TEST(Text, Utf8RefusesWhatRfc3629Refuses) {
  for (const auto& good : {"abc"s, "\xd0\x9f\xd1\x80"s, "\xe2\x82\xac"s, "\xf0\x9f\x98\x80"s,
                           "\xf4\x8f\xbf\xbf"s, "\0"s})
    EXPECT_TRUE(is_utf8(good)) << hex_encode(good);
  for (const auto& bad :
       {"\x80"s, "\xc0\xaf"s, "\xc1\xbf"s, "\xe0\x80\xaf"s, "\xed\xa0\x80"s, "\xf4\x90\x80\x80"s,
        "\xf8\x88\x80\x80\x80"s, "\xd0"s, "\xe2\x82"s, "a\xff"s})
    EXPECT_FALSE(is_utf8(bad)) << hex_encode(bad);
}

TEST(Text, RepairedUtf8IsValidAndKeepsWhatWasGood) {
  EXPECT_EQ(to_valid_utf8("a\xff\xd0\x9f\xe2\x82z"), "a\uFFFD\u041F\uFFFD\uFFFDz");
  for (int byte = 0; byte < 256; ++byte)
    EXPECT_TRUE(is_utf8(to_valid_utf8(std::string(3, static_cast<char>(byte)))));
}

TEST(Text, CodePointsOfEveryLength) {
  const std::pair<char32_t, std::string> rows[] = {{U'a', "a"},
                                                   {U'\u00E9', "\xc3\xa9"},
                                                   {U'\u20AC', "\xe2\x82\xac"},
                                                   {U'\U0001F600', "\xf0\x9f\x98\x80"}};
  for (const auto& [code_point, bytes] : rows) {
    std::string out;
    append_utf8(out, code_point);
    EXPECT_EQ(out, bytes);
  }
}

TEST(Text, ComparesAsciiWithoutCaseAndNothingElse) {
  EXPECT_TRUE(iequals("InBox", "iNbOX"));
  EXPECT_FALSE(iequals("inbox", "inbox "));
  EXPECT_FALSE(iequals("\xc3\xa9", "\xc3\x89"));
  EXPECT_TRUE(istarts_with("Content-Type: x", "content-TYPE"));
  EXPECT_FALSE(istarts_with("Con", "content"));
}

TEST(Text, TrimSplitJoin) {
  EXPECT_EQ(trim(" \t a b\r\n"), "a b");
  EXPECT_EQ(trim(" \r\n"), "");
  EXPECT_EQ(split("a,,b,", ','), (std::vector<std::string_view>{"a", "", "b", ""}));
  EXPECT_EQ(split("", ','), std::vector<std::string_view>{""});
  EXPECT_EQ(join({"a", "", "b"}, ", "), "a, , b");
  EXPECT_EQ(join({}, ","), "");
}

TEST(Text, EditDistanceCountsEdits) {
  EXPECT_EQ(edit_distance("kitten", "sitting"), 3U);
  EXPECT_EQ(edit_distance("", "abc"), 3U);
  EXPECT_EQ(edit_distance("same", "same"), 0U);
}

TEST(Percent, DecodesOctetsAndRefusesWhatIsNone) {
  EXPECT_EQ(percent_decode("a%2Cb%2cc"), "a,b,c");
  EXPECT_EQ(percent_decode("%D1%8F 100"), "\xD1\x8F 100");
  EXPECT_EQ(percent_decode(""), "");
  for (const auto* other : {"%", "100%", "%2", "%zz", "% 2"})
    EXPECT_FALSE(percent_decode(other)) << other;
}

}  // namespace
}  // namespace kontor
