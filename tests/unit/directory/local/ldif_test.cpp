// SPDX-License-Identifier: GPL-3.0-or-later
#include "directory/local/ldif.hpp"

#include <gmock/gmock.h>

namespace kontor::directory {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

// RFC 2849, example 1, 2 and 3 in one file.
constexpr std::string_view k_rfc =
    "version: 1\n"
    "dn: cn=Barbara Jensen, ou=Product Development, dc=airius, dc=com\n"
    "objectclass: top\n"
    "objectclass: person\n"
    "objectclass: organizationalPerson\n"
    "cn: Barbara Jensen\n"
    "cn: Barbara J Jensen\n"
    "sn: Jensen\n"
    "description: A big sailing fan.\n"
    "\n"
    "dn:cn=Barbara Jensen, ou=Product Development, dc=airius, dc=com\r\n"
    "description:Babs is a big sailing fan, and travels extensively in sea\r\n"
    " rch of perfect sailing conditions.\r\n"
    "title:Product Manager, Rod and Reel Division\r\n"
    "\r\n"
    "dn: cn=Gern Jensen, ou=Product Testing, dc=airius, dc=com\n"
    "description:: V2hhdCBhIGNhcmVmdWwgcmVhZGVyIHlvdSBhcmUhICBUaGlzIHZhbHVlIGlzIGJhc2UtNjQtZW5\n"
    " jb2RlZCBiZWNhdXNlIGl0IGhhcyBhIGNvbnRyb2wgY2hhcmFjdGVyIGluIGl0IChhIENSKS4NICBCeSB0aGUgd2F5L\n"
    " CB5b3Ugc2hvdWxkIHJlYWxseSBnZXQgb3V0IG1vcmUu\n";

TEST(Ldif, ReadsTheExamplesOfTheRfc) {
  const auto entries = parse_ldif(k_rfc);
  ASSERT_TRUE(entries) << entries.error().text();
  ASSERT_EQ(entries->size(), 3U);
  const auto& barbara = (*entries)[0];
  EXPECT_EQ(barbara.dn, "cn=Barbara Jensen, ou=Product Development, dc=airius, dc=com");
  EXPECT_EQ(barbara.line, 2U);
  EXPECT_THAT(barbara.all("cn"), ElementsAre("Barbara Jensen", "Barbara J Jensen"));
  EXPECT_EQ(barbara.first("nothing"), "");
  EXPECT_EQ((*entries)[1].first("description"),
            "Babs is a big sailing fan, and travels extensively in search of perfect sailing "
            "conditions.");
  EXPECT_EQ((*entries)[2].first("description"),
            "What a careful reader you are!  This value is base-64-encoded because it has a "
            "control character in it (a CR).\r  By the way, you should really get out more.");
}

TEST(Ldif, CommentsFoldAndVanish) {
  const auto entries = parse_ldif(
      "# a comment that goes\n  on here\n\nversion: 1\n\n\n# more\ndn: cn=a\n# inside\ncn: a\n "
      "b\n\n\n");
  ASSERT_TRUE(entries) << entries.error().text();
  ASSERT_EQ(entries->size(), 1U);
  EXPECT_EQ((*entries)[0].first("cn"), "ab");
}

TEST(Ldif, UnencodedUtf8AndAByteOrderMarkAreRead) {
  const auto entries = parse_ldif(
      "\xEF\xBB\xBF"
      "dn: cn=Анна\nCN;lang-ru: Анна\ncn:\n");
  ASSERT_TRUE(entries) << entries.error().text();
  EXPECT_EQ((*entries)[0].first("cn;lang-ru"), "Анна");
  EXPECT_EQ((*entries)[0].all("cn").size(), 1U);
}

TEST(Ldif, NothingIsAFileToo) {
  for (const std::string_view empty : {"", "\n\n", "version: 1\n", "# only this"}) {
    const auto entries = parse_ldif(empty);
    ASSERT_TRUE(entries) << entries.error().text();
    EXPECT_TRUE(entries->empty());
  }
}

TEST(Ldif, RefusesWithTheNumberOfTheLine) {
  const struct {
    std::string text;
    const char* detail;
  } rows[] = {
      {"cn: a\n", "line 1: an entry must begin with its dn"},
      {"dn: cn=a\nno colon\n", "line 2: neither"},
      {"dn: cn=a\n: x\n", "line 2: neither"},
      {"dn: cn=a\nb d: x\n", "line 2: neither"},
      {"dn: cn=a\ncn:: ***\n", "line 2: not base64"},
      {"dn: cn=a\ncn:: QQ\n", "line 2: not base64"},
      {"dn: cn=a\njpegPhoto:< file:///etc/passwd\n", "line 2: values by URL"},
      {"dn: cn=a\nchangetype: delete\n", "line 2: change records"},
      {"dn: cn=a\ndn: cn=b\n", "line 2: a second dn"},
      {"version: 2\n", "line 1: an LDIF version"},
      {"dn:\n", "line 1: not a name"},
      {"dn:: AA==\n", "line 1: not a name"},
      {"dn: cn=a\n\n\n\ncn: \xff\n", "line 5: not text"},
      {std::string("dn: cn=a\ncn: a\0b\n", 17), "line 2: not text"},
      {" dn: cn=a\n", "line 1: neither"},
      {"dn: cn=a\n" + std::string(300, 'a') + ": b\n", "line 2: neither"},
  };
  for (const auto& row : rows) {
    const auto entries = parse_ldif(row.text);
    ASSERT_FALSE(entries) << row.detail;
    EXPECT_THAT(entries.error().detail(), HasSubstr(row.detail));
  }
}

TEST(Ldif, LimitsAreKept) {
  LdifLimits limits;
  limits.max_bytes = 100;
  limits.max_entries = 2;
  limits.max_value = 10;
  for (const auto& text : {std::string(101, '\n'), std::string("dn: cn=a\ncn: 12345678901\n"),
                           std::string("dn: a\n\ndn: b\n\ndn: c\n")}) {
    const auto entries = parse_ldif(text, limits);
    ASSERT_FALSE(entries);
    EXPECT_EQ(entries.error().code(), Errc::limit);
  }
  EXPECT_TRUE(parse_ldif("dn: a\n\ndn: b\ncn: 1234567890\n", limits));
}

TEST(Ldif, WhatIsWrittenIsRead) {
  for (const std::string value :
       {"", "plain", " blank first", "blank last ", ":colon", "<less", "Анна", "two\nlines",
        "nul\0here", "x: y",
        "a very long value that goes on and on and on, well past the seventy-"
        "six characters of one line, and then on again over another one"}) {
    const auto entries = parse_ldif("dn: cn=a\n" + ldif_line("cn", value));
    ASSERT_TRUE(entries) << value;
    EXPECT_EQ((*entries)[0].first("cn"), value);
  }
  EXPECT_EQ(ldif_line("cn", "Анна"), "cn:: 0JDQvdC90LA=\n");
  EXPECT_EQ(ldif_line("cn", std::string(100, 'x')).find('\n'), 76U);
}

}  // namespace
}  // namespace kontor::directory
