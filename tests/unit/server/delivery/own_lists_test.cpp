// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/delivery/own_lists.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace kontor::delivery {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

void apply(store::AnnotationMap& notes, const std::vector<store::AnnotationChange>& changes) {
  for (const auto& change : changes) {
    if (change.value)
      notes[change.entry] = *change.value;
    else
      notes.erase(change.entry);
  }
}

struct OwnListsTest : ::testing::Test {
  store::AnnotationMap notes;

  void add(OwnList list, std::string_view row) {
    const auto changes = add_own(notes, list, row);
    ASSERT_TRUE(changes) << changes.error().text();
    apply(notes, *changes);
  }
  Opinion of(std::string address, std::string client = {}, std::string name = {}) {
    Stranger stranger;
    stranger.addresses = {std::move(address)};
    stranger.client = std::move(client);
    stranger.client_name = std::move(name);
    return opinion_of(notes, stranger);
  }
};

TEST_F(OwnListsTest, TheNearerCountsAndAllowedBeforeBlocked) {
  EXPECT_EQ(of("a@b.test"), Opinion::none);
  add(OwnList::blocked, "@b.test");
  add(OwnList::blocked, "192.0.2.0/24");
  add(OwnList::blocked, "bad.test");
  EXPECT_EQ(of("a@B.test"), Opinion::blocked);
  EXPECT_EQ(of("a@c.test"), Opinion::none);
  EXPECT_EQ(of("a@c.test", "192.0.2.9"), Opinion::blocked);
  EXPECT_EQ(of("a@c.test", "", "mx.bad.test"), Opinion::blocked);
  EXPECT_EQ(of("", "192.0.2.9"), Opinion::blocked) << "<> has no address, but a server";
  add(OwnList::allowed, " Friend@b.test ");
  EXPECT_EQ(of("friend@b.test", "192.0.2.9"), Opinion::allowed);
  EXPECT_EQ(of("other@b.test"), Opinion::blocked);
  add(OwnList::allowed, "192.0.2.0/28");
  EXPECT_EQ(of("other@b.test", "192.0.2.9"), Opinion::blocked)
      << "a domain is nearer than a server";
  EXPECT_EQ(of("x@c.test", "192.0.2.9"), Opinion::allowed);
}

TEST_F(OwnListsTest, RowsMoveBetweenTheListsAndGo) {
  add(OwnList::blocked, "a@b.test");
  EXPECT_EQ(add_own(notes, OwnList::blocked, "A@b.test").error().code(), Errc::exists);
  add(OwnList::allowed, "a@b.test");
  EXPECT_THAT(own_list(notes, OwnList::blocked), IsEmpty());
  EXPECT_THAT(own_list(notes, OwnList::allowed), ElementsAre("a@b.test"));
  const auto gone = remove_own(notes, "a@b.test");
  ASSERT_TRUE(gone);
  apply(notes, *gone);
  EXPECT_TRUE(notes.empty()) << "an empty list leaves nothing";
  EXPECT_EQ(remove_own(notes, "a@b.test").error().code(), Errc::not_found);
}

TEST_F(OwnListsTest, WhatAProgramWroteByImapIsReadAsFarAsItGoes) {
  notes[std::string(k_own_lists) + "blocked"] =
      "a@b.test\r\n\r\nnot a row\r\n@c.test\r\na@b.test\r\n" + std::string(1'000, 'x') + "\n";
  EXPECT_THAT(own_list(notes, OwnList::blocked), ElementsAre("a@b.test", "@c.test"));
  EXPECT_EQ(of("z@c.test"), Opinion::blocked);
}

TEST_F(OwnListsTest, AreBounded) {
  for (const auto* row : {"", "@", "a b@c.test", "..", "300.1.1.1/8"})
    EXPECT_EQ(add_own(notes, OwnList::blocked, row).error().code(), Errc::bad_input) << row;
  std::string rows;
  for (std::size_t i = 0; i < k_most_own; ++i) rows += "a" + std::to_string(i) + "@b.test\n";
  notes[std::string(k_own_lists) + "blocked"] = rows;
  EXPECT_EQ(add_own(notes, OwnList::blocked, "one@more.test").error().code(), Errc::limit);
  EXPECT_EQ(own_list(notes, OwnList::blocked).size(), k_most_own);
}

}  // namespace
}  // namespace kontor::delivery
