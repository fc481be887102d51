// SPDX-License-Identifier: GPL-3.0-or-later
// AccountIndex: the full-text index of one account, in the folder `fts` of the account.
//
// It is disposable: whatever is wrong with it, it can be made anew from the store, and what it
// answers is only ever about items up to position(); the caller looks through the rest itself.
// Folders, flags and UIDs are not in it. Blocking (Xapian): to be called on a pool of its own.
// Questions may be asked from any thread and are answered one after the other; add(), remove() and
// merge() are for one thread at a time, and questions wait for them only while what they have made
// is put in force. One open index for a folder. Open it holds a dozen files at most; adding takes
// some 60 MB whatever is added (docs/formats/search-index.md).
//
// Damage that an operation comes upon is answered with corrupt: the index has begun anew then, at
// position 0, as state() says. conflict: it has begun anew under the hands of add() or merge().
#pragma once
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/core/result.hpp"
#include "base/io/file_system.hpp"
#include "search/fields/document.hpp"
#include "search/query/text_query.hpp"

namespace kontor::search {

// Ascending, each once.
using Items = std::vector<ItemId>;

// What the index knows of a query.
struct Matches {
  Items certain;   // the query is true of them
  Items possible;  // it may be: their text has to be looked at; none of them is in `certain`
  // Nothing is said of later items. Of the moment of the search: add() may go on meanwhile.
  ItemId position = 0;
};

struct Hit {
  ItemId item = 0;
  double weight = 0;  // of relevance: greater is better; comparable within one answer
};

struct IndexState {
  ItemId position = 0;  // items up to here are in it, or were not there to be indexed
  std::uint64_t documents = 0;
  std::uint64_t bytes = 0;  // on disk
  bool made_anew = false;   // what was there could not be used: it begins from nothing
  std::string problem;      // why, in a sentence for the administrator
};

class AccountIndex {
 public:
  // Opens or makes it. An index that is damaged, of another version, or of words of other
  // languages (of the settings) is removed and begun from nothing. `files` must outlive it. Errors:
  // io_error, no_space, no_permission.
  static Result<std::unique_ptr<AccountIndex>> open(const std::string& folder,
                                                    const std::vector<std::string>& languages,
                                                    io::FileSystem& files = io::real_file_system());
  virtual ~AccountIndex() = default;

  virtual IndexState state() const = 0;
  // Adds items, all of them later than position(), in order; position() becomes `position`, which
  // is at least that of the last one. On disk when it returns: after a crash the index stands at
  // this position or at an earlier one, whole. no_space, io_error; limit: an item's number is past
  // what an index can hold (2^28); bad_input: items that are not later, or not in order.
  virtual Result<void> add(std::span<const Document> documents, ItemId position) = 0;
  // Purged items. Those it does not have are passed over.
  virtual Result<void> remove(const Items& items) = 0;
  // Puts what was added lately and what is old together (the hot database into the cold one) when
  // it pays, and leaves out what was removed; `stop` ends it early without harm.
  virtual Result<void> merge(const std::function<bool()>& stop) = 0;
  // From now on nothing of it is put on disk, by whoever still works on it: conflict.
  virtual void abandon() {}

  // Items for which the query is true or may be; of `within`, when there is one: asking for fewer
  // costs less. Never leaves one out up to position(). `possible` are items whose texts of
  // Field::header are asked for, which are not in the index; those with more than 32 MB of text; a
  // name in another script inside a query that the words alone do not decide; and all that is open
  // when a query has cost some four seconds. limit: thousands of words, or levels; the caller looks
  // itself.
  virtual Result<Matches> match(const TextQuery& query, const Items* within = nullptr) const = 0;
  // The best of those that match for certain, the best first, the newest first among equals;
  // `within` restricts it when there is one.
  virtual Result<std::vector<Hit>> rank(const TextQuery& query,
                                        const Items* within,
                                        std::size_t most) const = 0;
  // The text of an item's attachments as it was given to add(), so that nobody reads the
  // attachments again; empty when there is none. limit: the index does not have all of it, or goes
  // not as far as the item.
  virtual Result<std::vector<FieldText>> attachments(ItemId item) const = 0;
  // How many items were added without their attachments, since nobody could read them then: they
  // may match whatever is asked of attachments.
  virtual Result<std::uint64_t> untried() const { return 0; }
  // Whether some item has the word, as fold_term() gives it.
  virtual Result<bool> knows(std::string_view word) const = 0;
};

}  // namespace kontor::search
