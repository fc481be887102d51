// SPDX-License-Identifier: GPL-3.0-or-later
// Book: the global address book, an immutable value derived from a DirectoryCopy.
//
// In it are the enabled people and rooms with a mailbox and the groups and contacts with an
// address, without those hidden from address lists. It is sorted by name
// (base/mime/name_order.hpp). A book made of the one before shares what did not change: with 20,000
// people one change copies some 20 KB. Any thread reads it without locks; entries live as long as a
// book that has them.
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "directory/gal/names.hpp"
#include "directory/model/model.hpp"

namespace kontor::directory {

struct BookEntry {
  std::shared_ptr<const Principal> principal;  // shared with the copies that have it
  std::string dn;         // of whom has none of his own: made of address and domain
  std::string folded_dn;  // fold_dn()
  std::string mail;       // his address, or where mail to him goes
  std::string order;      // entries stand in the order of its bytes
  std::string words;      // see book_words.hpp
};

// The order of the book.
bool is_before(const BookEntry& a, const BookEntry& b);

// A container of the tree: an organisational unit, a domain.
struct BookUnit {
  std::string dn;
  std::uint32_t entries = 0;  // below it, at any depth
};

class Book {
 public:
  Book(std::shared_ptr<const DirectoryCopy> copy, std::shared_ptr<const Spelling> spelling);
  ~Book();
  // The book of `copy`, which came from this book's copy or not.
  std::shared_ptr<const Book> with(std::shared_ptr<const DirectoryCopy> copy) const;

  std::uint64_t generation() const noexcept { return copy_->generation(); }
  const DirectoryCopy& copy() const noexcept { return *copy_; }
  const Spelling& spelling() const noexcept { return *spelling_; }
  std::size_t size() const noexcept;
  // Every entry in order, until `work` says false.
  void visit(const std::function<bool(const BookEntry&)>& work) const;
  const BookEntry* find(const PrincipalId& id) const;
  const BookEntry* find_dn(std::string_view folded_dn) const;
  // By mail address, any case, also a former one.
  const BookEntry* find_address(std::string_view address) const;
  // Whom a DN names, in the book or not: for signing in.
  std::optional<PrincipalId> person_of_dn(std::string_view folded_dn) const;

  // Containers, in the order of their folded DNs.
  void visit_units(
      const std::function<void(std::string_view folded_dn, const BookUnit&)>& work) const;
  const BookUnit* find_unit(std::string_view folded_dn) const;
  // The DNs under which all entries are, sorted.
  std::vector<std::string> contexts() const;

  // The entries that have words beginning as all words of `text` do, in names (of either script),
  // addresses, account names, telephone numbers and departments; the best first.
  std::vector<const BookEntry*> complete(std::string_view text, std::size_t limit) const;
  // All entries, and perhaps some more, of which a name, address, account name or department begins
  // with `text`; in order. Nothing: they are more than `most`, or all would have to be looked at.
  std::optional<std::vector<const BookEntry*>> beginning_with(std::string_view text,
                                                              std::size_t most) const;

 private:
  struct Index;
  Book(std::shared_ptr<const DirectoryCopy> copy,
       std::shared_ptr<const Spelling> spelling,
       std::unique_ptr<const Index> index);

  std::shared_ptr<const DirectoryCopy> copy_;  // shared with sessions and older books
  std::shared_ptr<const Spelling> spelling_;   // shared by all books
  std::unique_ptr<const Index> index_;
};

// What stands in the book beside the directory's own, such as folders with mail addresses. Any
// thread, memory only.
struct BookAdditions {
  std::function<std::uint64_t()> version = {};       // differs whenever `all` may
  std::function<std::vector<Principal>()> all = {};  // as normalise() leaves them, by id
};

// The book of the newest copy, made when somebody asks. `directory` outlives it, and so does what
// the additions ask. An addition whose address somebody in the directory has, hidden or not, is
// left out. Any thread; may take some hundred milliseconds (the first book of many people).
class BookKeeper {
 public:
  BookKeeper(const Directory& directory, Spelling spelling, BookAdditions additions = {});
  ~BookKeeper();
  std::shared_ptr<const Book> current() const;
  // The generation of current(), without making it: this book's own count, not the directory's.
  std::uint64_t generation() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace kontor::directory
