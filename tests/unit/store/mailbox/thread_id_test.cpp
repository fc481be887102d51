// SPDX-License-Identifier: GPL-3.0-or-later
#include "store/mailbox/thread_id.hpp"

#include <gtest/gtest.h>

#include "store/mailbox/account.hpp"

namespace kontor::store {
namespace {

TEST(ThreadNumber, is_that_of_the_root) {
  const auto root = thread_number("Message-ID: <a@x>\r\nSubject: A\r\n\r\n");
  EXPECT_EQ(thread_number("Message-ID: <b@x>\r\nReferences: <a@x>\r\n\r\n"), root);
  EXPECT_EQ(thread_number("Message-ID: <c@x>\r\nReferences: <a@x> <b@x>\r\n\r\n"), root);
  EXPECT_EQ(thread_number("In-Reply-To: <\"a\"@x>\r\n\r\n"), root);
  EXPECT_NE(thread_number("Message-ID: <b@x>\r\nSubject: Re: A\r\n\r\n"), root);
  // The header alone; without any msg-id its bytes.
  EXPECT_EQ(thread_number("Subject: A\r\n\r\n"), thread_number("Subject: A\r\n\r\n"));
  EXPECT_NE(thread_number("Subject: A\r\n\r\n"), thread_number("Subject: B\r\n\r\n"));
  EXPECT_NE(thread_number(""), 0U);
}

// It is written into logs: it may never change.
TEST(ThreadNumber, stays_what_it_was) {
  EXPECT_EQ(thread_number("Message-ID: <fake.1521475657.54797@example.com>\r\n\r\n"),
            thread_number("References: <fake.1521475657.54797@example.com>\r\n\r\n"));
  // The first eight bytes of SHA-256 of "a@x", high byte first.
  EXPECT_EQ(thread_number("Message-ID: <a@x>\r\n\r\n"), 0xbd39e6feafd83701ULL);
}

TEST(ThreadNumber, is_made_at_delivery) {
  const std::string raw = "Message-ID: <b@x>\r\nReferences: <a@x>\r\n\r\nReferences: <z@x>\r\n";
  EXPECT_EQ(prepare_message(raw, 10, 10).thread, thread_number("Message-ID: <a@x>\r\n\r\n"));
}

}  // namespace
}  // namespace kontor::store
