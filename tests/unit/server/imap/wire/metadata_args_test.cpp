// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/imap/wire/metadata_args.hpp"

#include <gmock/gmock.h>

#include "server/imap/wire/acl_args.hpp"
#include "server/imap/wire/list_args.hpp"

namespace kontor::imap::wire {
namespace {

using ::testing::ElementsAre;
using ::testing::Pair;

TEST(MetadataArguments, OptionsStandInFrontOrBehindTheMailbox) {
  for (const char* text : {"(MAXSIZE 5 DEPTH 1) INBOX (/shared/comment)",
                           "inbox (DEPTH 1 MAXSIZE 5) /Shared/Comment"}) {
    const auto get = parse_get_metadata(text, false);
    ASSERT_TRUE(get) << text;
    EXPECT_EQ(get->mailbox, "INBOX");
    EXPECT_EQ(get->max_size, 5U);
    EXPECT_EQ(get->depth, Depth::one);
    EXPECT_THAT(get->entries, ElementsAre("/shared/comment"));
  }
  const auto several = parse_get_metadata("\"\" /shared/a /private/b /shared/a", false);
  ASSERT_TRUE(several);
  EXPECT_EQ(several->mailbox, "");
  EXPECT_THAT(several->entries, ElementsAre("/shared/a", "/private/b"));
}

TEST(MetadataArguments, NamesThatNoEntryHasAreRefused) {
  for (const char* name :
       {"/comment", "shared/comment", "/shared/", "/shared//a", "/shared/a/", "\"/shared/a*\"",
        "\"/shared/%\"", "\"/shared/\xC3\xA9\"", "/sharedx/a", "/private/vendor/x"})
    EXPECT_FALSE(parse_set_metadata("INBOX (" + std::string(name) + " NIL)", true)) << name;
  for (const char* name : {"/shared", "/private/vendor", "/private/vendor/x", "/shared/a/b/c"})
    EXPECT_TRUE(parse_get_metadata("INBOX " + std::string(name), true)) << name;
  EXPECT_FALSE(parse_get_metadata("INBOX /shared/" + std::string(1'100, 'x'), true));
}

TEST(MetadataArguments, ValuesAreStringsLiteralsOrNil) {
  const auto set = parse_set_metadata(
      std::string(
          "INBOX (/shared/a \"x\\\"\" /shared/b ~{3+}\r\n\0)( /shared/c {2}\r\nhi /shared/A "
          "NIL)",
          76),
      false);
  ASSERT_TRUE(set) << set.error().detail();
  EXPECT_THAT(set->values, ElementsAre(Pair("/shared/b", std::string("\0)(", 3)),
                                       Pair("/shared/c", "hi"), Pair("/shared/a", std::nullopt)));
  for (const char* text : {"INBOX ()", "INBOX (/shared/a)", "INBOX (/shared/a atom)", "INBOX",
                           "INBOX (/shared/a NIL", "INBOX (/shared/a ~{9}\r\nx)"})
    EXPECT_FALSE(parse_set_metadata(text, false)) << text;
}

TEST(MetadataArguments, DepthSaysWhatIsBelow) {
  EXPECT_TRUE(covers("/shared/a", Depth::zero, "/shared/a"));
  EXPECT_FALSE(covers("/shared/a", Depth::zero, "/shared/a/b"));
  EXPECT_TRUE(covers("/shared/a", Depth::one, "/shared/a/b"));
  EXPECT_FALSE(covers("/shared/a", Depth::one, "/shared/a/b/c"));
  EXPECT_TRUE(covers("/shared/a", Depth::infinity, "/shared/a/b/c"));
  EXPECT_FALSE(covers("/shared/a", Depth::infinity, "/shared/ab"));
}

TEST(AclArguments, OldLettersStandForNewOnes) {
  const auto set = parse_set_acl("INBOX -Fred +lcdk", false);
  ASSERT_TRUE(set);
  EXPECT_TRUE(set->target.who.negative);
  EXPECT_EQ(set->target.who.name, "Fred");
  EXPECT_EQ(set->action, RightsAction::add);
  EXPECT_EQ(set->rights, "lkxte");
  EXPECT_EQ(parse_set_acl("INBOX Fred -", false)->action, RightsAction::remove);
  for (const char* text : {"INBOX Fred L", "INBOX Fred l0", "INBOX \"\" l", "INBOX - l",
                           "INBOX \"a\tb\" l", "INBOX \"\xFF\" l", "INBOX Fred"})
    EXPECT_FALSE(parse_set_acl(text, false)) << text;
}

TEST(ListArguments, ReturnRightsAndAnnotations) {
  const auto list = parse_list("\"\" % RETURN (MYRIGHTS METADATA (/shared/a /private/b))", false);
  ASSERT_TRUE(list);
  EXPECT_TRUE(list->return_my_rights);
  EXPECT_THAT(list->metadata_entries, ElementsAre("/shared/a", "/private/b"));
  EXPECT_FALSE(parse_list("\"\" % RETURN (METADATA)", false));
}

}  // namespace
}  // namespace kontor::imap::wire
