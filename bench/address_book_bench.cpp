// SPDX-License-Identifier: GPL-3.0-or-later
// The address book of 20,000 people: making it, one change, what it costs in memory; completing
// what is typed; and the searches of mail programs, from the request's filter to the entries'
// bytes.
#include <benchmark/benchmark.h>
#include <malloc.h>

#include <array>
#include <chrono>

#include "directory/gal/book.hpp"
#include "directory/model/source.hpp"
#include "search/analyze/folding.hpp"
#include "search/analyze/name_key.hpp"
#include "server/ldap/listing.hpp"
#include "server/ldap/selection.hpp"

namespace {

using namespace kontor;
using namespace kontor::directory;

constexpr std::uint32_t k_people = 20'000;
constexpr std::array k_given{"Анна",  "Борис", "Виктория", "Дмитрий",  "Екатерина",
                             "Clara", "Иван",  "Юрий",     "Светлана", "Anthony"};
constexpr std::array k_surnames{"Кузнецов", "Иванов",  "Щербаков", "Чайковский", "Smith",
                                "Петренко", "Johnson", "Хрущёв",   "Ёлкин",      "Жуков"};

// Told apart by letters: names with digits in them are no names.
constexpr std::array k_cyrillic{"а", "и", "о", "ра", "ни", "ло", "та", "ми", "ко", "ву"};
constexpr std::array k_latin{"a", "i", "o", "ra", "ni", "lo", "ta", "mi", "ko", "vu"};

Principal person(std::uint32_t number) {
  std::array<std::uint8_t, 16> bytes{};
  for (std::size_t i = 0; i < 4; ++i) bytes[15 - i] = static_cast<std::uint8_t>(number >> (8 * i));
  Principal one;
  one.id = {"ad", Uuid(bytes)};
  one.sid = "S-1-5-21-1-2-3-" + std::to_string(number);
  one.given_name = k_given[number % k_given.size()];
  const auto surname = number / 10 % k_surnames.size();
  const bool is_latin = surname == 4 || surname == 6;
  const auto& more = is_latin ? k_latin : k_cyrillic;
  one.surname = k_surnames[surname];
  for (auto rest = number / 100; rest > 0; rest /= 10) one.surname += more[rest % more.size()];
  one.name = one.given_name + " " + one.surname;
  one.account_name = "user" + std::to_string(number);
  one.dn = "CN=" + one.account_name + ",OU=Unit " + std::to_string(number % 200) +
           ",OU=People,DC=example,DC=test";
  one.domain = "example.test";
  one.mail = one.account_name + "@example.test";
  one.addresses = {one.mail, "n." + one.mail};
  one.department = "Department " + std::to_string(number % 50);
  one.title = "Engineer";
  one.telephone = "+7 495 " + std::to_string(100 + number % 900) + "-" + std::to_string(number);
  one.card.mobile = "+7 916 " + std::to_string(1'000'000 + number);
  one.card.city = "Москва";
  return one;
}

std::shared_ptr<const DirectoryCopy> make_copy() {
  std::vector<Principal> people;
  for (std::uint32_t i = 0; i < k_people; ++i) people.push_back(person(i));
  return std::make_shared<const DirectoryCopy>(std::move(people), 1);
}

std::shared_ptr<const Spelling> spelling() {
  return std::make_shared<const Spelling>(Spelling{search::fold_term,
                                                   [](std::string_view word) {
                                                     const auto key = search::name_key(word);
                                                     return key ? key->kept : std::string();
                                                   },
                                                   search::name_prefix_keys});
}

struct World {
  std::shared_ptr<const DirectoryCopy> copy = make_copy();
  std::size_t before = mallinfo2().uordblks;
  std::shared_ptr<const Book> book = std::make_shared<const Book>(copy, spelling());
  std::size_t bytes = mallinfo2().uordblks - before;
};

const World& world() {
  static const World one;
  return one;
}

void make_book(benchmark::State& state) {
  const auto& all = world();
  for (auto _ : state) benchmark::DoNotOptimize(Book(all.copy, spelling()).size());
  state.counters["MB"] = static_cast<double>(all.bytes) / 1e6;
}
BENCHMARK(make_book)->Unit(benchmark::kMillisecond);

void change_one(benchmark::State& state) {
  auto copy = world().copy;
  auto book = world().book;
  std::uint64_t generation = 1;
  for (auto _ : state) {
    state.PauseTiming();
    Changes changes;
    changes.upserts.push_back(person(static_cast<std::uint32_t>(++generation * 37 % k_people)));
    changes.upserts.front().telephone += std::to_string(generation);
    auto next = copy->with(std::move(changes), generation);
    state.ResumeTiming();
    book = book->with(next);
    copy = std::move(next);
  }
}
BENCHMARK(change_one)->Unit(benchmark::kMicrosecond);

void complete(benchmark::State& state, const char* text) {
  const auto& book = *world().book;
  std::size_t found = 0;
  for (auto _ : state) found = book.complete(text, 20).size();
  state.counters["found"] = static_cast<double>(found);
}
BENCHMARK_CAPTURE(complete, one_letter, "к")->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(complete, three_letters, "куз")->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(complete, other_script, "kuznet")->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(complete, two_words, "иван щерб")->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(complete, address, "user1234")->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(complete, telephone, "495 321")->Unit(benchmark::kMicrosecond);

ldap::wire::Filter filter(ldap::wire::Filter::Kind kind,
                          const char* attribute,
                          std::vector<std::string> values) {
  ldap::wire::Filter one;
  one.kind = kind;
  one.attribute = attribute;
  one.values = std::move(values);
  return one;
}

// (|(cn=TEXT*)(mail=TEXT*)(sn=TEXT*)(givenName=TEXT*)), as Thunderbird completes addresses; with
// `anywhere` as its address book's search box.
ldap::wire::Search search_for(const std::string& text, bool anywhere) {
  ldap::wire::Search search;
  search.scope = ldap::wire::Scope::subtree;
  search.filter.kind = ldap::wire::Filter::Kind::any;
  std::vector<std::string> parts{text, ""};
  if (anywhere) parts = {"", text, ""};
  for (const auto* name : {"cn", "mail", "sn", "givenName"})
    search.filter.inner.push_back(filter(ldap::wire::Filter::Kind::substrings, name, parts));
  search.filter_bytes = text;
  search.attributes = {"cn", "mail", "sn", "givenName", "telephoneNumber", "ou", "title"};
  return search;
}

// (mail=*), as Outlook browses.
ldap::wire::Search search_for_all() {
  auto search = search_for("", false);
  search.filter = filter(ldap::wire::Filter::Kind::present, "mail", {});
  return search;
}

void answer(benchmark::State& state, ldap::wire::Search search, bool sorted, std::size_t most) {
  const PhotoShelf photos("/nonexistent", io::real_file_system());
  std::size_t found = 0;
  for (auto _ : state) {
    ldap::SearchWish wish{search, {}};
    if (sorted) wish.sort.push_back({"cn", "", false});
    if (!sorted) wish.most = most + 1;
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(60);
    const auto [outcome, listing] = ldap::Listing::make(world().book, wish, deadline);
    const ldap::Selection selection(search);
    std::string out;
    for (std::size_t i = 0; i < std::min(most, listing.size()); ++i)
      selection.put(out, 2, listing.book(), listing.at(i), photos);
    found = listing.size();
    benchmark::DoNotOptimize(out.data());
  }
  state.counters["found"] = static_cast<double>(found);
}
BENCHMARK_CAPTURE(answer, ldap_beginning, search_for("кузнецовра", false), false, 100)
    ->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(answer, ldap_beginning_of_many, search_for("кузн", false), false, 100)
    ->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(answer, ldap_anywhere, search_for("знецовра", true), false, 100)
    ->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(answer, ldap_view_of_all, search_for_all(), true, 50)
    ->Unit(benchmark::kMicrosecond);

}  // namespace
