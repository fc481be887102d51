// SPDX-License-Identifier: GPL-3.0-or-later
#include "directory/gal/book.hpp"

#include <gtest/gtest.h>

#include <random>

#include "directory/model/attributes.hpp"
#include "directory/model/source.hpp"
#include "tests/unit/directory/gal/spelling.hpp"
#include "tests/unit/directory/model/people.hpp"

namespace kontor::directory {
namespace {

using Names = std::vector<std::string>;

Principal person(std::uint32_t number, const std::string& login, const std::string& name) {
  auto one = test_person(number, login);
  one.dn = "CN=" + name + ",OU=People,DC=example,DC=test";
  one.name = name;
  const auto blank = name.find(' ');
  one.given_name = name.substr(0, blank);
  if (blank != std::string::npos) one.surname = name.substr(blank + 1);
  return one;
}

std::vector<Principal> people() {
  auto anna = person(1, "anna", "Анна Кузнецова");
  anna.addresses = {"a.kuznetsova@example.test"};
  anna.telephone = "+7 495 123-45-67";
  anna.department = "Продажи";
  auto boris = person(2, "boris", "Boris Kuzmin");
  boris.card.mobile = "8 916 765-43-21";
  boris.department = "Anna's desk";
  auto hidden = person(3, "hidden", "Hidden One");
  hidden.mail_rules.is_hidden = true;
  auto gone = person(4, "gone", "Gone Two");
  gone.state = State::disabled;
  auto room = person(5, "room", "Переговорная");
  room.kind = Kind::room;
  room.state = State::disabled;
  auto sales = test_group(6, "sales", {test_id(1)});
  sales.dn = "";
  auto partner = person(7, "partner", "Ёлкин Пётр");
  partner.kind = Kind::contact;
  partner.mail = "";
  partner.mail_rules.target_address = "p@elsewhere.test";
  auto without_mail = person(8, "service", "Service");
  without_mail.mail = "";
  return {anna, boris, hidden, gone, room, sales, partner, without_mail};
}

std::shared_ptr<const Book> book_of(std::vector<Principal> all) {
  return std::make_shared<const Book>(std::make_shared<const DirectoryCopy>(std::move(all), 1),
                                      std::make_shared<const Spelling>(real_spelling()));
}

Names names_of(const std::vector<const BookEntry*>& entries) {
  Names names;
  for (const auto* entry : entries) names.push_back(entry->principal->name);
  return names;
}

Names all_of(const Book& book) {
  std::vector<const BookEntry*> entries;
  book.visit([&](const BookEntry& entry) {
    entries.push_back(&entry);
    return true;
  });
  return names_of(entries);
}

TEST(Book, HasWhoIsShownInRussianAndLatinOrder) {
  const auto book = book_of(people());
  EXPECT_EQ(all_of(*book),
            (Names{"Анна Кузнецова", "Ёлкин Пётр", "Переговорная", "Boris Kuzmin", "sales"}));
  EXPECT_EQ(book->find(test_id(7))->mail, "p@elsewhere.test");
  EXPECT_EQ(book->find(test_id(3)), nullptr) << "hidden";
  EXPECT_EQ(book->find_address("A.Kuznetsova@example.test"), book->find(test_id(1)));
  EXPECT_EQ(book->find_address("hidden@example.test"), nullptr);
}

TEST(Book, EntriesWithoutADnGetOne) {
  const auto book = book_of(people());
  const auto* sales = book->find(test_id(6));
  EXPECT_EQ(sales->dn, "cn=sales@example.test,dc=example,dc=test");
  EXPECT_EQ(book->find_dn(fold_dn("CN=sales@example.test, DC=Example,DC=test")), sales);
}

TEST(Book, HiddenPeopleAreKnownByDnForSigningIn) {
  const auto book = book_of(people());
  const auto dn = fold_dn("cn=hidden one,ou=people,dc=example,dc=test");
  EXPECT_EQ(book->person_of_dn(dn), test_id(3));
  EXPECT_EQ(book->find_dn(dn), nullptr);
  EXPECT_FALSE(book->person_of_dn(""));
}

TEST(Book, TheTreeCountsWhatIsBelow) {
  const auto book = book_of(people());
  ASSERT_NE(book->find_unit("dc=example,dc=test"), nullptr);
  EXPECT_EQ(book->find_unit("dc=example,dc=test")->entries, 5U);
  EXPECT_EQ(book->find_unit("ou=people,dc=example,dc=test")->entries, 4U);
  EXPECT_EQ(book->find_unit("ou=people,dc=example,dc=test")->dn, "OU=People,DC=example,DC=test");
  EXPECT_EQ(book->find_unit("dc=test"), nullptr) << "above the naming context there is nothing";
  EXPECT_EQ(book->contexts(), Names{"DC=example,DC=test"});
}

TEST(Book, CompletesWhatIsTyped) {
  const auto book = book_of(people());
  const auto complete = [&](const char* text) { return names_of(book->complete(text, 10)); };
  const Names anna{"Анна Кузнецова"}, boris{"Boris Kuzmin"}, both{"Анна Кузнецова", "Boris Kuzmin"};
  EXPECT_EQ(complete("анн"), anna);
  EXPECT_EQ(complete("КУЗ"), both) << "a Russian and, in Latin letters, an English name";
  EXPECT_EQ(complete("kuz"), (Names{"Boris Kuzmin", "Анна Кузнецова"})) << "its own script first";
  EXPECT_EQ(complete("kuznet"), anna) << "the t of a ts that is not typed yet";
  EXPECT_EQ(complete("кузнецова анна"), anna);
  EXPECT_EQ(complete("кузнецова борис"), Names{});
  EXPECT_EQ(complete("a.kuznetsova@ex"), anna) << "an address that is not the primary one";
  EXPECT_EQ(complete("anna"), both) << "a name comes before a department";
  EXPECT_EQ(complete("123-45"), anna);
  EXPECT_EQ(complete("8 (495) 12"), anna) << "8 is dialled for +7";
  EXPECT_EQ(complete("+7 495"), anna);
  EXPECT_EQ(complete("765"), boris);
  EXPECT_EQ(complete("елкин петр"), Names{"Ёлкин Пётр"});
  EXPECT_EQ(complete("прод"), anna);
  EXPECT_EQ(complete(""), Names{});
  EXPECT_EQ(complete("hidden"), Names{});
  EXPECT_EQ(book->complete("k", 1).size(), 1U);
}

TEST(Book, BeginningWithMissesNobody) {
  const auto book = book_of(people());
  EXPECT_EQ(names_of(*book->beginning_with("Анна К", 10)), Names{"Анна Кузнецова"});
  EXPECT_EQ(names_of(*book->beginning_with("a.kuz", 10)), (Names{"Анна Кузнецова", "Boris Kuzmin"}))
      << "more than asked for is allowed";
  EXPECT_FALSE(book->beginning_with("k", 1)) << "too many";
  EXPECT_FALSE(book->beginning_with("(", 10)) << "begins with no word";
  EXPECT_TRUE(book->beginning_with("zzz", 10)->empty());
}

// Everything that can be seen of a book.
Names picture(const Book& book) {
  Names all = all_of(book);
  book.visit_units([&](std::string_view dn, const BookUnit& unit) {
    all.push_back(std::string(dn) + " " + std::to_string(unit.entries));
  });
  for (const char* text : {"n", "name1", "анна", "user", "example", "12"})
    for (const auto& name : names_of(book.complete(text, 1'000))) all.push_back(name);
  for (std::uint32_t id = 0; id < 1'000; ++id)
    if (const auto* entry = book.find(test_id(id)); entry != nullptr)
      if (book.find_dn(entry->folded_dn) != entry) all.push_back("wrong DN of " + entry->dn);
  return all;
}

class ChangingDirectory final : public Directory {
 public:
  std::shared_ptr<const DirectoryCopy> current() const override { return copy; }
  Subscription subscribe(std::function<void()>) override { return {}; }
  std::shared_ptr<const DirectoryCopy> copy;
};

TEST(Book, AdditionsStandBesideTheDirectorysOwn) {
  auto news = person(50, "news", "News");
  news.id.source = "folder";
  news.kind = Kind::contact;
  news.dn.clear();
  (void)normalise(news);
  ChangingDirectory directory;
  directory.copy = std::make_shared<const DirectoryCopy>(people(), 1);
  std::uint64_t version = 1;
  std::vector<Principal> added{news};
  const BookKeeper keeper(directory, real_spelling(),
                          {[&] { return version; }, [&] { return added; }});
  const auto has_it = [&] { return keeper.current()->find(news.id) != nullptr; };
  const auto before = keeper.current()->generation();
  EXPECT_TRUE(has_it());
  EXPECT_EQ(names_of(keeper.current()->complete("new", 9)), Names{"News"});
  EXPECT_EQ(keeper.generation(), before);
  ++version;
  EXPECT_EQ(keeper.current()->generation(), before) << "nothing differs";
  added.clear();
  EXPECT_TRUE(has_it()) << "nobody said that something differs";
  ++version;
  EXPECT_NE(keeper.generation(), before);
  EXPECT_FALSE(has_it());
  added = {news};
  ++version;
  EXPECT_TRUE(has_it());
  // Somebody who is hidden gets the address, and loses it.
  auto all = people();
  auto hidden = person(60, "news", "Hidden News");
  hidden.mail_rules.is_hidden = true;
  all.push_back(hidden);
  directory.copy = std::make_shared<const DirectoryCopy>(all, 2);
  EXPECT_FALSE(has_it());
  EXPECT_EQ(keeper.current()->find(hidden.id), nullptr);
  directory.copy = std::make_shared<const DirectoryCopy>(people(), 3);
  EXPECT_TRUE(has_it());
}

TEST(Book, GrowsChangeByChangeIntoTheBookMadeAtOnce) {
  std::mt19937 random(7);
  std::map<PrincipalId, Principal> all;
  auto copy = std::make_shared<const DirectoryCopy>(std::vector<Principal>(), 1);
  auto book = std::make_shared<const Book>(copy, std::make_shared<const Spelling>(real_spelling()));
  for (std::uint64_t generation = 2; generation < 60; ++generation) {
    Changes changes;
    for (int i = 0; i < 20; ++i) {
      const auto number = static_cast<std::uint32_t>(random() % 700);
      const auto id = test_id(number);
      std::erase_if(changes.upserts, [&](const Principal& other) { return other.id == id; });
      if (random() % 4 == 0) {
        all.erase(id);
        changes.removals.push_back(id);
        continue;
      }
      auto one = person(number, "user" + std::to_string(number),
                        (random() % 2 == 0 ? "Анна name" : "Name") + std::to_string(random() % 50));
      one.dn = "CN=n" + std::to_string(number) + ",OU=u" + std::to_string(random() % 5) +
               ",DC=example,DC=test";
      one.mail_rules.is_hidden = random() % 6 == 0;
      one.telephone = std::to_string(random() % 100);
      std::erase(changes.removals, id);
      all[id] = one;
      changes.upserts.push_back(one);
    }
    const auto next = copy->with(changes, generation);
    const auto grown = book->with(next);
    std::vector<Principal> list;
    for (const auto& [id, one] : all) list.push_back(one);
    const Names before = picture(*book);
    EXPECT_EQ(picture(*grown), picture(*book_of(list))) << generation;
    EXPECT_EQ(picture(*book), before) << "the book before does not change";
    copy = next;
    book = grown;
  }
  EXPECT_GT(book->size(), 300U);
}

}  // namespace
}  // namespace kontor::directory
