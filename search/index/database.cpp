// SPDX-License-Identifier: GPL-3.0-or-later
#include "search/index/database.hpp"

#include <algorithm>

namespace kontor::search {

void Database::add(const Segment& segment, const std::string& path, WordList words) {
  segments_.push_back({segment, Xapian::Database(path), std::move(words)});
  all_.add_database(segments_.back().database);
}

ItemSpan Database::span() const {
  if (segments_.empty()) return {};
  return {segments_.front().segment.first, segments_.back().segment.last};
}

std::uint64_t Database::add_items(const std::string& term, ItemBits& out) const {
  std::uint64_t count = 0;
  for (const auto& [segment, database, words] : segments_) {
    const auto end = database.postlist_end(term);
    for (auto it = database.postlist_begin(term); it != end; ++it, ++count)
      if (out.span().has(*it)) out.add(*it);
  }
  return count;
}

std::string Database::data_of(ItemId item) const {
  const auto found = std::ranges::lower_bound(
      segments_, item, {}, [](const OpenSegment& open) { return open.segment.last; });
  if (found == segments_.end() || found->segment.first > item) return {};
  try {
    return found->database.get_document(static_cast<Xapian::docid>(item), Xapian::DOC_ASSUME_VALID)
        .get_data();
  } catch (const Xapian::DocNotFoundError&) {
    return {};
  }
}

std::vector<std::string> Database::noted(const std::string& key) const {
  std::vector<std::string> out;
  const auto end = all_.synonyms_end(key);
  for (auto it = all_.synonyms_begin(key); it != end; ++it) out.push_back(*it);
  std::ranges::sort(out);
  const auto rest = std::ranges::unique(out);
  out.erase(rest.begin(), rest.end());
  return out;
}

}  // namespace kontor::search
