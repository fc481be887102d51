// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/mime/message_ids.hpp"

#include <gtest/gtest.h>

namespace kontor::mime {
namespace {

using Ids = std::vector<std::string>;

TEST(MessageIds, are_read_in_order) {
  EXPECT_EQ(parse_message_ids("<a@x> <b@x>\r\n\t<c@x>"), (Ids{"a@x", "b@x", "c@x"}));
  EXPECT_EQ(parse_message_ids("<a@x><b@x>"), (Ids{"a@x", "b@x"}));
  EXPECT_EQ(parse_message_ids("Your message of Monday <a@x> (it)"), Ids{"a@x"});
  EXPECT_EQ(parse_message_ids(""), Ids{});
}

// RFC 5256, REFERENCES
TEST(MessageIds, are_normalised) {
  EXPECT_EQ(parse_message_ids("<\"01KF8JCEOCBS0045PS\"@xxx.yyy.com>"),
            Ids{"01KF8JCEOCBS0045PS@xxx.yyy.com"});
  EXPECT_EQ(parse_message_ids("< a(comment)@\r\n x >"), Ids{"a@x"});
  EXPECT_EQ(parse_message_ids("<a.b@[1.2.3.4]>"), Ids{"a.b@[1.2.3.4]"});
}

TEST(MessageIds, that_are_none_are_passed_over) {
  EXPECT_EQ(parse_message_ids("<> <a> <@x> <a@> <b@x"), Ids{});
  EXPECT_EQ(parse_message_ids("<a <b@x>"), Ids{"b@x"});
  EXPECT_EQ(parse_message_ids("anna@x"), Ids{});
}

TEST(ThreadFields, fall_back_on_in_reply_to) {
  const auto fields = [](std::string_view header) { return thread_fields(header).references; };
  EXPECT_EQ(fields("References: <a@x> <b@x>\r\nIn-Reply-To: <c@x>\r\n"), (Ids{"a@x", "b@x"}));
  EXPECT_EQ(fields("References: none\r\nIn-Reply-To: <c@x> <d@x>\r\n"), Ids{"c@x"});
  EXPECT_EQ(fields("In-Reply-To: x\r\n"), Ids{});
  EXPECT_EQ(thread_fields("message-id: <m@x>\r\nMessage-ID: <n@x>\r\n").message_id, "m@x");
  EXPECT_EQ(thread_fields("Message-ID: m@x\r\n").message_id, "");
}

TEST(ThreadFields, keep_the_root_and_the_nearest_of_many) {
  std::string header = "References:";
  for (int i = 0; i < 1'000; ++i) header += " <" + std::to_string(i) + "@x>";
  const auto references = thread_fields(header).references;
  ASSERT_EQ(references.size(), k_max_references);
  EXPECT_EQ(references.front(), "0@x");
  EXPECT_EQ(references[1], std::to_string(1'000 - k_max_references + 1) + "@x");
  EXPECT_EQ(references.back(), "999@x");
}

}  // namespace
}  // namespace kontor::mime
