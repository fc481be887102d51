// SPDX-License-Identifier: GPL-3.0-or-later
// The global address book as cards of a collection that nobody can change: made of the directory
// copy, again when that has changed. Any thread.
#pragma once
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/core/guarded.hpp"
#include "directory/gal/book.hpp"

namespace kontor::dav {

inline constexpr std::string_view k_global = "global";  // its segment in everybody's home

struct BookCard {
  std::string name;  // "GUID.vcf"
  Uuid tag;          // of its bytes
  std::uint64_t size = 0;
  directory::PrincipalId id;
  std::shared_ptr<const directory::Principal> made_of;  // shared with the directory copy
};

// All cards at one state of the directory; immutable.
struct BookCards {
  std::uint64_t generation = 0;
  std::string token;  // of DAV:sync-collection: the same for the same cards
  std::shared_ptr<const directory::Book> book;
  std::vector<BookCard> list;  // by name
  const BookCard* find(std::string_view name) const;
  std::string bytes_of(const BookCard& card) const;  // vCard 3.0
};

class GlobalBook {
 public:
  explicit GlobalBook(const directory::BookKeeper* books) : books_(books) {}
  // nullptr: it is not served. Costs what changed since the last call; the first time all cards.
  std::shared_ptr<const BookCards> current() const;
  bool is_ready() const;  // is current() there at once?

 private:
  const directory::BookKeeper* books_;
  mutable Guarded<std::shared_ptr<const BookCards>> last_;
};

}  // namespace kontor::dav
