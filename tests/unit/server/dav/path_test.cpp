// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/dav/path.hpp"

#include <gmock/gmock.h>

#include "server/dav/condition.hpp"

namespace kontor::dav {
namespace {

using ::testing::ElementsAre;

TEST(DavPath, IsTakenApartSegmentBySegment) {
  const auto path = parse_path("/dav/calendars/anna%40example.test/default/a%2Fb%20c.ics");
  ASSERT_TRUE(path);
  EXPECT_EQ(path->space, Space::calendars);
  EXPECT_EQ(path->owner(), "anna@example.test");
  EXPECT_THAT(path->below(), ElementsAre("default", "a/b c.ics"));
  EXPECT_FALSE(path->has_slash);
  EXPECT_EQ(href_of(*path), "/dav/calendars/anna@example.test/default/a%2Fb%20c.ics");
  EXPECT_EQ(parse_path("/dav")->space, Space::root);
  EXPECT_TRUE(parse_path("/dav/notes/")->has_slash);
}

TEST(DavPath, WhatIsNotInOrderIsNone) {
  for (const auto* path : {"", "/", "/davx", "/dav/other/", "/dav/calendars//x",
                           "/dav/calendars/..", "/dav/calendars/%2e%2e/x", "/dav/calendars/%zz",
                           "/dav/calendars/%00", "/dav/calendars/%FF", "/dav/notes/a%0Ab"})
    EXPECT_FALSE(parse_path(path)) << path;
  std::string deep = "/dav/notes";
  for (int i = 0; i < 60; ++i) deep += "/a";
  EXPECT_FALSE(parse_path(deep));
}

TEST(DavPath, AnHrefIsOfThisServerOrNothing) {
  EXPECT_TRUE(parse_href("https://host:443/dav/notes/a/", "host:443"));
  EXPECT_TRUE(parse_href(" /dav/notes/a/ ", "host"));
  EXPECT_FALSE(parse_href("https://other/dav/notes/a/", "host"));
  EXPECT_FALSE(parse_href("https://host", "host"));
  EXPECT_FALSE(parse_href("mailto:a@b", "host"));
}

TEST(DavPath, FoldersAndCollections) {
  EXPECT_EQ(folder_name_of(Space::notes, {"a", "b"}), "notes:a/b");
  EXPECT_THAT(*collection_of(Space::notes, "notes:a/b"), ElementsAre("a", "b"));
  EXPECT_FALSE(collection_of(Space::calendars, "notes:a"));
  EXPECT_FALSE(collection_of(Space::calendars, "INBOX"));
}

TEST(DavIf, ListsAreRead) {
  const auto lists = parse_if("<https://host/dav/a> (<urn:1> [\"tag\"]) (Not <DAV:no-lock>)");
  ASSERT_TRUE(lists);
  ASSERT_EQ(lists->size(), 2U);
  EXPECT_EQ((*lists)[0].resource, "https://host/dav/a");
  EXPECT_EQ((*lists)[0].conditions.size(), 2U);
  EXPECT_TRUE((*lists)[0].conditions[1].is_etag);
  EXPECT_EQ((*lists)[0].conditions[1].value, "\"tag\"");
  EXPECT_TRUE((*lists)[1].conditions[0].negated);
  EXPECT_EQ((*lists)[1].resource, "https://host/dav/a");
  EXPECT_TRUE(parse_if("")->empty());
  for (const auto* field : {"(", "()", "x", "(<a", "<a>", "(<a>) <b>", "(Not)", "([x)", "<> (<a>)"})
    EXPECT_FALSE(parse_if(field)) << field;
}

}  // namespace
}  // namespace kontor::dav
