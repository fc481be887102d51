// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/imap/wire/urlauth_args.hpp"

#include <gtest/gtest.h>

namespace kontor::imap::wire {
namespace {

// RFC 4467, 7: the examples' forms.
TEST(UrlAuthArgs, GenUrlAuth) {
  const auto one = parse_genurlauth("\"imap://joe@h/INBOX/;uid=20;urlauth=submit+fred\" internal");
  ASSERT_TRUE(one);
  EXPECT_EQ(one->front().url, "imap://joe@h/INBOX/;uid=20;urlauth=submit+fred");
  EXPECT_EQ(one->front().mechanism, "INTERNAL");
  EXPECT_EQ(parse_genurlauth("a INTERNAL {1}\r\nb X")->size(), 2U);
  for (const auto text :
       {"", "a", "a ", "a INTERNAL b", "a INTERNAL ", "a (INTERNAL)", " a INTERNAL"})
    EXPECT_FALSE(parse_genurlauth(text)) << text;
}

TEST(UrlAuthArgs, UrlFetch) {
  EXPECT_EQ(parse_urlfetch("a \"b\" {1}\r\nc")->size(), 3U);
  for (const auto text : {"", "a ", "()", "(a", "(a )", "a  b", "(a BODY BINARY)", "(a BODY body)",
                          "(a SIZE)", "(a BODY)(b BODY)"})
    EXPECT_FALSE(parse_urlfetch(text)) << text;
  // RFC 5524, 4: the examples' forms.
  const auto some = parse_urlfetch("(a) (b binary BodyPartStructure) \"c\" (d BODY)");
  ASSERT_TRUE(some);
  ASSERT_EQ(some->size(), 4U);
  EXPECT_EQ((*some)[0].what, 0U);
  EXPECT_EQ((*some)[1].what, url_item::binary | url_item::structure);
  EXPECT_EQ((*some)[2].url, "c");
  EXPECT_EQ((*some)[3].what, url_item::body);
  std::string many = "a";
  for (std::size_t i = 0; i < k_max_urls; ++i) many += " a";
  EXPECT_FALSE(parse_urlfetch(many));
}

TEST(UrlAuthArgs, ResetKey) {
  EXPECT_FALSE(parse_resetkey("", false)->mailbox);
  EXPECT_EQ(*parse_resetkey("inbox", false)->mailbox, "INBOX");
  EXPECT_EQ(parse_resetkey("a internal X", false)->mechanisms,
            (std::vector<std::string>{"INTERNAL", "X"}));
  for (const auto text : {" a", "a ", "a (b)"}) EXPECT_FALSE(parse_resetkey(text, false)) << text;
}

}  // namespace
}  // namespace kontor::imap::wire
