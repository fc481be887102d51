// SPDX-License-Identifier: GPL-3.0-or-later
// Stems are not posted: what has a stem is noted once a segment in Xapian's table of synonyms, and
// a query asks for the words it names. That halves the postings. Positions are not kept either:
// the texts are, and a phrase is looked for in those of the few documents with all its words.
#include "search/index/segment_writer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>
#include <unordered_set>

#include "base/mime/decode.hpp"
#include "search/index/index_terms.hpp"
#include "search/index/stored_texts.hpp"
#include "search/index/word_pairs.hpp"
#include "search/index/xapian_call.hpp"

namespace kontor::search {
namespace {

constexpr int k_flags =
    Xapian::DB_CREATE_OR_OVERWRITE | Xapian::DB_NO_SYNC | Xapian::DB_BACKEND_GLASS;

struct Hash {
  using is_transparent = void;
  std::size_t operator()(std::string_view text) const {
    return std::hash<std::string_view>()(text);
  }
};

bool is_ascii(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

}  // namespace

struct SegmentWriter::State {
  State(std::string path, Analyzer& words, Stemmer& forms, DictionaryPtr dictionary)
      : folder(std::move(path)), analyzer(words), stemmer(forms), packer(std::move(dictionary)) {}

  // False: the document at hand had it already.
  bool count(std::string_view text, TermSpace space, Field field);
  void note_stems(std::string_view word);
  void add_text(const FieldText& text);
  void add_header(std::string_view text);
  void keep(const FieldText& text, bool as_given);

  std::string folder;
  Analyzer& analyzer;
  Stemmer& stemmer;
  TextPacker packer;
  std::unique_ptr<Xapian::WritableDatabase> database;
  std::unordered_set<std::string, Hash, std::equal_to<>>
      noted;  // words whose stems are in the database
  // Stems and words: noted in order in the end, each alone would be a change of the table.
  std::vector<std::pair<std::string, std::string>> notes;
  Segment segment;
  std::uint64_t text_bytes = 0;

  // Of the document at hand.
  std::unordered_map<std::string, Xapian::termcount> terms;
  std::string term;
  StoredTexts texts;
  WordPairs pairs;
};

SegmentWriter::SegmentWriter(std::string folder,
                             Analyzer& analyzer,
                             Stemmer& stemmer,
                             DictionaryPtr dictionary)
    : state_(std::make_unique<State>(std::move(folder), analyzer, stemmer, std::move(dictionary))) {
}
SegmentWriter::~SegmentWriter() = default;

std::uint64_t SegmentWriter::text_bytes() const { return state_->text_bytes; }

bool SegmentWriter::State::count(std::string_view text, TermSpace space, Field field) {
  if (text.size() > k_longest_term) {
    terms.try_emplace(mark::long_run, 0);
    return false;
  }
  term.assign(1, static_cast<char>(static_cast<int>(space) + static_cast<int>(field)));
  term.append(text);
  const auto found = terms.find(term);
  if (found != terms.end()) {
    ++found->second;
    return false;
  }
  if (terms.size() >= k_most_terms) {
    terms.try_emplace(mark::cut, 0);
    return false;
  }
  terms.emplace(term, 1);
  return true;
}

void SegmentWriter::State::note_stems(std::string_view word) {
  if (noted.contains(word)) return;
  noted.emplace(word);
  for (const auto& stem : stemmer.stems(word))
    if (stem.size() <= k_longest_term) notes.emplace_back(stem, word);
}

void SegmentWriter::State::add_header(std::string_view text) {
  terms.try_emplace(mark::header, 0);
  if (!is_ascii(text)) terms.try_emplace(mark::wide_header, 0);
}

void SegmentWriter::State::keep(const FieldText& text, bool as_given) {
  const auto folded = mime::fold_case(text.text);
  if (texts.size() + folded.size() + (as_given ? text.text.size() : 0) > k_most_text) {
    terms.try_emplace(mark::partial, 0);
    return;
  }
  texts.add_folded(text.field, folded);
  if (as_given) texts.add_given(text);
}

void SegmentWriter::State::add_text(const FieldText& text) {
  auto wanted = wanted_in(text.field);
  const bool stems = wanted.stems;
  wanted.stems = false;
  bool pieces = false;
  pairs.begin_text();
  const auto traits = analyzer.analyze(text.text, wanted, [&](const Token& token) {
    switch (token.kind) {
      case TermKind::piece:
        pieces = true;
        [[fallthrough]];
      case TermKind::word:
        pairs.add(token);
        if (count(token.term, TermSpace::word, text.field) && stems) note_stems(token.term);
        return;
      case TermKind::whole:
        count(token.term, TermSpace::whole, text.field);
        return;
      case TermKind::name:
        count(token.term, TermSpace::name, text.field);
        return;
      case TermKind::stem:
        return;
    }
  });
  if (!traits.exact) terms.try_emplace(mark::inexact, 0);
  if (traits.unspaced) terms.try_emplace(mark::unspaced, 0);
  // Where a sign was spelled out or a run was cut, the folded text does not show it.
  keep(text, pieces || text.field == Field::attachment);
}

Result<void> SegmentWriter::add(const Document& document) {
  auto& state = *state_;
  return xapian_call("adding to an index", [&] {
    if (!state.database)
      state.database = std::make_unique<Xapian::WritableDatabase>(state.folder + "/new", k_flags);
    state.terms.clear();
    state.texts = {};
    state.pairs.clear();
    std::uint64_t bytes = 0;
    for (const auto& text : document.texts) {
      bytes += text.text.size();
      if (text.field == Field::header)
        state.add_header(text.text);
      else
        state.add_text(text);
    }
    if (document.has_attachment) state.terms.try_emplace(mark::attachment, 0);
    if (document.reading == Reading::not_tried) state.terms.try_emplace(mark::untried, 0);
    Xapian::Document made;
    for (const auto& [term, count] : state.terms) made.add_term(term, count);
    made.set_data(state.packer.pack(state.texts.take(), state.pairs.bits()));
    state.database->replace_document(static_cast<Xapian::docid>(document.item), made);
    auto& segment = state.segment;
    if (segment.documents == 0) segment.first = document.item;
    segment.last = document.item;
    ++segment.documents;
    state.text_bytes += bytes;
  });
}

Result<Segment> SegmentWriter::finish() {
  auto& state = *state_;
  return xapian_call("packing an index", [&]() -> Result<Segment> {
    std::ranges::sort(state.notes);
    for (const auto& [stem, word] : state.notes) state.database->add_synonym(stem, word);
    state.database->commit();
    state.database->close();
    state.database.reset();
    Xapian::Database made(state.folder + "/new");
    made.compact(state.folder + "/packed",
                 Xapian::DBCOMPACT_SINGLE_FILE | Xapian::DBCOMPACT_NO_RENUMBER);
    return state.segment;
  });
}

}  // namespace kontor::search
