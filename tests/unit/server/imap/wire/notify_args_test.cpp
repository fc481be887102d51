// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/imap/wire/notify_args.hpp"

#include <gmock/gmock.h>

namespace kontor::imap::wire {
namespace {

using ::testing::ElementsAre;

TEST(NotifyArguments, GroupsNameMailboxesAndEvents) {
  const auto notify = parse_notify(
      "SET STATUS (SELECTED (MessageNew (UID BODY[HEADER.FIELDS (From)]) MessageExpunge)) "
      "(subtree (Lists \"INBOX\") (messagenew messageexpunge flagchange mailboxname)) "
      "(mailboxes inbox NONE) (personal (SubscriptionChange ServerMetadataChange))",
      false);
  ASSERT_TRUE(notify) << notify.error().detail();
  EXPECT_TRUE(notify->status);
  ASSERT_EQ(notify->groups.size(), 4U);
  const auto& selected = notify->groups[0];
  EXPECT_EQ(selected.events, event::message_new | event::message_expunge);
  ASSERT_TRUE(selected.fetch);
  EXPECT_EQ(selected.fetch->items, fetch::uid);
  EXPECT_TRUE(selected.fetch->bodies.front().peek);
  EXPECT_EQ(selected.fetch->bodies.front().label, "BODY[HEADER.FIELDS (From)]");
  EXPECT_THAT(notify->groups[1].where.names, ElementsAre("Lists", "INBOX"));
  EXPECT_EQ(notify->groups[1].events, event::messages | event::mailbox_name);
  EXPECT_THAT(notify->groups[2].where.names, ElementsAre("INBOX"));
  EXPECT_EQ(notify->groups[2].events, 0U);
  EXPECT_EQ(notify->groups[3].events, event::subscription_change | event::server_metadata);
}

TEST(NotifyArguments, EventsStandWithoutParenthesesAsInTheExample) {
  const auto notify = parse_notify(
      "set (selected MessageNew (uid body.peek[header.fields (from to subject)]) MessageExpunge)",
      false);
  ASSERT_TRUE(notify) << notify.error().detail();
  EXPECT_FALSE(notify->status);
  EXPECT_TRUE(notify->groups.front().fetch);
}

TEST(NotifyArguments, NoneIsNothing) {
  const auto notify = parse_notify("none", false);
  ASSERT_TRUE(notify);
  EXPECT_TRUE(notify->none);
  EXPECT_TRUE(notify->groups.empty());
}

TEST(NotifyArguments, UnknownEventsAreReadAndMarked) {
  const auto notify = parse_notify("SET (personal (Surprise AnnotationChange))", false);
  ASSERT_TRUE(notify);
  EXPECT_EQ(notify->groups.front().events, event::unknown);
}

TEST(NotifyArguments, WhatTheRulesForbidIsRefused) {
  for (const char* text :
       {"", "SET", "SET STATUS", "SET ()", "SET (personal)", "SET (personal ())", "NONE x",
        "SET (selected (MessageNew))", "SET (personal (MessageExpunge))",
        "SET (personal (FlagChange))", "SET (selected (MailboxName))",
        "SET (selected NONE) (selected NONE)", "SET (selected NONE) (selected-delayed NONE)",
        "SET (personal (MessageNew (UID) MessageExpunge))",
        "SET (selected (MessageNew () MessageExpunge))", "SET (subtree (MailboxName))",
        "SET (mailboxes () (MailboxName))", "SET (selected (MessageNew (FAST) MessageExpunge))",
        "SET (personal (MailboxName) x)"})
    EXPECT_FALSE(parse_notify(text, false)) << text;
}

}  // namespace
}  // namespace kontor::imap::wire
