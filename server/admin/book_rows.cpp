// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/admin/book_rows.hpp"

#include "base/io/work_pool.hpp"
#include "directory/model/room_list.hpp"

namespace kontor::admin {

namespace json = boost::json;
using directory::Kind;

std::string_view word_of(Kind kind) {
  switch (kind) {
    case Kind::group:
      return "group";
    case Kind::contact:
      return "contact";
    case Kind::room:
      return "room";
    case Kind::person:
      break;
  }
  return "person";
}

json::object book_row(const directory::Book& book, const directory::BookEntry& entry) {
  const auto& one = *entry.principal;
  const bool is_list = directory::is_room_list(book.copy(), one);
  return {{"address", entry.mail},
          {"name", one.name},
          {"kind", is_list ? "room list" : word_of(one.kind)},
          {"department", one.department},
          {"telephone", one.telephone}};
}

Task<Result<json::array>> find_in_book(const Environment& environment,
                                       std::string words,
                                       std::size_t most) {
  if (environment.books == nullptr || environment.workers == nullptr)
    co_return fail(Errc::unsupported, "there is no address book");
  auto find = [books = environment.books, words = std::move(words), most] {
    json::array rows;
    const auto book = books->current();
    for (const auto* entry : book->complete(words, most))
      rows.emplace_back(book_row(*book, *entry));
    return rows;
  };
  co_return co_await io::on_pool(*environment.workers, std::move(find));
}

}  // namespace kontor::admin
