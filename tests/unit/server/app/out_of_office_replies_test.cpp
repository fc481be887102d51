// SPDX-License-Identifier: GPL-3.0-or-later
// The answer's own fields (RFC 3834, 3).
#include "server/app/out_of_office_replies.hpp"

#include <gtest/gtest.h>

#include "base/core/text.hpp"
#include "base/mime/decode.hpp"
#include "base/mime/header.hpp"

namespace kontor::app {
namespace {

std::string answer_to(std::string_view header, std::string_view subject = {}) {
  directory::Principal anna;
  anna.name = "Анна\r\nBcc: x@y.test";
  anna.mail = "anna@example.test";
  return reply_text({"mail.example.test", "ru", anna, "b@elsewhere.test", header, subject,
                     "Буду в понедельник.\r\nBack on Monday.", UtcSeconds()});
}

std::string subject_of(std::string_view reply) {
  return mime::decode_words(mime::field_value(reply, "Subject").value_or(""));
}

TEST(OutOfOfficeReply, BelongsToTheMessageAndSaysThatNobodyWroteIt) {
  const auto reply = answer_to(
      "Subject: =?utf-8?B?0J/RgNC40LLQtdGC?=\r\nMessage-ID: <1@e.test>\r\nReferences: "
      "<0@e.test>\r\n");
  EXPECT_EQ(subject_of(reply), "Автоматический ответ: Привет");
  EXPECT_EQ(mime::field_value(reply, "In-Reply-To"), "<1@e.test>");
  EXPECT_EQ(mime::field_value(reply, "References"), "<0@e.test> <1@e.test>");
  EXPECT_EQ(mime::field_value(reply, "Auto-Submitted"), "auto-replied");
  EXPECT_EQ(mime::field_value(reply, "To"), "<b@elsewhere.test>");
  EXPECT_EQ(mime::field_value(reply, "Bcc"), std::nullopt);
  const auto body = reply.substr(reply.find("\r\n\r\n") + 4);
  const auto encoding = mime::field_value(reply, "Content-Transfer-Encoding").value_or("");
  EXPECT_EQ(mime::decode_transfer(body, encoding).value_or(""),
            "Буду в понедельник.\r\nBack on Monday.\r\n");
}

TEST(OutOfOfficeReply, HasTheSubjectThatWasAskedFor) {
  EXPECT_EQ(subject_of(answer_to("Subject: x\r\n", "В отпуске\r\nX: y")), "В отпуске  X: y");
}

TEST(OutOfOfficeReply, IsNotSplitByWhatOthersWrote) {
  const std::string hostile =
      "Subject: =?utf-8?Q?a=0D=0AX-Evil:_1?=\r\nMessage-ID: <1@e.test>\x01\r\nReferences: " +
      std::string(100'000, 'x') + "\r\n";
  const auto reply = answer_to(hostile);
  EXPECT_EQ(mime::field_value(reply, "X-Evil"), std::nullopt);
  EXPECT_LT(reply.size(), 4'000U);
}

}  // namespace
}  // namespace kontor::app
