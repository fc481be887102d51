// SPDX-License-Identifier: GPL-3.0-or-later
// One pass over the bytes. A run is gathered as it will be told; a chain is what single signs join
// without blanks, and is told as a whole when it ends.
#include "search/analyze/analyzer.hpp"

#include <algorithm>
#include <array>

#include "base/core/text.hpp"
#include "search/analyze/folding.hpp"
#include "search/analyze/name_key.hpp"
#include "search/analyze/pieces.hpp"
#include "search/analyze/stemmer.hpp"

namespace kontor::search {
namespace {

constexpr std::size_t k_longest_whole = 120;  // bytes
constexpr std::size_t k_longest_cut = 4'096;  // bytes that are cut into pieces at once
constexpr std::string_view k_joining = "-._/@:+&#'\\";
constexpr char32_t k_apostrophe = 0x2019, k_hyphen = 0x2011;

enum class Ascii : std::uint8_t { other, word, joining };
constexpr std::array<Ascii, 128> k_ascii = [] {
  std::array<Ascii, 128> out{};
  for (char c = 'a'; c <= 'z'; ++c) out[std::size_t(c)] = out[std::size_t(c - 32)] = Ascii::word;
  for (char c = '0'; c <= '9'; ++c) out[std::size_t(c)] = Ascii::word;
  for (const char c : k_joining) out[std::size_t(c)] = Ascii::joining;
  return out;
}();

bool is_ascii(char c) noexcept { return static_cast<unsigned char>(c) < 0x80; }

// Capitals of ASCII and of Cyrillic; of other letters whatever folding changes.
bool begins_name(std::string_view word) {
  if (is_ascii(word.front())) return word.front() >= 'A' && word.front() <= 'Z';
  const char32_t c = decode_at(word, 0).code_point;
  if (c >= 0x400 && c < 0x530) return c < 0x430;
  return !FoldTable::instance().of(c).same;
}

struct Span {
  std::size_t begin = 0;
  std::size_t end = 0;
};

struct Run {
  std::string text;
  Span at;  // bytes of the source
  bool unspaced = false;
  bool symbol = false;
};

struct Chain {
  struct Word {
    Span at;               // bytes of the source
    std::size_t text = 0;  // where it begins in `text`
    std::uint32_t position = 0;
    bool named = false;
  };
  std::string text;
  std::vector<Word> words;
  std::size_t end = 0;    // of the last word, in the source; none: 0
  bool too_long = false;  // neither text nor words are gathered any more
  char joint = 0;         // the sign behind the last word
  std::size_t joint_end = 0;
  bool apostrophes = true;  // all of its signs are
};

}  // namespace

struct Analyzer::State {
  explicit State(const std::vector<std::string>& languages) : stemmer(languages) {}
  Stemmer stemmer;
  Segmenter segmenter;
  Run run;
  Chain chain;
};

namespace {

class Scan {
 public:
  Scan(std::string_view text,
       Wanted wanted,
       const TokenSink& sink,
       std::uint32_t first,
       Stemmer& stemmer,
       Segmenter& segmenter,
       Run& run,
       Chain& chain)
      : text_(text),
        wanted_(wanted),
        sink_(sink),
        first_(first),
        position_(first),
        stemmer_(stemmer),
        segmenter_(segmenter),
        run_(run),
        chain_(chain) {
    run_.text.clear();
    chain_ = {};
  }

  Traits go() {
    for (std::size_t at = 0; at < text_.size();)
      at = is_ascii(text_[at]) ? take_ascii(at) : take_other(at);
    end_run();
    end_chain();
    traits_.positions = position_ - first_;
    return traits_;
  }

 private:
  std::size_t take_ascii(std::size_t at) {
    const Ascii kind = k_ascii[std::size_t(text_[at])];
    if (kind != Ascii::word) {
      end_run();
      if (kind == Ascii::joining || text_[at] == ',') join(text_[at], at, at + 1);
      return at + 1;
    }
    begin_run(at);
    do {
      run_.text.push_back(ascii_lower(text_[at++]));
    } while (at < text_.size() && is_ascii(text_[at]) &&
             k_ascii[std::size_t(text_[at])] == Ascii::word);
    run_.at.end = at;
    return at;
  }

  std::size_t take_other(std::size_t at) {
    const auto decoded = decode_at(text_, at);
    const Folded& folded = table_.of(decoded.code_point);
    const std::size_t end = at + decoded.size;
    traits_.exact = traits_.exact && (folded.exact || completes_i(folded));
    switch (folded.code_class) {
      case CodeClass::unspaced:
        traits_.unspaced = true;
        begin_run(at);
        run_.unspaced = true;
        append(folded, at, end);
        break;
      case CodeClass::word:
        begin_run(at);
        run_.symbol = run_.symbol || folded.symbol;
        append(folded, at, end);
        break;
      case CodeClass::nothing:
        if (!run_.text.empty()) append(folded, at, end);
        break;
      case CodeClass::separator:
        end_run();
        if (decoded.code_point == k_apostrophe) join('\'', at, end);
        if (decoded.code_point == k_hyphen) join('-', at, end);
        break;
      case CodeClass::mixed:
        take_mixed(table_.text(folded, decoded.of(text_, at)), at, end);
        break;
    }
    return end;
  }

  // The breve of й, written behind an и.
  bool completes_i(const Folded& folded) const { return folded.breve && run_.text.ends_with("и"); }

  void append(const Folded& folded, std::size_t at, std::size_t end) {
    append_term(run_.text, folded, decode_at(text_, at).of(text_, at));
    run_.at.end = end;
  }

  void take_mixed(std::string_view made, std::size_t at, std::size_t end) {
    for (std::size_t i = 0; i < made.size();) {
      const auto decoded = decode_at(made, i);
      const Folded& folded = table_.of(decoded.code_point);
      if (folded.code_class == CodeClass::separator) {
        end_run();
      } else {
        begin_run(at);
        run_.symbol = true;
        if (folded.code_class == CodeClass::unspaced) run_.unspaced = traits_.unspaced = true;
        append_term(run_.text, folded, decoded.of(made, i));
        run_.at.end = end;
      }
      i += decoded.size;
    }
  }

  void begin_run(std::size_t at) {
    if (!run_.text.empty()) return;
    if (chain_.joint != 0 && (chain_.joint_end != at || !joins(at))) end_chain();
    if (chain_.joint == 0 && chain_.end != 0) end_chain();
    run_.at = {at, at};
    run_.unspaced = run_.symbol = false;
  }

  // ',' joins digits only.
  bool joins(std::size_t at) const {
    return chain_.joint != ',' || (is_digit(text_[at]) && is_digit(text_[chain_.end - 1]));
  }

  void join(char sign, std::size_t at, std::size_t end) {
    if (chain_.end == 0 || chain_.end != at) return;
    if (sign == ':' && text_.substr(at).starts_with("://")) return;  // the scheme stays outside
    chain_.joint = sign;
    chain_.joint_end = end;
  }

  void end_run() {
    if (run_.text.empty()) return;
    traits_.longest_run = std::max(traits_.longest_run, run_.text.size());
    const std::uint32_t position = position_;
    tell(TermKind::word, run_.text, position, run_.at);
    if (!((run_.unspaced || run_.symbol) && tell_pieces())) {
      tell_stems(run_.text, position, run_.at);
      ++position_;
    }
    const auto source = text_.substr(run_.at.begin, run_.at.end - run_.at.begin);
    const bool named = wanted_.names == Names::every ||
                       (wanted_.names == Names::capitalised && begins_name(source));
    if (named) tell_name(position, run_.at);
    add_to_chain(position, named);
    run_.text.clear();
  }

  void tell(TermKind kind, std::string_view term, std::uint32_t position, Span at) {
    sink_({kind, term, position, at.begin, at.end});
  }

  void tell_stems(std::string_view term, std::uint32_t position, Span at) {
    if (!wanted_.stems) return;
    for (const auto& stem : stemmer_.stems(term)) tell(TermKind::stem, stem, position, at);
  }

  void tell_name(std::uint32_t position, Span at) {
    if (const auto key = name_key(text_.substr(at.begin, at.end - at.begin)))
      tell(TermKind::name, key->kept, position, at);
  }

  // False: the run is one piece.
  bool tell_pieces() {
    std::vector<Span> pieces;
    Span plain{run_.at.begin, run_.at.begin};
    for (std::size_t at = run_.at.begin; at < run_.at.end;) {
      const auto decoded = decode_at(text_, at);
      const Folded& folded = table_.of(decoded.code_point);
      const bool outside = folded.symbol || folded.code_class == CodeClass::mixed;
      if (outside || plain.end - plain.begin >= k_longest_cut) {
        cut(plain, pieces);
        plain.begin = outside ? at + decoded.size : at;
      }
      at += decoded.size;
      plain.end = at;
    }
    cut(plain, pieces);
    if (pieces.empty() || (pieces.size() == 1 && term_of(pieces.front()) == run_.text))
      return false;
    for (const auto piece : pieces) {
      const auto term = term_of(piece);
      tell(TermKind::piece, term, position_, piece);
      tell_stems(term, position_, piece);
      ++position_;
    }
    return true;
  }

  void cut(Span plain, std::vector<Span>& pieces) {
    if (plain.end <= plain.begin) return;
    const auto add = [&](std::size_t begin, std::size_t end) {
      const Span piece{plain.begin + begin, plain.begin + end};
      if (!term_of(piece).empty()) pieces.push_back(piece);
    };
    if (run_.unspaced)
      segmenter_.cut(text_.substr(plain.begin, plain.end - plain.begin), add);
    else
      add(0, plain.end - plain.begin);
  }

  std::string term_of(Span at) const {
    return fold_term(text_.substr(at.begin, at.end - at.begin));
  }

  void add_to_chain(std::uint32_t position, bool named) {
    chain_.end = run_.at.end;
    if (chain_.joint != 0) {
      chain_.apostrophes = chain_.apostrophes && chain_.joint == '\'';
      if (!chain_.too_long) chain_.text.push_back(chain_.joint);
    }
    if (chain_.text.size() + run_.text.size() > k_longest_whole) chain_.too_long = true;
    chain_.joint = 0;
    if (chain_.too_long) return;
    chain_.words.push_back({run_.at, chain_.text.size(), position, named});
    chain_.text.append(run_.text);
  }

  void end_chain() {
    if (chain_.words.size() > 1) {
      if (chain_.text.contains('@')) tell_address_names();
      if (wanted_.wholes) tell_wholes();
      if (wanted_.names != Names::none && chain_.apostrophes && !chain_.too_long)
        tell_name(chain_.words.front().position,
                  {chain_.words.front().at.begin, chain_.words.back().at.end});
    }
    chain_.text.clear();
    chain_.words.clear();
    chain_.end = 0;
    chain_.joint = 0;
    chain_.too_long = false;
    chain_.apostrophes = true;
  }

  void tell_address_names() {
    if (wanted_.names != Names::capitalised) return;
    for (const auto& word : chain_.words)
      if (!word.named) tell_name(word.position, word.at);
  }

  // The domain of an address and the host of a URL, then all of it.
  void tell_wholes() {
    const std::string_view text = chain_.text;
    if (const auto at = text.rfind('@'); at != std::string_view::npos)
      tell_whole(at + 1, text.size());
    else if (const auto slash = text.find('/'); slash != std::string_view::npos)
      if (text.substr(0, slash).contains('.')) tell_whole(0, slash);
    tell_whole(0, text.size());
  }

  // From one place of the chain's text to another, if there are several words in between.
  void tell_whole(std::size_t begin, std::size_t end) {
    if (chain_.too_long && end == chain_.text.size()) return;
    const Chain::Word* first = nullptr;
    const Chain::Word* last = nullptr;
    for (const auto& word : chain_.words) {
      if (word.text < begin || word.text >= end) continue;
      if (first == nullptr) first = &word;
      last = &word;
    }
    if (first == last) return;
    tell(TermKind::whole, std::string_view(chain_.text).substr(begin, end - begin), first->position,
         {first->at.begin, last->at.end});
  }

  const FoldTable& table_ = FoldTable::instance();
  std::string_view text_;
  Wanted wanted_;
  const TokenSink& sink_;
  std::uint32_t first_;
  std::uint32_t position_;
  Stemmer& stemmer_;
  Segmenter& segmenter_;
  Run& run_;
  Chain& chain_;
  Traits traits_;
};

}  // namespace

Analyzer::Analyzer(const std::vector<std::string>& languages)
    : state_(std::make_unique<State>(languages)) {}
Analyzer::Analyzer(Analyzer&&) noexcept = default;
Analyzer::~Analyzer() = default;

Traits Analyzer::analyze(std::string_view text,
                         Wanted wanted,
                         const TokenSink& sink,
                         std::uint32_t first_position) {
  return Scan(text, wanted, sink, first_position, state_->stemmer, state_->segmenter, state_->run,
              state_->chain)
      .go();
}

Wanted wanted_in(Field field) {
  Wanted wanted;
  const bool of_people = field == Field::from || field == Field::to || field == Field::cc ||
                         field == Field::bcc || field == Field::subject ||
                         field == Field::attachment_name;
  wanted.names = of_people ? Names::every : Names::capitalised;
  return wanted;
}

}  // namespace kontor::search
