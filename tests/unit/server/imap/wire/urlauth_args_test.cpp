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
  for (const auto text : {"", "a ", "(a)", "a  b"}) EXPECT_FALSE(parse_urlfetch(text)) << text;
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
