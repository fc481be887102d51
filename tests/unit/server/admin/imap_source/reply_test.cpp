// SPDX-License-Identifier: GPL-3.0-or-later
// Responses of IMAP servers as a client reads them.
#include "server/admin/imap_source/reply.hpp"

#include <gmock/gmock.h>

#include "server/admin/imap_source/progress_file.hpp"

namespace kontor::admin::imap_source {
namespace {

using ::testing::ElementsAre;

TEST(ReplyTest, Literals) {
  EXPECT_EQ(literal_behind("* 1 FETCH (BODY[] {12}\r\n"), 12U);
  EXPECT_EQ(literal_behind("x {12+}\n"), 12U);
  EXPECT_EQ(literal_behind("x {12} y\r\n"), std::nullopt);
  EXPECT_EQ(literal_behind("x }\r\n"), std::nullopt);
  EXPECT_EQ(literal_behind("x {99999999999999999999}\r\n"), std::nullopt);
}

TEST(ReplyTest, Fetches) {
  auto reply = parse_reply(
      "* 3 FETCH (UID 7 FLAGS (\\Seen $Forwarded \\Recent) INTERNALDATE \"17-Jul-1996 02:44:25 "
      "-0700\" RFC822.SIZE 44 BODY[] {5}\r\na\r\n\"))\r\n");
  ASSERT_TRUE(reply) << reply.error().text();
  EXPECT_EQ(reply->number, 3U);
  const auto message = fetched_message(*std::move(reply));
  ASSERT_TRUE(message);
  EXPECT_EQ(message->uid, 7U);
  EXPECT_EQ(message->size, 44U);
  EXPECT_EQ(message->date, UtcSeconds(std::chrono::seconds(837'596'665)));
  EXPECT_EQ(message->marks->flags, store::k_seen);
  EXPECT_THAT(message->marks->keywords, ElementsAre("$Forwarded"));
  EXPECT_EQ(message->body, "a\r\n\")");
}

TEST(ReplyTest, OtherItemsArePassedOver) {
  auto reply = parse_reply(
      "* 1 FETCH (MODSEQ (9) BODY[HEADER.FIELDS (A B)] {2}\r\nx\n X-NEW NIL UID 5)\r\n");
  ASSERT_TRUE(reply) << reply.error().text();
  EXPECT_EQ(fetched_message(*std::move(reply))->uid, 5U);
}

TEST(ReplyTest, Folders) {
  const auto plain =
      listed_folder(*parse_reply("* LIST (\\HasNoChildren \\Sent) \".\" INBOX.Sent\r\n"));
  ASSERT_TRUE(plain);
  EXPECT_EQ(plain->name, "INBOX.Sent");
  EXPECT_EQ(plain->delimiter, '.');
  EXPECT_TRUE(plain->has("\\sent"));
  EXPECT_EQ(listed_folder(*parse_reply("* LIST () \"\\\\\" \"a \\\"b\\\"\"\r\n"))->name, "a \"b\"");
  EXPECT_EQ(listed_folder(*parse_reply("* LIST () NIL {3}\r\na)b\r\n"))->name, "a)b");
  EXPECT_EQ(listed_folder(*parse_reply("* LIST () NIL {3}\r\na)b\r\n"))->delimiter, 0);
  EXPECT_FALSE(listed_folder(*parse_reply("* LIST () \"/\" \"\"\r\n")));
  EXPECT_FALSE(listed_folder(*parse_reply("* STATUS x (MESSAGES 1)\r\n")));
}

TEST(ReplyTest, StatusesAndNamespaces) {
  const auto ok = parse_reply("* OK [UIDVALIDITY 77] UIDs (are valid\r\n");
  EXPECT_EQ(number_in(ok->code, "UIDVALIDITY"), 77U);
  EXPECT_EQ(ok->text, "UIDs (are valid");
  EXPECT_EQ(parse_reply("k1 NO [ALERT] x\r\n")->name, "NO");
  EXPECT_EQ(parse_reply("+ go on\r\n")->tag, "+");
  const auto spaces = namespaces_of(*parse_reply(
      "* NAMESPACE ((\"INBOX.\" \".\")) ((\"user.\" \".\")) ((\"shared.\" \".\")(\"x\" NIL))\r\n"));
  ASSERT_EQ(spaces.own.size(), 1U);
  EXPECT_EQ(spaces.own[0].prefix, "INBOX.");
  EXPECT_EQ(spaces.others.size(), 3U);
}

TEST(ReplyTest, BytesThatAreNone) {
  for (const auto* text : {"", "\r\n", "* FETCH (", "* 1 FETCH (UID \"x",
                           "* 1 FETCH (BODY[] {9}\r\nabc)\r\n", "* LIST )\r\n"})
    EXPECT_FALSE(parse_reply(text)) << text;
  EXPECT_EQ(parse_reply("* X " + std::string(1'000, '(')).error().code(), Errc::limit);
}

TEST(ReplyTest, Quoting) {
  EXPECT_EQ(quoted("a\"b\\"), "\"a\\\"b\\\\\"");
  EXPECT_FALSE(quoted("пароль"));
  EXPECT_FALSE(quoted("a\nb"));
}

TEST(ProgressTest, ComesBackAsItWas) {
  ImportProgress progress;
  progress.source = "a@b:993";
  progress.folders["Work \xFF"] = {7, 100, {3, 5}};
  const auto again = parse_progress(print_progress(progress));
  ASSERT_TRUE(again);
  EXPECT_EQ(again->source, progress.source);
  EXPECT_EQ(again->folders.at("Work \xFF").refused, (std::set<std::uint32_t>{3, 5}));
  EXPECT_EQ(again->folders.at("Work \xFF").last_uid, 100U);
  EXPECT_FALSE(parse_progress("{}"));
  EXPECT_FALSE(parse_progress("x"));
}

}  // namespace
}  // namespace kontor::admin::imap_source
