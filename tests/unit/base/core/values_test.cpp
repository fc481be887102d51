// SPDX-License-Identifier: GPL-3.0-or-later
#include <gtest/gtest.h>

#include <cerrno>
#include <set>
#include <string>

#include "base/core/answers.hpp"
#include "base/core/crc32c.hpp"
#include "base/core/result.hpp"
#include "base/core/uuid.hpp"

namespace kontor {
namespace {

Result<int> half(int number) {
  if (number % 2 != 0) return fail(Errc::bad_input, "odd");
  return number / 2;
}

Result<std::string> quarter_text(int number) {
  KONTOR_TRY(const int first, half(number));
  KONTOR_TRY(const int second, half(first));
  return std::to_string(second);
}

Result<void> check(int number) {
  KONTOR_TRY(half(number));
  return {};
}

TEST(Result, TryHandsTheErrorOnAndTheValueOver) {
  EXPECT_EQ(quarter_text(12).value_or("?"), "3");
  const auto failed = quarter_text(6);
  ASSERT_FALSE(failed.has_value());
  EXPECT_EQ(failed.error().code(), Errc::bad_input);
  EXPECT_EQ(failed.error().text(), "bad_input: odd");
  EXPECT_TRUE(check(2).has_value());
  EXPECT_FALSE(check(1).has_value());
}

TEST(Result, AnErrorSaysWhatWasBeingDone) {
  EXPECT_EQ(Error(Errc::limit, "too long").while_doing("reading a line").text(),
            "limit: reading a line: too long");
  EXPECT_EQ(Error(Errc::limit).while_doing("reading").text(), "limit: reading");
  EXPECT_EQ(errno_error("writing", ENOSPC).code(), Errc::no_space);
  EXPECT_EQ(errno_error("opening", ENOENT).code(), Errc::not_found);
  EXPECT_EQ(errno_error("reading", EIO).code(), Errc::io_error);
}

TEST(Answers, EveryKindHasARowThatAgreesWithItself) {
  std::set<std::string_view> names;
  for (int i = 0; i <= static_cast<int>(Errc::internal); ++i) {
    const auto code = static_cast<Errc>(i);
    const auto& row = answer_for(code);
    EXPECT_EQ(row.code, code);
    EXPECT_TRUE(names.insert(name_of(code)).second);
    EXPECT_FALSE(row.text.empty());
    // RFC 3463, 2: the class of the enhanced code is the first digit of the reply.
    EXPECT_EQ(row.smtp_enhanced.front() - '0', row.smtp_reply / 100) << name_of(code);
    // What may be tried again is a 4xx, what may not a 5xx.
    EXPECT_EQ(row.retry, row.smtp_reply / 100 == 4) << name_of(code);
  }
}

TEST(Answers, UnknownAndForbiddenNamesGiveNothingAway) {
  EXPECT_EQ(answer_for(Errc::auth_failed).text, "authentication failed");
  EXPECT_EQ(answer_for(Errc::auth_failed).imap_code, "AUTHENTICATIONFAILED");
  EXPECT_EQ(answer_for(Errc::unavailable).imap_code, "UNAVAILABLE");
}

TEST(Crc32c, TheStandardsExamples) {  // RFC 3720, B.4
  EXPECT_EQ(crc32c(std::string(32, '\0')), 0x8A9136AAU);
  EXPECT_EQ(crc32c(std::string(32, '\xff')), 0x62A8AB43U);
  EXPECT_EQ(crc32c("123456789"), 0xE3069283U);
}

TEST(Crc32c, PiecesGiveTheSameAsTheWhole) {
  std::string bytes;
  for (int i = 0; i < 300; ++i) bytes.push_back(static_cast<char>(i * 7));
  for (std::size_t cut = 0; cut <= bytes.size(); ++cut)
    EXPECT_EQ(crc32c(bytes.substr(cut), crc32c(bytes.substr(0, cut))), crc32c(bytes));
}

TEST(Uuid, TextThereAndBack) {
  const auto id = Uuid::parse("{6BA7B810-9dad-11d1-80b4-00c04fd430c8}");
  ASSERT_TRUE(id.has_value());
  EXPECT_EQ(id->text(), "6ba7b810-9dad-11d1-80b4-00c04fd430c8");
  EXPECT_EQ(Uuid::from_bytes(id->bytes()).value_or(Uuid()), *id);
  for (const auto* text :
       {"", "6ba7b810", "6ba7b810-9dad-11d1-80b4-00c04fd430cg",
        "6ba7b8109dad-11d1-80b4-00c04fd430c8-", "{6ba7b810-9dad-11d1-80b4-00c04fd430c8"})
    EXPECT_FALSE(Uuid::parse(text).has_value()) << text;
}

TEST(Uuid, ObjectGuidHasItsFirstFieldsTurned) {  // [MS-DTYP] 2.3.4
  const auto id = Uuid::parse("00112233-4455-6677-8899-aabbccddeeff").value_or(Uuid());
  const std::string wire("\x33\x22\x11\x00\x55\x44\x77\x66\x88\x99\xaa\xbb\xcc\xdd\xee\xff", 16);
  EXPECT_EQ(id.guid_bytes(), wire);
  EXPECT_EQ(Uuid::from_guid_bytes(wire).value_or(Uuid()), id);
}

TEST(Uuid, RandomOnesAreVersionFourAndDiffer) {
  std::set<Uuid> seen;
  for (int i = 0; i < 1000; ++i) {
    const auto id = Uuid::random();
    EXPECT_EQ(id.text()[14], '4');
    EXPECT_TRUE(seen.insert(id).second);
  }
}

}  // namespace
}  // namespace kontor
