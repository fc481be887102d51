// SPDX-License-Identifier: GPL-3.0-or-later
#include "search/index/account_index.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <mutex>
#include <optional>

#include "base/io/give_way.hpp"
#include "base/mime/decode.hpp"
#include "search/analyze/stemmer.hpp"
#include "search/index/evaluation.hpp"
#include "search/index/index_folder.hpp"
#include "search/index/ranking.hpp"
#include "search/index/segment_merge.hpp"
#include "search/index/segment_writer.hpp"
#include "search/index/stored_texts.hpp"
#include "search/index/xapian_call.hpp"

namespace kontor::search {
namespace {

// Text that one database is made of at once: it bounds the memory.
constexpr std::uint64_t k_batch = 4U << 20U;
// Of texts: dictionaries are made of so many, from this number of documents on, and anew when
// there are so many times more.
constexpr std::size_t k_sample = 1'024;
constexpr std::size_t k_longest_sample = 64U << 10U;
constexpr std::uint64_t k_least_documents = 64;
constexpr std::uint64_t k_grown = 16;
// The sets of a query are bits, and Xapian's numbers have 32 bits for all databases together.
constexpr ItemId k_last_item = 1U << 28U;
// Of the rules by which words are made and kept, and of what an item's texts are; another number
// makes every index anew. 2: events, tasks and contacts have the texts that people see.
constexpr int k_analysis = 2;

std::string analysis_of(const std::vector<std::string>& languages) {
  std::string out = fmt::format("{}", k_analysis);
  for (const auto& language : languages) {
    out += ':';
    for (const char c : language) out += c > ' ' && c < 0x7f ? c : '?';
  }
  return out;
}

class FileIndex final : public AccountIndex {
 public:
  FileIndex(io::FileSystem& files,
            const std::string& folder,
            const std::vector<std::string>& languages)
      : folder_(files, folder, analysis_of(languages)),
        analyzer_(languages),
        adding_(languages),
        stemmer_(languages) {}

  Result<void> open() { return folder_.open(); }

  IndexState state() const override;
  Result<void> add(std::span<const Document> documents, ItemId position) override;
  Result<void> remove(const Items& items) override;
  Result<void> merge(const std::function<bool()>& stop) override;
  void abandon() override;
  Result<Matches> match(const TextQuery& query, const Items* within) const override;
  Result<std::vector<Hit>> rank(const TextQuery& query,
                                const Items* within,
                                std::size_t most) const override;
  Result<std::vector<FieldText>> attachments(ItemId item) const override;
  Result<std::uint64_t> untried() const override;
  Result<bool> knows(std::string_view word) const override;

 private:
  // What a change begins with; another era: the index has begun anew since.
  struct Base {
    Catalog catalog;
    std::uint64_t era = 0;
  };
  Base base() const;
  Result<void> check(std::uint64_t era) const;
  template <class Change>
  Result<void> put_in_force(std::uint64_t era, Change change);
  Result<void> ended(std::uint64_t era, Result<void> done) const;

  Result<void> add_batches(std::span<const Document> documents, ItemId position, std::uint64_t era);
  // What the texts of `documents`, which are about to be added, are packed with.
  Result<DictionaryPtr> dictionary_for(std::span<const Document> documents, std::uint64_t era);
  std::vector<std::string> some_texts(std::span<const Document> documents) const;
  Result<void> end_segment(SegmentWriter& writer, ItemId position, std::uint64_t era);
  Result<void> merge_while_many();
  Result<void> merge_by(const Base& base, const MergePlan& plan, const std::function<bool()>& stop);
  Result<void> remove_present(const Items& items);
  void forget_reading() const;
  void open_reading() const;
  ItemBits domain_of(const Items* within) const;
  bool has(ItemId item) const { return present_->has(item); }
  template <class Call>
  auto reading(std::string_view what, Call call) const;
  Result<void> or_anew(Result<void> done) const;

  // Guards what is in force: what is changed in secret is not under it (IndexFolder: free).
  mutable std::mutex mutex_;
  // Reading may find damage, and then it begins anew.
  mutable IndexFolder folder_;
  mutable std::uint64_t era_ = 0;
  bool abandoned_ = false;
  mutable Analyzer analyzer_;
  Analyzer adding_;  // of what is being added
  Stemmer stemmer_;
  std::uint64_t tried_at_ = 0;  // documents when there were too few for a dictionary; of add()
  mutable std::optional<Database> database_;  // opened when asked
  mutable std::optional<ItemBits> present_;   // what is in it and was not removed
};

FileIndex::Base FileIndex::base() const {
  const std::lock_guard lock(mutex_);
  return {folder_.catalog(), era_};
}

Result<void> FileIndex::check(std::uint64_t era) const {
  if (abandoned_ || era != era_) return fail(Errc::conflict, "the index has begun anew meanwhile");
  return {};
}

// Puts in force what `change` makes of the catalog.
template <class Change>
Result<void> FileIndex::put_in_force(std::uint64_t era, Change change) {
  const std::lock_guard lock(mutex_);
  KONTOR_TRY(check(era));
  auto next = folder_.catalog();
  KONTOR_TRY(change(next));
  forget_reading();
  return folder_.publish(std::move(next));
}

// What a change comes to: damage that it has found makes the index new.
Result<void> FileIndex::ended(std::uint64_t era, Result<void> done) const {
  if (done) return done;
  const std::lock_guard lock(mutex_);
  KONTOR_TRY(check(era));
  return or_anew(std::move(done));
}

void FileIndex::abandon() {
  const std::lock_guard lock(mutex_);
  abandoned_ = true;
}

IndexState FileIndex::state() const {
  const std::lock_guard lock(mutex_);
  const auto& catalog = folder_.catalog();
  IndexState out;
  out.position = catalog.position;
  for (const auto& segment : catalog.segments) out.documents += segment.documents;
  out.documents -= catalog.removed.size();
  out.bytes = folder_.bytes();
  out.made_anew = !folder_.problem().empty();
  out.problem = folder_.problem();
  return out;
}

void FileIndex::forget_reading() const {
  present_.reset();
  database_.reset();
}

void FileIndex::open_reading() const {
  if (database_) return;
  Database opened(folder_.dictionaries());
  for (const auto& segment : folder_.catalog().segments)
    opened.add(segment, folder_.path_of(segment), folder_.words_of(segment));
  ItemBits present(opened.span());
  opened.add_items("", present);
  for (const auto item : folder_.catalog().removed) present.remove(item);
  database_ = std::move(opened);
  present_ = std::move(present);
}

// Damage found while working makes the index new.
Result<void> FileIndex::or_anew(Result<void> done) const {
  if (done || done.error().code() != Errc::corrupt) return done;
  forget_reading();
  if (abandoned_) return done;
  ++era_;
  static_cast<void>(
      folder_.begin_anew(fmt::format("The index is damaged: {}.", done.error().detail())));
  return done;
}

template <class Call>
auto FileIndex::reading(std::string_view what, Call call) const {
  const std::lock_guard lock(mutex_);
  auto answer = xapian_call(what, [&] {
    open_reading();
    return call();
  });
  if (!answer) static_cast<void>(or_anew(fail(answer.error())));
  return answer;
}

Result<void> FileIndex::add(std::span<const Document> documents, ItemId position) {
  const auto [catalog, era] = base();
  ItemId before = catalog.position;
  for (const auto& document : documents) {
    if (document.item <= before)
      return fail(Errc::bad_input, "items to be indexed that are not later, or not in order");
    before = document.item;
  }
  if (position < before) return fail(Errc::bad_input, "a position before the items to be indexed");
  if (before > k_last_item && !documents.empty())
    return fail(Errc::limit, "an item's number is too large for an index");
  if (position == catalog.position) return {};
  auto added = add_batches(documents, position, era);
  if (!added) folder_.end_building();
  return ended(era, std::move(added));
}

Result<void> FileIndex::add_batches(std::span<const Document> documents,
                                    ItemId position,
                                    std::uint64_t era) {
  KONTOR_TRY(const auto dictionary, dictionary_for(documents, era));
  std::optional<SegmentWriter> writer;
  io::Pace pace;
  for (std::size_t i = 0; i < documents.size(); ++i) {
    if (!writer) {
      KONTOR_TRY(folder_.begin_building());
      writer.emplace(folder_.building(), adding_, stemmer_, dictionary);
    }
    KONTOR_TRY(writer->add(documents[i]));
    pace.step();
    const bool last = i + 1 == documents.size();
    if (!last && writer->text_bytes() < k_batch) continue;
    KONTOR_TRY(end_segment(*writer, last ? position : documents[i].item, era));
    writer.reset();
  }
  if (!documents.empty()) return {};
  return put_in_force(era, [&](Catalog& next) -> Result<void> {
    next.position = position;
    return {};
  });
}

// As they are packed, of what is added and what is there.
std::vector<std::string> FileIndex::some_texts(std::span<const Document> documents) const {
  std::vector<std::string> out;
  const auto step = documents.size() / k_sample + 1;
  for (std::size_t i = 0; i < documents.size(); i += step) {
    StoredTexts texts;
    for (const auto& text : documents[i].texts)
      if (text.field != Field::header && text.text.size() <= k_longest_sample)
        texts.add_folded(text.field, mime::fold_case(text.text));
    out.push_back(texts.take());
  }
  if (documents.size() >= k_sample / 2) return out;
  auto read = reading("reading an index", [&]() -> Result<void> {
    TextUnpacker unpacker;
    const auto count = present_->count();
    std::size_t number = 0;
    present_->for_each([&](ItemId item) {
      if (number++ % (count / k_sample + 1) != 0) return;
      const auto data = database_->data_of(item);
      const auto packed = parse_packed(data);
      const auto texts =
          packed ? unpacker.unpack(*packed, database_->dictionaries()) : std::nullopt;
      if (texts) out.emplace_back(*texts);
    });
    return {};
  });
  return out;  // what cannot be read is noticed by others
}

Result<DictionaryPtr> FileIndex::dictionary_for(std::span<const Document> documents,
                                                std::uint64_t era) {
  DictionaryPtr last;
  std::uint64_t made_at = 0, now = documents.size();
  {
    const std::lock_guard lock(mutex_);
    KONTOR_TRY(check(era));
    const auto& catalog = folder_.catalog();
    for (const auto& segment : catalog.segments) now += segment.documents;
    if (!catalog.dictionaries.empty()) {
      const auto& file = catalog.dictionaries.back();
      last = folder_.dictionaries().at(file.number);
      made_at = file.documents;
    }
  }
  const bool grown = now >= k_least_documents && now >= k_grown * made_at;
  const bool tried = tried_at_ != 0 && tried_at_ <= now && now < 2 * tried_at_;
  if (!grown || tried || (last && last->number() == TextDictionary::k_last_number)) return last;
  auto made = make_dictionary(some_texts(documents));
  if (!made) {
    tried_at_ = now;
    return last;
  }
  tried_at_ = 0;
  KONTOR_TRY(put_in_force(era, [&](Catalog& next) -> Result<void> {
    return folder_.add_dictionary(next, *std::move(made), now);
  }));
  const std::lock_guard lock(mutex_);
  KONTOR_TRY(check(era));
  return folder_.dictionaries().at(folder_.catalog().dictionaries.back().number);
}

Result<void> FileIndex::end_segment(SegmentWriter& writer, ItemId position, std::uint64_t era) {
  KONTOR_TRY(auto segment, writer.finish());
  KONTOR_TRY(folder_.seal(segment));
  KONTOR_TRY(put_in_force(era, [&](Catalog& next) -> Result<void> {
    segment.number = next.next_number++;
    KONTOR_TRY(folder_.take(segment));
    next.segments.push_back(segment);
    next.position = position;
    return {};
  }));
  return merge_while_many();
}

Result<void> FileIndex::merge_while_many() {
  for (;;) {
    const auto now = base();
    const auto plan = plan_when_many(now.catalog);
    if (!plan) return {};
    auto merged = merge_by(now, *plan, {});
    // What was added is on disk; without space for a merge it stays as it is.
    if (!merged) return merged.error().code() == Errc::corrupt ? merged : Result<void>();
  }
}

Result<void> FileIndex::merge_by(const Base& base,
                                 const MergePlan& plan,
                                 const std::function<bool()>& stop) {
  KONTOR_TRY(auto merged, merge_segments(folder_, base.catalog, plan, stop));
  auto done = put_in_force(base.era, [&](Catalog& next) -> Result<void> {
    if (merged.made) {
      KONTOR_TRY(folder_.take(merged.catalog.segments[*merged.made]));
    }
    next = std::move(merged.catalog);
    return {};
  });
  if (!done) folder_.end_building();
  return done;
}

Result<void> FileIndex::remove(const Items& items) {
  return reading("removing from an index", [&] { return remove_present(items); });
}

Result<void> FileIndex::remove_present(const Items& items) {
  KONTOR_TRY(check(era_));
  auto next = folder_.catalog();
  const auto before = next.removed.size();
  std::ranges::copy_if(items, std::back_inserter(next.removed),
                       [&](ItemId item) { return has(item); });
  if (next.removed.size() == before) return {};
  std::ranges::sort(next.removed);
  const auto rest = std::ranges::unique(next.removed);
  next.removed.erase(rest.begin(), rest.end());
  // A segment that has nothing left goes at once.
  std::erase_if(next.segments, [&](const Segment& segment) {
    if (removed_of(next, segment) < segment.documents) return false;
    std::erase_if(next.removed,
                  [&](ItemId item) { return segment.first <= item && item <= segment.last; });
    return true;
  });
  forget_reading();
  return folder_.publish(std::move(next));
}

Result<void> FileIndex::merge(const std::function<bool()>& stop) {
  for (;;) {
    const auto now = base();
    const auto plan = plan_when_idle(now.catalog);
    if (!plan || (stop && stop())) return {};
    auto merged = merge_by(now, *plan, stop);
    if (!merged && merged.error().code() == Errc::cancelled) return {};
    if (!merged) return ended(now.era, std::move(merged));
  }
}

ItemBits FileIndex::domain_of(const Items* within) const {
  if (within == nullptr) return *present_;
  ItemBits out(present_->span());
  for (const auto item : *within)
    if (has(item)) out.add(item);
  return out;
}

Result<Matches> FileIndex::match(const TextQuery& query, const Items* within) const {
  KONTOR_TRY(check_size(query));
  return reading("searching an index", [&]() -> Result<Matches> {
    auto truth = Evaluation(*database_, analyzer_).run(query, domain_of(within));
    return Matches{truth.yes.items(), truth.maybe.items(), folder_.catalog().position};
  });
}

Result<std::vector<Hit>> FileIndex::rank(const TextQuery& query,
                                         const Items* within,
                                         std::size_t most) const {
  KONTOR_TRY(check_size(query));
  return reading("ranking by an index", [&]() -> Result<std::vector<Hit>> {
    if (database_->segments().empty()) return std::vector<Hit>();
    const auto truth = Evaluation(*database_, analyzer_).run(query, domain_of(within));
    return ranked(query, *database_, analyzer_, truth.yes, most);
  });
}

Result<std::vector<FieldText>> FileIndex::attachments(ItemId item) const {
  return reading("reading an index", [&]() -> Result<std::vector<FieldText>> {
    std::vector<FieldText> out;
    if (item > folder_.catalog().position) return fail(Errc::limit, "the item is not in the index");
    if (!has(item)) return out;
    ItemBits partial(present_->span());
    database_->add_items(mark::partial, partial);
    database_->add_items(mark::untried, partial);
    if (partial.has(item)) return fail(Errc::limit, "the index does not have all of its text");
    TextUnpacker unpacker;
    const auto data = database_->data_of(item);
    const auto packed = parse_packed(data);
    const auto texts = packed ? unpacker.unpack(*packed, database_->dictionaries()) : std::nullopt;
    if (!texts || !given_texts(*texts, out)) return fail(Errc::corrupt, "texts of a document");
    std::erase_if(out, [](const FieldText& text) { return text.field != Field::attachment; });
    return out;
  });
}

Result<std::uint64_t> FileIndex::untried() const {
  return reading("reading an index", [&]() -> Result<std::uint64_t> {
    ItemBits out(present_->span());
    database_->add_items(mark::untried, out);
    out &= *present_;
    return out.items().size();
  });
}

Result<bool> FileIndex::knows(std::string_view word) const {
  return reading("reading an index", [&]() -> Result<bool> {
    bool found = false;
    for_each_field(k_every_field, [&](Field field) {
      for (const auto& [segment, database, words] : database_->segments())
        found = found || database.term_exists(term_of(TermSpace::word, field, word));
    });
    return found;
  });
}

}  // namespace

Result<std::unique_ptr<AccountIndex>> AccountIndex::open(const std::string& folder,
                                                         const std::vector<std::string>& languages,
                                                         io::FileSystem& files) {
  auto index = std::make_unique<FileIndex>(files, folder, languages);
  KONTOR_TRY(index->open());
  return Result<std::unique_ptr<AccountIndex>>(std::move(index));
}

}  // namespace kontor::search
