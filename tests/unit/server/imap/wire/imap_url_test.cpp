// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/imap/wire/imap_url.hpp"

#include <gtest/gtest.h>

namespace kontor::imap::wire {
namespace {

const std::string k_word = "91354a473744909de610943775f92038";

TEST(ImapUrl, NamesAMessageOfAMailbox) {
  const auto url = parse_imap_url("/Drafts;UIDVALIDITY=385759045/;UID=20/;section=HEADER");
  ASSERT_TRUE(url);
  EXPECT_FALSE(url->server);
  EXPECT_EQ(url->mailbox, "Drafts");
  EXPECT_EQ(url->uid_validity, 385'759'045U);
  EXPECT_EQ(url->uid, 20U);
  EXPECT_EQ(url->part.section.part, SectionPart::header);
  EXPECT_EQ(url->access, UrlAccess::none);
  EXPECT_EQ(parse_imap_url("/inbox/;UID=1")->mailbox, "INBOX");
  EXPECT_EQ(parse_imap_url("/a/b%2Fc%20%D0%9F/;uid=1")->mailbox, "a/b/c \xD0\x9F");
}

TEST(ImapUrl, IsRelativeToTheSelectedMailbox) {
  for (const auto text : {";UID=20", "/;UID=20"}) {
    const auto url = parse_imap_url(text);
    ASSERT_TRUE(url) << text;
    EXPECT_EQ(url->mailbox, "");
    EXPECT_EQ(url->uid, 20U);
    EXPECT_EQ(url->part.section.part, SectionPart::all);
  }
}

TEST(ImapUrl, NamesAPartAndAStretchOfIt) {
  const auto url = parse_imap_url("/INBOX/;UID=4/;SECTION=1.5.9/;PARTIAL=10.1024");
  ASSERT_TRUE(url);
  EXPECT_EQ(url->part.section.path, (std::vector<std::uint32_t>{1, 5, 9}));
  EXPECT_EQ(url->part.partial->offset, 10U);
  EXPECT_EQ(url->part.partial->size, 1'024U);
  EXPECT_GT(parse_imap_url(";UID=4/;PARTIAL=7")->part.partial->size, 1ULL << 60U);
  const auto fields = parse_imap_url(";UID=4/;SECTION=HEADER.FIELDS%20(TO%20CC)");
  EXPECT_EQ(fields->part.section.names, (std::vector<std::string>{"TO", "CC"}));
}

// RFC 4467, 3 and 7.
TEST(ImapUrl, CarriesItsAuthorization) {
  const std::string rump =
      "imap://joe@example.com/INBOX/;uid=20/;section=1.2;"
      "expire=2006-12-31T23:59:59+01:00;urlauth=submit+fred";
  const auto url = parse_imap_url(rump + ":internal:" + k_word);
  ASSERT_TRUE(url);
  EXPECT_EQ(url->server, (UrlServer{"joe", "example.com", ""}));
  EXPECT_EQ(url->access, UrlAccess::submit);
  EXPECT_EQ(url->access_user, "fred");
  EXPECT_EQ(url->rump, rump.size());
  EXPECT_EQ(url->mechanism, "INTERNAL");
  EXPECT_EQ(url->authentication, k_word);
  using namespace std::chrono;
  EXPECT_EQ(*url->expires, sys_days(2006y / 12 / 31) + 22h + 59min + 59s);
  const auto only_rump = parse_imap_url(rump);
  EXPECT_EQ(only_rump->mechanism, "");
  EXPECT_EQ(only_rump->rump, rump.size());
  EXPECT_EQ(parse_imap_url("imap://a%40b;AUTH=*@[::1]:143/I/;UID=7;URLAUTH=anonymous")->server,
            (UrlServer{"a@b", "[::1]", "143"}));
}

TEST(ImapUrl, RefusesEverythingElse) {
  const std::string too_long(k_max_url, 'a');
  for (const std::string& text :
       {std::string(""),
        std::string("/"),
        std::string("INBOX/;UID=1"),
        std::string("//h/I/;UID=1"),
        std::string("imap://"),
        std::string("imap://h"),
        std::string("imap:///I/;UID=1"),
        std::string("imap://h/;UID=1"),
        std::string("imap://h:x/I/;UID=1"),
        std::string("http://h/I/;UID=1"),
        std::string("/I;UID=1"),
        std::string("/I/;UID=0"),
        std::string("/I/;UID=1/"),
        std::string("/I/;UID=x"),
        std::string("/I/;UID=4294967296"),
        std::string("/I;UIDVALIDITY=0/;UID=1"),
        std::string("/%/;UID=1"),
        std::string("/%0/;UID=1"),
        std::string("/%00/;UID=1"),
        std::string("/%FF/;UID=1"),
        std::string("/a b/;UID=1"),
        std::string("/I/;UID=1/;SECTION="),
        std::string("/I/;UID=1/;SECTION=1.X"),
        std::string("/I/;UID=1;SECTION=1"),
        std::string("/I/;UID=1/;SECTION=1%5D%20(CHANGEDSINCE%205)"),
        std::string("/I/;UID=1/;SECTION=1%5D%3C0.5%3E"),
        std::string("/I/;UID=1/;SECTION=1;PARTIAL=1"),
        std::string("/I/;UID=1/;PARTIAL=1.0"),
        std::string("/I/;UID=1;EXPIRE=2006-12-31T23:59:59Z"),
        std::string("/I/;UID=1;EXPIRE=2006-02-30T23:59:59Z;URLAUTH=authuser"),
        std::string("/I/;UID=1;EXPIRE=2006-12-31 23:59:59Z;URLAUTH=authuser"),
        std::string("/I/;UID=1;URLAUTH="),
        std::string("/I/;UID=1;URLAUTH=user+"),
        std::string("/I/;UID=1;URLAUTH=everybody"),
        std::string("/I/;UID=1;URLAUTH=authuser:internal"),
        std::string("/I/;UID=1;URLAUTH=authuser:internal:12"),
        "/I/;UID=1;URLAUTH=authuser::" + k_word,
        "/I/;UID=1;URLAUTH=authuser:internal:" + k_word + "x",
        "/" + too_long + "/;UID=1"})
    EXPECT_FALSE(parse_imap_url(text)) << text.substr(0, 100);
}

}  // namespace
}  // namespace kontor::imap::wire
