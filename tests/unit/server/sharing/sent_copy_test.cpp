// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/sharing/sent_copy.hpp"

#include <gtest/gtest.h>

namespace kontor::sharing {
namespace {

TEST(SentCopy, ItsWordsAreReadAsTheyAreWritten) {
  for (const auto copies : {SentCopies::none, SentCopies::send_as, SentCopies::all})
    EXPECT_EQ(parse_sent_copies(sent_copies_text(copies)), copies);
  for (const auto* word : {"", "All", "some", "send-as "})
    EXPECT_EQ(parse_sent_copies(word), std::nullopt) << word;
}

TEST(SentCopy, OneMessageHasOneInEachMailbox) {
  const auto here = Uuid::random(), there = Uuid::random();
  EXPECT_EQ(sent_copy_guid(here, "<1@x>"), sent_copy_guid(here, " <1@x> "));
  EXPECT_NE(sent_copy_guid(here, "<1@x>"), sent_copy_guid(there, "<1@x>"));
  EXPECT_NE(sent_copy_guid(here, "<1@x>"), sent_copy_guid(here, "<2@x>"));
  EXPECT_EQ(sent_copy_guid(here, " "), Uuid());
}

}  // namespace
}  // namespace kontor::sharing
