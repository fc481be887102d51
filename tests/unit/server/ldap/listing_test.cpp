// SPDX-License-Identifier: GPL-3.0-or-later
// Finding, sorting and viewing, without a connection.
#include "server/ldap/listing.hpp"

#include <gtest/gtest.h>

#include "tests/unit/directory/gal/spelling.hpp"
#include "tests/unit/directory/model/people.hpp"

namespace kontor::ldap {
namespace {

using directory::Book;
using wire::Filter;
using wire::ResultCode;
using wire::Scope;
using Names = std::vector<std::string>;

directory::Principal person(std::uint32_t number,
                            const std::string& name,
                            const std::string& unit) {
  auto one = directory::test_person(number, "p" + std::to_string(number));
  one.name = name;
  one.dn = "uid=" + one.account_name + ",ou=" + unit + ",dc=example,dc=test";
  return one;
}

std::shared_ptr<const Book> book() {
  std::vector<directory::Principal> all{person(1, "Анна", "a"), person(2, "Boris", "a"),
                                        person(3, "Clara", "b"), person(4, "Dmitri", "b"),
                                        person(5, "Елена", "b")};
  all[1].title = "Zoo keeper";
  all[2].title = "Actor";
  all[3].title = "Врач";
  return std::make_shared<const Book>(
      std::make_shared<const directory::DirectoryCopy>(std::move(all), 1),
      std::make_shared<const directory::Spelling>(directory::real_spelling()));
}

SearchWish wish(std::string base, Scope scope, std::vector<wire::SortKey> sort = {}) {
  SearchWish wish;
  wish.search.base = std::move(base);
  wish.search.scope = scope;
  wish.search.filter.attribute = "mail";
  wish.sort = std::move(sort);
  return wish;
}

std::pair<wire::Outcome, Listing> list(SearchWish asked) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::hours(1);
  return Listing::make(book(), std::move(asked), deadline);
}

Names names(const Listing& listing, std::size_t begin = 0, std::size_t end = 1'000) {
  Names found;
  for (std::size_t i = begin; i < std::min(end, listing.size()); ++i)
    found.push_back(listing.at(i).entry != nullptr ? listing.at(i).entry->principal->name
                                                   : listing.at(i).unit->dn);
  return found;
}

TEST(LdapListing, KeepsToBaseAndScope) {
  const Names all{"Анна", "Елена", "Boris", "Clara", "Dmitri"};
  EXPECT_EQ(names(list(wish("", Scope::subtree)).second), all);
  EXPECT_EQ(names(list(wish("DC=example, DC=test", Scope::subtree)).second), all);
  EXPECT_EQ(names(list(wish("ou=b,dc=example,dc=test", Scope::one)).second),
            (Names{"Елена", "Clara", "Dmitri"}));
  EXPECT_EQ(names(list(wish("uid=p1,ou=a,dc=example,dc=test", Scope::subtree)).second),
            Names{"Анна"});
  EXPECT_EQ(names(list(wish("uid=p1,ou=a,dc=example,dc=test", Scope::one)).second), Names{});
  EXPECT_EQ(list(wish("ou=c,dc=example,dc=test", Scope::subtree)).first.code,
            ResultCode::no_such_object);
  EXPECT_EQ(list(wish("xou=a,dc=example,dc=test", Scope::subtree)).first.code,
            ResultCode::no_such_object);
}

TEST(LdapListing, FindsTheFirstInOrderWhenFewAreWanted) {
  auto asked = wish("", Scope::subtree);
  const Names all{"Анна", "Елена", "Boris", "Clara", "Dmitri"};
  for (std::size_t most = 1; most <= 6; ++most) {
    asked.most = most;
    const auto first = Names(all.begin(), all.begin() + std::min<std::size_t>(most, 5));
    EXPECT_EQ(names(list(asked).second), first) << "everybody is looked at";
    // By the words that all have: what is typed, in two attributes.
    Filter typed;
    typed.kind = Filter::Kind::substrings;
    typed.attribute = "mail";
    typed.values = {"p", ""};
    auto other = typed;
    other.attribute = "cn";
    auto words = asked;
    words.search.filter = Filter();
    words.search.filter.kind = Filter::Kind::any;
    words.search.filter.inner = {typed, other};
    EXPECT_EQ(names(list(words).second), first) << most;
  }
  asked.most = 2;
  asked.sort = {{"cn", "", true}};
  EXPECT_EQ(list(asked).second.size(), 5U) << "another order needs all";
}

TEST(LdapListing, HasContainersWhereTheyFulfilTheFilter) {
  auto asked = wish("dc=example,dc=test", Scope::one);
  asked.search.filter.attribute = "objectClass";
  EXPECT_EQ(names(list(asked).second),
            (Names{"ou=a,dc=example,dc=test", "ou=b,dc=example,dc=test"}));
}

TEST(LdapListing, AnswersForADomainOfAddressesThatIsNoContainer) {
  auto people = std::vector<directory::Principal>{person(1, "Anna", "a")};
  people[0].mail = "anna@mail.test";
  const auto other = std::make_shared<const Book>(
      std::make_shared<const directory::DirectoryCopy>(people, 1),
      std::make_shared<const directory::Spelling>(directory::real_spelling()));
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::hours(1);
  EXPECT_EQ(names(Listing::make(other, wish("dc=mail,dc=test", Scope::subtree), deadline).second),
            Names{"Anna"});
}

TEST(LdapListing, Sorts) {
  const auto sorted = [](std::vector<wire::SortKey> keys) {
    return names(list(wish("", Scope::subtree, std::move(keys))).second);
  };
  EXPECT_EQ(sorted({{"title", "", false}}), (Names{"Dmitri", "Clara", "Boris", "Анна", "Елена"}))
      << "who has none is last";
  EXPECT_EQ(sorted({{"title", "", true}}), (Names{"Анна", "Елена", "Boris", "Clara", "Dmitri"}));
  EXPECT_EQ(sorted({{"objectClass", "", false}, {"uid", "2.5.13.3", true}}),
            (Names{"Елена", "Dmitri", "Clara", "Boris", "Анна"}));
  EXPECT_EQ(list(wish("", Scope::subtree, {{"nosuch", "", false}})).first.code,
            ResultCode::no_such_attribute);
  EXPECT_EQ(list(wish("", Scope::subtree, {{"jpegPhoto", "", false}})).first.code,
            ResultCode::inappropriate_matching);
  EXPECT_EQ(check_sort_key({"cn", "1.2.3", false}).code, ResultCode::inappropriate_matching);
}

TEST(LdapListing, ShowsViews) {
  const auto listing = list(wish("", Scope::subtree, {{"cn", "", false}})).second;
  const auto view = [&](wire::View asked) {
    const auto window = listing.window_of(asked);
    auto shown = names(listing, window.begin, window.end);
    shown.push_back(std::to_string(window.target + 1));
    return shown;
  };
  EXPECT_EQ(view({1, 1, 3, 5, {}}), (Names{"Елена", "Boris", "Clara", "3"}));
  EXPECT_EQ(view({9, 9, 1, 0, {}}), (Names{"Анна", "Елена", "Boris", "Clara", "Dmitri", "1"}));
  EXPECT_EQ(view({0, 0, 10, 10, {}}), (Names{"Dmitri", "5"})) << "the last of what it believes";
  EXPECT_EQ(view({0, 0, 5, 10, {}}), (Names{"Елена", "2"})) << "the middle";
  EXPECT_EQ(view({0, 1, 0, 0, "b"}), (Names{"Boris", "Clara", "3"}));
  EXPECT_EQ(view({1, 5, 0, 0, "z"}), (Names{"Dmitri", "6"})) << "behind the end";
  EXPECT_EQ(view({0, 0, 1, 0, {}}), (Names{"Анна", "1"}));
  const auto reverse = list(wish("", Scope::subtree, {{"cn", "", true}})).second;
  const auto window = reverse.window_of({0, 1, 0, 0, "c"});
  EXPECT_EQ(names(reverse, window.begin, window.end), (Names{"Boris", "Елена"}));
}

TEST(LdapListing, IsCutAtItsDeadline) {
  std::vector<directory::Principal> many;
  for (std::uint32_t i = 1; i < 2'000; ++i) many.push_back(person(i, "N" + std::to_string(i), "a"));
  const auto large = std::make_shared<const Book>(
      std::make_shared<const directory::DirectoryCopy>(std::move(many), 1),
      std::make_shared<const directory::Spelling>(directory::real_spelling()));
  const auto past = std::chrono::steady_clock::now() - std::chrono::seconds(1);
  const auto [outcome, listing] = Listing::make(large, wish("", Scope::subtree), past);
  EXPECT_TRUE(outcome.is_success());
  EXPECT_TRUE(listing.is_cut());
  EXPECT_LT(listing.size(), 1'000U);
}

}  // namespace
}  // namespace kontor::ldap
