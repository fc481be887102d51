// SPDX-License-Identifier: GPL-3.0-or-later
// Words are kept as references into the texts of their entries, with their first eight bytes beside
// them: a search over some hundred thousand touches few entries.
#include "directory/gal/book.hpp"

#include <algorithm>
#include <map>
#include <mutex>

#include "base/core/text.hpp"
#include "base/mime/name_order.hpp"
#include "directory/gal/book_words.hpp"
#include "directory/gal/sorted_list.hpp"
#include "directory/model/attributes.hpp"
#include "directory/model/hashes.hpp"
#include "directory/model/persistent_map.hpp"
#include "directory/model/source.hpp"

namespace kontor::directory {
namespace {

using Entry = std::shared_ptr<const BookEntry>;

struct InOrder {
  bool operator()(const BookEntry* a, const BookEntry* b) const { return is_before(*a, *b); }
  bool operator()(const Entry& a, const Entry& b) const { return is_before(*a, *b); }
};

std::uint64_t head_of(std::string_view word) {
  std::uint64_t head = 0;
  for (std::size_t i = 0; i < 8; ++i)
    head = head << 8U | (i < word.size() ? static_cast<std::uint8_t>(word[i]) : 0U);
  return head;
}

struct Word {
  std::uint64_t head;      // its first bytes
  const BookEntry* entry;  // of the same book, which keeps it
  std::uint32_t offset;    // in entry->words
  std::uint16_t size;
  WordField field;

  std::string_view text() const { return std::string_view(entry->words).substr(offset, size); }
  bool is_before(std::uint64_t other_head, std::string_view other) const {
    return head != other_head ? head < other_head : text() < other;
  }
};

struct ByWord {
  bool operator()(const Word& a, const Word& b) const {
    if (a.head != b.head) return a.head < b.head;
    if (const int compared = a.text().compare(b.text()); compared != 0) return compared < 0;
    return a.entry->principal->id < b.entry->principal->id;
  }
};

template <class Work>
void for_each_word_of(const BookEntry& entry, const Work& work) {
  for_each_word(entry.words, [&](WordField field, std::string_view word, std::size_t at) {
    work(Word{head_of(word), &entry, static_cast<std::uint32_t>(at),
              static_cast<std::uint16_t>(word.size()), field});
  });
}

// Rooms' accounts are disabled by custom.
bool is_shown(const Principal& one) {
  if (one.mail_rules.is_hidden) return false;
  if (one.kind == Kind::person && one.state != State::enabled) return false;
  return !one.mail.empty() || (one.kind == Kind::contact && !one.mail_rules.target_address.empty());
}

Entry make_entry(const std::shared_ptr<const Principal>& principal, const Spelling& spelling) {
  BookEntry entry;
  entry.principal = principal;
  entry.mail = principal->mail.empty() ? principal->mail_rules.target_address : principal->mail;
  entry.dn = principal->dn;
  if (entry.dn.empty()) {
    entry.dn = "cn=" + escape_dn_value(entry.mail);
    if (const auto context = dn_of_domain(principal->domain); !context.empty())
      entry.dn += "," + context;
  }
  entry.folded_dn = fold_dn(entry.dn);
  entry.order = mime::name_order_key(principal->name.empty() ? entry.mail : principal->name);
  entry.words = make_words(*principal, spelling);
  return std::make_shared<const BookEntry>(std::move(entry));
}

// How well an entry fits what was typed; the least is the best.
constexpr unsigned score_of(WordField field, bool is_whole) {
  return static_cast<unsigned>(field) * 2 + (is_whole ? 0 : 1);
}

// One word of what was typed, in the forms it may have in the book.
using Forms = std::vector<std::string>;

Forms forms_of(std::string_view word, const Spelling& spelling) {
  Forms forms{spelling.fold(word)};
  for (auto& key : spelling.keys_of_prefix(word)) forms.push_back(std::move(key));
  return forms;
}

std::vector<Forms> forms_of_text(std::string_view text, const Spelling& spelling) {
  if (const auto digits = telephone_digits(text); digits.size() > 1) {
    // Inside Russia "8" is dialled where "+7" is written.
    return {digits.starts_with('8') && digits.size() > 4 ? Forms{digits, digits.substr(1)}
                                                         : Forms{digits}};
  }
  std::vector<Forms> all;
  for (const auto part : split(text, ' ')) {
    if (part.contains('@'))
      all.push_back({spelling.fold(trim(part))});
    else
      for (const auto word : words_of(part)) all.push_back(forms_of(word, spelling));
  }
  return all;
}

std::optional<unsigned> score_in(const BookEntry& entry, const Forms& forms) {
  std::optional<unsigned> best;
  for_each_word(entry.words, [&](WordField field, std::string_view word, std::size_t) {
    for (const auto& form : forms)
      if (word.starts_with(form)) {
        const unsigned score = score_of(field, word.size() == form.size());
        if (!best || score < *best) best = score;
      }
  });
  return best;
}

}  // namespace

bool is_before(const BookEntry& a, const BookEntry& b) {
  if (const int compared = a.order.compare(b.order); compared != 0) return compared < 0;
  return a.principal->id < b.principal->id;
}

struct Book::Index {
  SortedList<Entry, InOrder> entries;
  SortedList<Word, ByWord> words;
  PersistentMap<PrincipalId, Entry, IdHash> by_id;
  PersistentMap<std::string, PrincipalId, TextHash> by_dn;  // folded; hidden people, too
  PersistentMap<std::string, BookUnit, TextHash> units;     // by folded DN

  void count_units(const BookEntry& entry, bool is_more) {
    const std::size_t last = context_of_dn(entry.folded_dn).size();
    auto folded = parent_of_dn(entry.folded_dn);
    auto dn = parent_of_dn(entry.dn);
    for (; folded.size() >= last && !folded.empty();
         folded = parent_of_dn(folded), dn = parent_of_dn(dn)) {
      auto& unit = units.edit(std::string(folded));
      if (unit.dn.empty()) unit.dn = dn;
      unit.entries += is_more ? 1U : ~0U;
      if (unit.entries == 0) units.erase(std::string(folded));
    }
  }

  // Into what is not sorted yet: the lists are made of it at once.
  Entry note(const std::shared_ptr<const Principal>& principal, const Spelling& spelling) {
    const bool shown = is_shown(*principal);
    if (!shown && (principal->kind != Kind::person || !principal->has_mailbox())) return nullptr;
    auto entry = shown ? make_entry(principal, spelling) : nullptr;
    by_dn.set(shown ? entry->folded_dn : fold_dn(principal->dn), principal->id);
    if (!shown) return nullptr;
    by_id.set(principal->id, entry);
    count_units(*entry, true);
    return entry;
  }

  void put(const std::shared_ptr<const Principal>& principal, const Spelling& spelling) {
    const auto entry = note(principal, spelling);
    if (!entry) return;
    entries.insert(entry);
    for_each_word_of(*entry, [&](const Word& word) { words.insert(word); });
  }

  void drop(const Principal& principal) {
    const Entry* found = by_id.find(principal.id);
    const Entry entry = found != nullptr ? *found : nullptr;  // kept until its words are gone
    const auto dn = entry ? entry->folded_dn : fold_dn(principal.dn);
    if (const auto* owner = by_dn.find(dn); owner != nullptr && *owner == principal.id)
      by_dn.erase(dn);
    if (!entry) return;
    for_each_word_of(*entry, [&](const Word& word) { words.erase(word); });
    entries.erase(entry);
    by_id.erase(principal.id);
    count_units(*entry, false);
  }

  // work(word) for each that begins with `prefix`, until it says false.
  template <class Work>
  void visit_words(std::string_view prefix, const Work& work) const {
    const auto head = head_of(prefix);
    words.visit_from(
        [&](const Word& word) { return word.is_before(head, prefix); },
        [&](const Word& word) { return word.text().starts_with(prefix) && work(word); });
  }
};

Book::Book(std::shared_ptr<const DirectoryCopy> copy, std::shared_ptr<const Spelling> spelling)
    : copy_(std::move(copy)), spelling_(std::move(spelling)) {
  auto index = std::make_unique<Index>();
  std::vector<Entry> entries;
  std::vector<Word> words;
  for (const auto& principal : copy_->all()) {
    auto entry = index->note(principal, *spelling_);
    if (!entry) continue;
    for_each_word_of(*entry, [&](const Word& word) { words.push_back(word); });
    entries.push_back(std::move(entry));
  }
  index->entries = SortedList<Entry, InOrder>(std::move(entries));
  index->words = SortedList<Word, ByWord>(std::move(words));
  index_ = std::move(index);
}

Book::Book(std::shared_ptr<const DirectoryCopy> copy,
           std::shared_ptr<const Spelling> spelling,
           std::unique_ptr<const Index> index)
    : copy_(std::move(copy)), spelling_(std::move(spelling)), index_(std::move(index)) {}

Book::~Book() = default;

std::shared_ptr<const Book> Book::with(std::shared_ptr<const DirectoryCopy> copy) const {
  const auto difference = copy->difference_from(*copy_);
  const std::size_t changes =
      difference.added.size() + difference.changed.size() + difference.removed.size();
  // Sorting anew is cheaper than many insertions.
  if (changes > std::max<std::size_t>(500, size() / 4))
    return std::make_shared<const Book>(std::move(copy), spelling_);
  auto index = std::make_unique<Index>(*index_);
  for (const auto* ids : {&difference.removed, &difference.changed})
    for (const auto& id : *ids)
      if (const auto before = copy_->find(id)) index->drop(*before);
  for (const auto* ids : {&difference.added, &difference.changed})
    for (const auto& id : *ids)
      if (const auto after = copy->find(id)) index->put(after, *spelling_);
  return std::shared_ptr<const Book>(new Book(std::move(copy), spelling_, std::move(index)));
}

std::size_t Book::size() const noexcept { return index_->entries.size(); }

void Book::visit(const std::function<bool(const BookEntry&)>& work) const {
  index_->entries.visit([&](const Entry& entry) { return work(*entry); });
}

const BookEntry* Book::find(const PrincipalId& id) const {
  const Entry* found = index_->by_id.find(id);
  return found != nullptr ? found->get() : nullptr;
}

const BookEntry* Book::find_dn(std::string_view folded_dn) const {
  const PrincipalId* id = index_->by_dn.find(folded_dn);
  return id != nullptr ? find(*id) : nullptr;
}

const BookEntry* Book::find_address(std::string_view address) const {
  const auto principal = copy_->find_address(address);
  return principal ? find(principal->id) : nullptr;
}

std::optional<PrincipalId> Book::person_of_dn(std::string_view folded_dn) const {
  const PrincipalId* id = index_->by_dn.find(folded_dn);
  return id != nullptr && !folded_dn.empty() ? std::optional(*id) : std::nullopt;
}

void Book::visit_units(const std::function<void(std::string_view, const BookUnit&)>& work) const {
  std::map<std::string_view, const BookUnit*> sorted;
  index_->units.for_each(
      [&](const std::string& dn, const BookUnit& unit) { sorted.emplace(dn, &unit); });
  for (const auto& [dn, unit] : sorted) work(dn, *unit);
}

const BookUnit* Book::find_unit(std::string_view folded_dn) const {
  return index_->units.find(folded_dn);
}

std::vector<std::string> Book::contexts() const {
  std::vector<std::string> contexts;
  visit_units([&](std::string_view folded_dn, const BookUnit& unit) {
    if (context_of_dn(folded_dn) == folded_dn) contexts.push_back(unit.dn);
  });
  return contexts;
}

std::vector<const BookEntry*> Book::complete(std::string_view text, std::size_t limit) const {
  auto all = forms_of_text(text, *spelling_);
  if (all.empty()) return {};
  // The longest word has the fewest entries, as a rule.
  std::ranges::sort(all, std::ranges::greater(), [](const Forms& one) { return one[0].size(); });
  std::map<const BookEntry*, unsigned> scores;
  for (const auto& form : all[0])
    index_->visit_words(form, [&](const Word& word) {
      const unsigned score = score_of(word.field, word.size == form.size());
      const auto [at, is_new] = scores.emplace(word.entry, score);
      at->second = std::min(at->second, score);
      return true;
    });
  std::vector<std::pair<unsigned, const BookEntry*>> found;
  for (const auto& [entry, first_score] : scores) {
    std::optional<unsigned> score = first_score;
    for (std::size_t i = 1; i < all.size() && score; ++i) {
      const auto more = score_in(*entry, all[i]);
      score = more ? std::optional(*score + *more) : std::nullopt;
    }
    if (score) found.emplace_back(*score, entry);
  }
  const auto is_better = [](const auto& a, const auto& b) {
    return a.first != b.first ? a.first < b.first : InOrder()(a.second, b.second);
  };
  const std::size_t count = std::min(limit, found.size());
  std::ranges::partial_sort(found, found.begin() + static_cast<std::ptrdiff_t>(count), is_better);
  std::vector<const BookEntry*> best;
  for (std::size_t i = 0; i < count; ++i) best.push_back(found[i].second);
  return best;
}

std::optional<std::vector<const BookEntry*>> Book::beginning_with(std::string_view text,
                                                                  std::size_t most) const {
  const auto folded = spelling_->fold(trim(text));
  const auto words = words_of(folded);
  if (words.empty() || !folded.starts_with(words.front())) return std::nullopt;
  std::vector<const BookEntry*> found;
  bool is_too_many = false;
  index_->visit_words(words.front(), [&](const Word& word) {
    found.push_back(word.entry);
    is_too_many = found.size() > most;
    return !is_too_many;
  });
  if (is_too_many) return std::nullopt;
  std::ranges::sort(found, InOrder());
  const auto [first, last] = std::ranges::unique(found);
  found.erase(first, last);
  return found;
}

struct BookKeeper::State {
  using Copy = std::shared_ptr<const DirectoryCopy>;

  const Directory& directory;
  std::shared_ptr<const Spelling> spelling;  // shared with the books
  const BookAdditions additions;
  std::mutex copy_mutex = {};  // what follows; taken for a moment
  Copy of_directory = {}, copy = {};
  std::uint64_t generation = 0, version = 0;
  std::vector<Principal> added = {};
  std::mutex mutex = {};                  // the book; taken while it is made
  std::shared_ptr<const Book> book = {};  // shared with who reads it

  Copy newest() {
    const std::lock_guard lock(copy_mutex);
    auto current = directory.current();
    bool is_changed = current != of_directory;
    const auto now = additions.version ? additions.version() : version;
    if (additions.version && (is_changed || now != version)) {
      version = now;
      auto all = additions.all();
      is_changed = is_changed || all != added;
      added = std::move(all);
    }
    if (!is_changed) return copy;
    of_directory = std::move(current);
    Changes more;
    for (const auto& one : added)
      if (of_directory->find_claimants(one.mail).empty()) more.upserts.push_back(one);
    copy = of_directory->with(std::move(more), ++generation);
    return copy;
  }
};

BookKeeper::BookKeeper(const Directory& directory, Spelling spelling, BookAdditions additions)
    : state_(std::make_unique<State>(
          directory, std::make_shared<const Spelling>(std::move(spelling)), std::move(additions))) {
}

BookKeeper::~BookKeeper() = default;

std::uint64_t BookKeeper::generation() const { return state_->newest()->generation(); }

std::shared_ptr<const Book> BookKeeper::current() const {
  const std::lock_guard lock(state_->mutex);
  auto copy = state_->newest();
  auto& book = state_->book;
  if (!book)
    book = std::make_shared<const Book>(std::move(copy), state_->spelling);
  else if (&book->copy() != copy.get())
    book = book->with(std::move(copy));
  return book;
}

}  // namespace kontor::directory
