// SPDX-License-Identifier: GPL-3.0-or-later
// Xapian's compactor copies tables in order, which is much faster than adding documents. It cannot
// leave any out: they are deleted from a copy, which is packed again.
#include "search/index/segment_merge.hpp"

#include <algorithm>
#include <set>

#include "search/index/index_terms.hpp"
#include "search/index/xapian_call.hpp"

namespace kontor::search {
namespace {

constexpr unsigned k_packed = Xapian::DBCOMPACT_SINGLE_FILE | Xapian::DBCOMPACT_NO_RENUMBER;
constexpr unsigned k_tables = Xapian::DBCOMPACT_NO_RENUMBER;

bool has_word(const Xapian::Database& database, const std::string& word) {
  bool found = false;
  for_each_field(k_every_field, [&](Field field) {
    found = found || database.term_exists(term_of(TermSpace::word, field, word));
  });
  return found;
}

// Words that no document has any more are not noted for their stems either.
void forget_words(Xapian::WritableDatabase& database, std::set<std::string> words) {
  std::erase_if(words, [&](const std::string& word) { return has_word(database, word); });
  std::vector<std::pair<std::string, std::string>> notes;
  const auto keys_end = database.synonym_keys_end();
  for (auto key = database.synonym_keys_begin(); key != keys_end; ++key) {
    const auto end = database.synonyms_end(*key);
    for (auto word = database.synonyms_begin(*key); word != end; ++word)
      if (words.contains(*word)) notes.emplace_back(*key, *word);
  }
  for (const auto& [key, word] : notes) database.remove_synonym(key, word);
}

class Merge {
 public:
  Merge(const IndexFolder& folder,
        Catalog catalog,
        const MergePlan& plan,
        const std::function<bool()>& stop)
      : folder_(folder), plan_(plan), stop_(stop), next_(std::move(catalog)) {}

  Result<Merged> run();

 private:
  Result<void> pack(const std::vector<Segment>& segments);
  bool drop_removed(const std::string& path);
  bool stopped() const { return stop_ && stop_(); }

  const IndexFolder& folder_;
  const MergePlan& plan_;
  const std::function<bool()>& stop_;
  Catalog next_;
  std::vector<ItemId> gone_;
};

// False: stopped.
bool Merge::drop_removed(const std::string& path) {
  Xapian::WritableDatabase copy(path, Xapian::DB_OPEN | Xapian::DB_NO_SYNC);
  std::set<std::string> words;
  for (const auto item : gone_) {
    if (stopped()) return false;
    const auto id = static_cast<Xapian::docid>(item);
    for (auto it = copy.termlist_begin(id); it != copy.termlist_end(id); ++it)
      if (const auto term = *it; is_word_term(term)) words.insert(term.substr(1));
    copy.delete_document(id);
  }
  copy.commit();
  forget_words(copy, std::move(words));
  copy.commit();
  copy.close();
  return true;
}

// Asked to stop between the steps only: an exception through the compactor would leak its tables.
Result<void> Merge::pack(const std::vector<Segment>& segments) {
  return xapian_call("merging an index", [this, &segments]() -> Result<void> {
    if (stopped()) return fail(Errc::cancelled);
    Xapian::Database sources;
    for (const auto& segment : segments)
      sources.add_database(Xapian::Database(folder_.path_of(segment)));
    const auto packed = folder_.building() + "/packed";
    if (gone_.empty()) {
      sources.compact(packed, k_packed);
      return {};
    }
    const auto copy = folder_.building() + "/copy";
    sources.compact(copy, k_tables);
    if (!drop_removed(copy) || stopped()) return fail(Errc::cancelled);
    Xapian::Database(copy).compact(packed, k_packed);
    return {};
  });
}

Result<Merged> Merge::run() {
  const auto begin = next_.segments.begin() + static_cast<std::ptrdiff_t>(plan_.begin);
  const auto end = next_.segments.begin() + static_cast<std::ptrdiff_t>(plan_.end);
  Segment made = *begin;
  made.last = std::prev(end)->last;
  made.documents = 0;
  for (auto source = begin; source != end; ++source) {
    if (stopped()) return fail(Errc::cancelled);
    KONTOR_TRY(folder_.verify(*source));  // damage must not get a good checksum
    made.documents += source->documents;
  }
  std::ranges::copy_if(next_.removed, std::back_inserter(gone_),
                       [&](ItemId item) { return made.first <= item && item <= made.last; });
  std::erase_if(next_.removed,
                [&](ItemId item) { return made.first <= item && item <= made.last; });
  made.documents -= gone_.size();
  const std::vector<Segment> sources(begin, end);
  const auto place = next_.segments.erase(begin, end);
  if (made.documents == 0) return Merged{std::move(next_), std::nullopt};
  made.number = next_.next_number++;
  KONTOR_TRY(folder_.begin_building());
  KONTOR_TRY(pack(sources));
  KONTOR_TRY(folder_.seal(made));
  next_.segments.insert(place, made);
  return Merged{std::move(next_), plan_.begin};
}

}  // namespace

Result<Merged> merge_segments(const IndexFolder& folder,
                              Catalog catalog,
                              const MergePlan& plan,
                              const std::function<bool()>& stop) {
  auto merged = Merge(folder, std::move(catalog), plan, stop).run();
  if (!merged) folder.end_building();
  return merged;
}

}  // namespace kontor::search
