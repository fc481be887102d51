// SPDX-License-Identifier: GPL-3.0-or-later
// gal: the global address book as people see it, and why somebody is not in it.
#include <map>

#include "base/core/text.hpp"
#include "base/io/work_pool.hpp"
#include "directory/gal/book.hpp"
#include "directory/model/attributes.hpp"
#include "server/admin/book_rows.hpp"
#include "server/admin/person_row.hpp"

namespace kontor::admin {
namespace {

namespace json = boost::json;
using directory::Book;
using directory::BookEntry;
using directory::Kind;
using directory::Principal;
using directory::State;

constexpr std::size_t k_usual_limit = 20;
constexpr std::size_t k_highest_limit = 1'000;

std::string owner_of(const Book& book, const Principal& one) {
  const auto& owner = one.mail_rules.owner;
  const auto* entry = owner ? book.find(*owner) : nullptr;
  return entry != nullptr ? entry->mail : std::string();
}

json::object long_row(const Book& book, const BookEntry& entry) {
  const Principal& one = *entry.principal;
  auto row = book_row(book, entry);
  row["addresses"] = texts(one.addresses);
  row["given_name"] = one.given_name;
  row["surname"] = one.surname;
  row["initials"] = one.card.initials;
  row["title"] = one.title;
  row["company"] = one.company;
  row["office"] = one.office;
  row["mobile"] = one.card.mobile;
  row["fax"] = one.card.fax;
  row["street"] = one.card.street;
  row["city"] = one.card.city;
  row["region"] = one.card.region;
  row["postal_code"] = one.card.postal_code;
  row["country"] = one.card.country;
  row["photo"] = !one.card.photo.empty();
  row[one.kind == Kind::group ? "owner" : "manager"] = owner_of(book, one);
  row["dn"] = entry.dn;
  row["principal"] = one.id.text();
  return row;
}

// Somebody of the directory who is not in the book; empty: nobody is known by this name.
std::string reason_against(const Book& book, const std::string& name) {
  auto one = book.copy().find_address(name);
  if (!one) one = book.copy().find_login(name, "");
  if (!one) return {};
  if (one->mail_rules.is_hidden) return "is hidden from address lists";
  if (one->kind == Kind::person && one->state != State::enabled) return "has a disabled account";
  return "has no mail address";
}

Answer show(const Book& book, const std::string& name) {
  const auto* entry = book.find_address(name);
  if (entry == nullptr) {
    const auto login = book.copy().find_login(name, "");
    entry = login ? book.find(login->id) : nullptr;
  }
  if (entry == nullptr) entry = book.find_dn(directory::fold_dn(name));
  if (entry != nullptr) return json::value(long_row(book, *entry));
  const auto reason = reason_against(book, name);
  if (!reason.empty())
    return fail(Errc::not_found, name + " is not in the address book: " + reason);
  return fail(Errc::not_found, "nobody in the address book is called " + name);
}

Result<std::size_t> limit_of(const Request& request) {
  const auto found = request.options.find("--limit");
  if (found == request.options.end()) return k_usual_limit;
  const auto limit = parse_number<std::size_t>(found->second);
  if (!limit || *limit == 0 || *limit > k_highest_limit)
    return fail(Errc::bad_input, "--limit is a number from 1 to 1000");
  return *limit;
}

// Making the book of many people takes a while.
template <class Work>
Task<Answer> with_book(const Desk& desk, Work work) {
  if (desk.environment.books == nullptr || desk.environment.workers == nullptr)
    co_return fail(Errc::unsupported, "there is no address book");
  auto job = [books = desk.environment.books, work = std::move(work)] {
    return work(*books->current());
  };
  co_return co_await io::on_pool(*desk.environment.workers, std::move(job));
}

}  // namespace

Task<Answer> gal_search(const Desk& desk, Request request) {
  KONTOR_CO_TRY(const auto limit, limit_of(request));
  KONTOR_CO_TRY(auto rows,
                co_await find_in_book(desk.environment, join(request.arguments, " "), limit));
  co_return json::value(std::move(rows));
}

Task<Answer> gal_show(const Desk& desk, Request request) {
  auto find = [name = request.arguments[0]](const Book& book) { return show(book, name); };
  co_return co_await with_book(desk, std::move(find));
}

Task<Answer> gal_status(const Desk& desk, Request) {
  auto count = [](const Book& book) -> Answer {
    json::object out{{"entries", book.size()}, {"generation", book.generation()}};
    std::map<std::string_view, std::uint64_t> kinds;
    book.visit([&](const BookEntry& entry) {
      ++kinds[word_of(entry.principal->kind)];
      return true;
    });
    for (const Kind kind : {Kind::person, Kind::group, Kind::room, Kind::contact})
      out[word_of(kind)] = kinds[word_of(kind)];
    out["search_bases"] = texts(book.contexts());
    return json::value(std::move(out));
  };
  co_return co_await with_book(desk, std::move(count));
}

}  // namespace kontor::admin
