// SPDX-License-Identifier: GPL-3.0-or-later
// Analyzer: the words of a text, the same for the index, for queries and for snippets.
//
// A word is a maximal run of letters and digits under K (search/analyze/folding.hpp), cut nowhere:
// exact searches rely on it. Where scripts write no spaces, and around signs that K spells out
// ("№123"), the parts of a run are told besides. One thread at a time; memory for the longest run.
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "search/fields/document.hpp"

namespace kontor::search {

enum class TermKind : std::uint8_t {
  word,   // a run, of any length, as fold_term() gives it
  piece,  // a part of the run before: counted as a word of its own for phrases
  stem,   // of the word or piece before
  whole,  // words joined by signs: an e-mail address, a host, "gost-r", "аб-123/45"; the words are
          // told too, so that who finds a whole finds the phrase of its words
  name,   // NameKey::kept of the word of this range, or of words joined by apostrophes
};

struct Token {
  TermKind kind = TermKind::word;
  std::string_view term;       // until the sink returns
  std::uint32_t position = 0;  // of words and pieces, each one more than the last; a run has that
                               // of its first piece, a whole that of its first word
  std::size_t begin = 0;       // bytes of the text
  std::size_t end = 0;
};
using TokenSink = std::function<void(const Token&)>;

// Which words get a name key.
enum class Names : std::uint8_t {
  none,
  capitalised,  // and those of e-mail addresses
  every,
};
struct Wanted {
  bool stems = true;
  bool wholes = true;
  Names names = Names::none;
};
// What a field's text is analysed for by index and matcher alike.
Wanted wanted_in(Field field);

// What was seen in a text.
struct Traits {
  std::uint32_t positions = 0;  // used
  bool exact = true;            // mime::fold_case makes no more of it than fold_term() does
  bool unspaced = false;        // has a script without spaces: ordinary words need not be runs
  std::size_t longest_run = 0;  // bytes
};

// One word of what a person looks for. A text has it when it has one of these:
struct QueryWord {
  std::vector<std::string> terms;  // all: words or pieces, one after the other; nearly always one
  std::vector<std::string> stems;  // with one term: a stem equal to one of these
  std::vector<std::string> names;  // a name equal to one of these
  std::string run;                 // unless empty: a word equal to this; the terms are its pieces
  std::string whole;               // unless empty: this whole
  std::size_t begin = 0;           // bytes of the query's text
  std::size_t end = 0;
};

class Analyzer {
 public:
  // Languages: of the settings.
  explicit Analyzer(const std::vector<std::string>& languages);
  Analyzer(Analyzer&&) noexcept;
  ~Analyzer();

  // The tokens of UTF-8 text in order of their ends; positions begin with `first_position`.
  Traits analyze(std::string_view text,
                 Wanted wanted,
                 const TokenSink& sink,
                 std::uint32_t first_position = 0);
  // The words of a query. Parts joined by hyphens alone are words of their own
  // ("интернет-магазин"); with other signs or digits they stay together ("АБ-123/45",
  // "ivanov@example.com").
  std::vector<QueryWord> query_words(std::string_view text);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace kontor::search
