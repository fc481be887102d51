// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/filter/dkim/canonical.hpp"

#include <gtest/gtest.h>

#include "base/crypto/digest.hpp"

namespace kontor::filter::dkim {
namespace {

// The digest of `body`, given in pieces of `piece` bytes.
std::string digest(Form form, std::string_view body, std::size_t piece) {
  BodyHasher hasher(form);
  for (std::size_t at = 0; at < body.size(); at += piece) hasher.add(body.substr(at, piece));
  return hasher.finish();
}

void expect(Form form, std::string_view body, std::string_view canonical) {
  for (const std::size_t piece : {std::size_t{1}, std::size_t{2}, std::size_t{3}, body.size() + 1})
    EXPECT_EQ(digest(form, body, piece), crypto::sha256(canonical)) << body << " by " << piece;
}

TEST(DkimBody, TheSimpleFormDropsEmptyLinesAtTheEnd) {  // RFC 6376, 3.4.3
  expect(Form::simple, "", "\r\n");
  expect(Form::simple, "\r\n\r\n", "\r\n");
  expect(Form::simple, " C \r\nD \t E\r\n\r\n\r\n", " C \r\nD \t E\r\n");
  expect(Form::simple, "\r\n\r\nx", "\r\n\r\nx\r\n");
  expect(Form::simple, "a\rb\r\n", "a\rb\r\n");
  expect(Form::simple, "a\r", "a\r\r\n");
}

TEST(DkimBody, TheRelaxedFormDropsBlanks) {  // RFC 6376, 3.4.4 and 3.4.5
  expect(Form::relaxed, "", "");
  expect(Form::relaxed, "\r\n \r\n\t\r\n", "");
  expect(Form::relaxed, " C \r\nD \t E\r\n\r\n\r\n", " C\r\nD E\r\n");
  expect(Form::relaxed, "a  \r\n\r\n \r\nb", "a\r\n\r\n\r\nb\r\n");
  expect(Form::relaxed, "a \rb\r\n", "a \rb\r\n");
}

TEST(DkimBody, OnlyTheFirstBytesCount) {
  BodyHasher hasher(Form::simple, 3);
  hasher.add("abcdef\r\n");
  EXPECT_EQ(hasher.finish(), crypto::sha256("abc"));
  EXPECT_EQ(hasher.size(), 8U);
}

TEST(DkimBody, MuchIsHashedWithLittleMemory) {
  std::string lines;
  for (int i = 0; i < 100'000; ++i) lines += "\r\n";
  expect(Form::simple, lines + std::string(100'000, 'x'),
         lines + std::string(100'000, 'x') + "\r\n");
}

TEST(DkimField, BothForms) {  // RFC 6376, 3.4.5
  EXPECT_EQ(canonical_field(Form::relaxed, "B : Y\t\r\n\tZ  ", "B", " Y\t\r\n\tZ  "), "b:Y Z\r\n");
  EXPECT_EQ(canonical_field(Form::simple, "B : Y\t\r\n\tZ  ", "B", " Y\t\r\n\tZ  "),
            "B : Y\t\r\n\tZ  \r\n");
  EXPECT_EQ(canonical_field(Form::relaxed, "A:", "A", ""), "a:\r\n");
}

TEST(DkimField, ASignatureIsTakenOut) {
  EXPECT_EQ(without_signature(" v=1; bh=b; b=x\r\n y ; d=z"), " v=1; bh=b; b=; d=z");
  EXPECT_EQ(without_signature("b=abc"), "b=");
  EXPECT_EQ(without_signature("v=1;\r\n b = q"), "v=1;\r\n b =");
}

}  // namespace
}  // namespace kontor::filter::dkim
