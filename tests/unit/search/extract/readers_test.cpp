// SPDX-License-Identifier: GPL-3.0-or-later
// Single readers, row by row; whole files of every format are read by tests/functional/extract.py.
#include "search/extract/read/readers.hpp"

#include <gtest/gtest.h>

#include "search/extract/read/compressed_rtf.hpp"
#include "search/extract/worth.hpp"

namespace kontor::search {
namespace {

using namespace std::string_view_literals;

std::string rtf(std::string_view bytes) {
  Reading reading({}, bytes.size());
  (void)read_rtf(bytes, reading);
  return reading.text();
}

TEST(Rtf, Text) {
  const std::pair<std::string_view, std::string_view> rows[] = {
      {R"({\rtf1\ansi plain\par next})", "plain\nnext"},
      {R"({\rtf1 a\b bold\b0 c})", "aboldc"},
      {R"({\rtf1\ansicpg1251 \'e4\'ee\'e3\'ee\'e2\'ee\'f0})", "договор"},
      {R"({\rtf1 \u1076?\u1086?})", "до"},
      {R"({\rtf1\uc0 \u1076\u1086 x})", "доx"},
      {R"({\rtf1\uc2 \u1076\'e4\'e4z})", "дz"},
      {R"({\rtf1 \u-10179?\u-8704?})", "\xF0\x9F\x98\x80"},
      {R"({\rtf1\deff0{\fonttbl{\f0\fcharset204 A;}{\f1\fcharset0 B;}}\f0\'e9\f1\'e9\plain\'e9})",
       "йéй"},
      {R"({\rtf1{\*\unknown hidden}shown})", "shown"},
      {R"({\rtf1{\pict ffd8}{\fldinst x}{\fldrslt y}})", "y"},
      {R"({\rtf1 a\v secret\v0 b})", "ab"},
      {R"({\rtf1\{\}\\\~x\_y\-z})", "{}\\ x-yz"},
      {R"({\rtf1 \bin5 }}}}}tail})", "tail"},
      {R"({\rtf1 open {{{)", "open "},
      {R"({\rtf1 \'zz\'4)", ""},
      {R"(}}}}{\rtf1 x)", "x"},
      {R"({\rtf1\emdash\bullet\cell})", "—•\t"},
      {R"({\rtf1{\info{\title Name}{\author Who}}body})", "Name\nWho\n\nbody"},
  };
  for (const auto& [bytes, text] : rows) EXPECT_EQ(rtf(bytes), text) << bytes;
}

TEST(Rtf, PackedAsOutlookDoes) {
  // [MS-OXRTFCP] 4.1 and 4.2.
  constexpr auto simple =
      "\x2D\0\0\0\x2B\0\0\0\x4C\x5A\x46\x75\xF1\xC5\xC7\xA7\x03\0\x0A\0\x72\x63\x70\x67\x31\x32\x35"
      "\x42\x32\x0A\xF3\x20\x68\x65\x6C\x09\0\x20\x62\x77\x05\xB0\x6C\x64\x7D\x0A\x80\x0F\xA0"sv;
  EXPECT_EQ(unpack_rtf(simple, 1'000), "{\\rtf1\\ansi\\ansicpg1252\\pard hello world}\r\n");
  constexpr auto crossing =
      "\x1A\0\0\0\x1C\0\0\0\x4C\x5A\x46\x75\xE2\xD4\x4B\x51\x41\0\x04\x20\x57\x58\x59\x5A\x0D\x6E"
      "\x7D\x01\x0E\xB0"sv;
  EXPECT_EQ(unpack_rtf(crossing, 1'000), "{\\rtf1 WXYZWXYZWXYZWXYZWXYZ}");
  EXPECT_EQ(unpack_rtf("short", 10), "");
  EXPECT_LE(unpack_rtf(crossing, 5).size(), 5U + 8 * 17);
}

TEST(Kind, ContentThenTypeThenName) {
  const std::tuple<std::string_view, std::string_view, std::string_view, Kind> rows[] = {
      {"%PDF-1.4", "image/png", "a.txt", Kind::pdf},
      {"garbage before %PDF-1.4", "", "", Kind::pdf},
      {"PK\x03\x04....", "text/plain", "a.txt", Kind::zip},
      {"{\\rtf1", "application/msword", "a.doc", Kind::rtf},
      {"plain words", "application/pdf", "a.pdf", Kind::plain},
      {"plain words", "text/html", "", Kind::html},
      {"plain words", "", "a.eml", Kind::mail},
      {"<!DOCTYPE HTML><p>", "text/plain", "a.txt", Kind::html},
      {"\xEF\xBB\xBF <html>", "", "", Kind::html},
      {"<?xml version='1.0'?><a/>", "", "", Kind::xml},
      {"Received: x\r\nFrom: y\r\nSubject: z\r\n\r\n", "", "", Kind::mail},
      {"From: the desk of somebody", "text/plain", "", Kind::plain},
      {"RIFF is a family of formats", "", "", Kind::plain},
      {"\x89PNG\r\n\x1A\n\0\0"sv, "text/plain", "a.txt", Kind::none},
      {"", "text/plain", "a.txt", Kind::plain},
      {"\0\1\2\3"sv, "text/plain", "a.txt", Kind::none},
      {"\1\2\3 words", "text/plain", "", Kind::plain},
      {"\1\2\3 words", "application/octet-stream", "", Kind::none},
      {"Subject: x\r\n\r\n\0\1\2\3"sv, "message/rfc822", "", Kind::mail},
      {"\0\1\2\3"sv, "", "old.tar", Kind::archive},
  };
  for (const auto& [bytes, type, name, kind] : rows)
    EXPECT_EQ(kind_of({bytes, type, name}), kind) << bytes << " " << type << " " << name;
}

TEST(Worth, NameBeforeType) {
  EXPECT_FALSE(is_worth_reading("image/png", "photo.png"));
  EXPECT_FALSE(is_worth_reading("image/jpeg", ""));
  EXPECT_TRUE(is_worth_reading("image/png", "scan.pdf"));
  EXPECT_FALSE(is_worth_reading("application/octet-stream", "photo.JPG"));
  EXPECT_TRUE(is_worth_reading("application/octet-stream", "unknown"));
  EXPECT_FALSE(is_worth_reading("application/pkcs7-signature", "smime"));
  EXPECT_TRUE(is_worth_reading("application/ms-tnef", "winmail.dat"));
}

TEST(ReadingLimits, TextIsCutBetweenCharacters) {
  ReadLimits limits;
  limits.text = 5;
  const auto cut = read_attachment({"ёёёё", "text/plain", "a.txt"}, limits);
  EXPECT_EQ(cut.outcome, Extraction::cut);
  EXPECT_EQ(cut.text, "ёё");
  limits.text = 4;
  // One byte each becomes three.
  EXPECT_LE(read_attachment({"{\\rtf1 \xFF\xFF\xFF\xFF\xFF}", "", "a.rtf"}, limits).text.size(),
            4U);
}

TEST(Members, TheWorstCountsUnlessSomethingWasRead) {
  Members locked;
  locked.saw("a", {Extraction::no_text, ""});
  locked.saw("b", {Extraction::encrypted, "it needs a password"});
  EXPECT_EQ(locked.verdict().outcome, Extraction::encrypted);
  EXPECT_EQ(locked.verdict().why, "b: it needs a password");
  locked.saw("c", {Extraction::read, ""});
  EXPECT_EQ(locked.verdict().outcome, Extraction::cut);
  EXPECT_EQ(Members().verdict().outcome, Extraction::read);
}

}  // namespace
}  // namespace kontor::search
