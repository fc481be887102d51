// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/mime/decode.hpp"

#include <gtest/gtest.h>

#include "base/core/text.hpp"

namespace kontor::mime {
namespace {

TEST(MimeDecode, undoes_transfer_encodings) {
  struct Row {
    std::string_view encoding, in, out;
  };
  const std::vector<Row> rows{
      {"7bit", "a=\r\n", "a=\r\n"},
      {"8BIT", "\xFF", "\xFF"},
      {"binary", std::string_view("\0x", 2), std::string_view("\0x", 2)},
      // RFC 4648, 10
      {"base64", "Zg==", "f"},
      {"base64", "Zm8=", "fo"},
      {"BASE64", "Zm9v", "foo"},
      {"base64", "Zm9v\r\nYmFy\r\n", "foobar"},
      {"base64", "Z m!9v*", "foo"},
      {"base64", "Zg==Zm8=", "f"},
      {"base64", "=Zm8=", "fo"},
      {"base64", "Zm9vYg", "foob"},
      {"base64", "Zm9vY", "foo"},
      {"base64", "====", ""},
      {"base64", "", ""},
      // RFC 2045, 6.7
      {"quoted-printable",
       "Now's the time =\r\nfor all folk to come=\r\n to the aid of their country.",
       "Now's the time for all folk to come to the aid of their country."},
      {"quoted-printable", "=3D=0a=D1=91", "=\n\xD1\x91"},
      {"quoted-printable", "a  \t\r\nb", "a\r\nb"},
      {"quoted-printable", "a=  \r\nb", "ab"},
      {"quoted-printable", "a=\nb=", "ab"},
      {"quoted-printable", "100=% =ZZ =4", "100=% =ZZ =4"},
      {"quoted-printable", "a\r\n\r\nb\n", "a\r\n\r\nb\n"},
  };
  for (const auto& row : rows) {
    const auto decoded = decode_transfer(row.in, row.encoding);
    ASSERT_TRUE(decoded) << row.encoding;
    EXPECT_EQ(*decoded, row.out) << row.in;
  }
  const auto unknown = decode_transfer("x", "x-gzip64");
  ASSERT_FALSE(unknown);
  EXPECT_EQ(unknown.error().code(), Errc::unsupported);
}

TEST(MimeDecode, reads_charsets) {
  struct Row {
    std::string_view charset, in, out;
  };
  const std::vector<Row> rows{
      {"utf-8", "ё", "ё"},
      {"UTF8", "\xD1", "\xEF\xBF\xBD"},
      {"us-ascii", "plain", "plain"},
      {"us-ascii", "\xD1\x91", "ё"},
      {"us-ascii", "caf\xE9", "café"},
      {"", "caf\xE9", "café"},
      {"windows-1251", "\xCF\xF0\xE8\xE2\xE5\xF2", "Привет"},
      {"cp1251", "\xB8", "ё"},
      {"CP-1251", "\xB8", "ё"},
      {"win-1251", "\xB8", "ё"},
      {"koi8-r", "\xF0\xD2\xC9\xD7\xC5\xD4", "Привет"},
      {"koi8r", "\xA3", "ё"},
      {"koi8-u", "\xA4", "є"},
      {"iso-8859-5", "\xF1", "ё"},
      {"ibm866", "\xF1", "ё"},
      {"iso-8859-1", "\x93q\x94", "“q”"},  // windows-1252 is meant
      {"iso-8859-15", "\xA4", "€"},
      {"utf-7", "+BFE-", "ё"},
      {"unicode-1-1-utf-7", "Hi Mom +Jjo-!", "Hi Mom ☺!"},  // RFC 2152
      {"iso-2022-jp", "\x1B$B\x46\x7C\x4B\x5C\x1B(B", "日本"},
      {"shift_jis", "\x93\xFA\x96\x7B", "日本"},
      {"euc-kr", "\xC7\xD1", "한"},
      {"ks_c_5601-1987", "\xC7\xD1", "한"},
      {"gb18030", "\xD6\xD0", "中"},
      {"gb2312", "\xD6\xD0", "中"},
      {"big5", "\xA4\xA4", "中"},
      {"utf-16le", std::string_view("\x51\x04", 2), "ё"},
      {"utf-16be", std::string_view("\x04\x51\xD8\x3D\xDE\x00", 6), "ё😀"},
      {"x-unknown", "ё", "ё"},
      {"x-unknown", "\xE9", "é"},
      {"utf-8,version=1", "ё", "ё"},
      {" koi8-r ", "\xA3", "ё"},
  };
  for (const auto& row : rows) EXPECT_EQ(to_utf8(row.in, row.charset), row.out) << row.charset;
  EXPECT_TRUE(is_known_charset("US-ASCII"));
  EXPECT_TRUE(is_known_charset("UTF-8"));
  EXPECT_TRUE(is_known_charset("koi8-r"));
  EXPECT_FALSE(is_known_charset("x-unknown"));
  EXPECT_FALSE(is_known_charset(""));
  EXPECT_FALSE(is_known_charset(std::string(300, 'x')));
}

TEST(MimeDecode, gives_valid_utf8_for_any_bytes_in_any_charset) {
  std::string bytes;
  for (int i = 0; i < 20'000; ++i) bytes.push_back(static_cast<char>(i * 7919 % 256));
  for (const std::string_view charset :
       {"utf-8", "us-ascii", "koi8-r", "windows-1251", "utf-7", "iso-2022-jp", "gb18030", "utf-16",
        "utf-16be", "utf-32", "big5", "hz-gb-2312", "scsu", "bocu-1", "imap-mailbox-name", "none"})
    EXPECT_TRUE(is_utf8(to_utf8(bytes, charset))) << charset;
}

TEST(MimeDecode, keeps_characters_beyond_the_basic_plane_whole_over_any_length) {
  std::string text;
  for (int i = 0; i < 5'000; ++i) text += "a😀";
  std::string wide;
  for (int i = 0; i < 5'000; ++i) wide += std::string("\0a\xD8\x3D\xDE\x00", 6);
  EXPECT_EQ(to_utf8(wide, "utf-16be"), text);
}

TEST(MimeDecode, folds_case) {
  EXPECT_EQ(fold_case("ABC xyz"), "abc xyz");
  EXPECT_EQ(fold_case("ПРИВЕТ Ёлка"), fold_case("привет ёлка"));
  EXPECT_EQ(fold_case("Straße"), fold_case("STRASSE"));
  EXPECT_EQ(fold_case("Caf\u00C9"), fold_case("cafe\u0301"));
  EXPECT_NE(fold_case("е"), fold_case("ё"));
}

TEST(MimeDecode, gives_the_text_of_a_part) {
  const std::string raw =
      "Content-Type: text/plain; charset=koi8-r\r\nContent-Transfer-Encoding: base64\r\n\r\n"
      "8NLJ18XU\r\n";
  const Message message = parse(raw, {});
  EXPECT_EQ(part_text(raw, message.parts[0]), "Привет");
}

}  // namespace
}  // namespace kontor::mime
