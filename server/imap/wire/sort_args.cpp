// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/imap/wire/sort_args.hpp"

#include <algorithm>
#include <array>

#include "base/core/text.hpp"

namespace kontor::imap::wire {
namespace {

constexpr std::size_t k_max_sources = 100;

struct KeyRow {
  std::string_view name;
  SortKey key;
};
constexpr std::array k_keys{
    KeyRow{"ARRIVAL", SortKey::arrival},
    KeyRow{"CC", SortKey::cc},
    KeyRow{"DATE", SortKey::date},
    KeyRow{"FROM", SortKey::from},
    KeyRow{"SIZE", SortKey::size},
    KeyRow{"SUBJECT", SortKey::subject},
    KeyRow{"TO", SortKey::to},
    KeyRow{"DISPLAYFROM", SortKey::display_from},
    KeyRow{"DISPLAYTO", SortKey::display_to},
    KeyRow{"RELEVANCY", SortKey::relevancy},
};

struct AlgorithmRow {
  std::string_view name;
  ThreadAlgorithm algorithm;
};
constexpr std::array k_algorithms{
    AlgorithmRow{"ORDEREDSUBJECT", ThreadAlgorithm::ordered_subject},
    AlgorithmRow{"REFERENCES", ThreadAlgorithm::references},
    AlgorithmRow{"REFS", ThreadAlgorithm::refs},
};

Result<SortCriterion> criterion(Lexer& lexer) {
  SortCriterion out;
  if (lexer.accept_word("REVERSE")) {
    out.reverse = true;
    KONTOR_TRY(lexer.space());
  }
  KONTOR_TRY(const auto name, lexer.atom());
  const auto row =
      std::ranges::find_if(k_keys, [&](const KeyRow& r) { return iequals(r.name, name); });
  if (row == k_keys.end()) return syntax("an unknown sort criterion");
  out.key = row->key;
  return out;
}

// RFC 5256, 5: search-criteria = charset 1*(SP search-key)
Result<void> search_criteria(Lexer& lexer, Search& out) {
  KONTOR_TRY(lexer.space());
  KONTOR_TRY(auto charset, parse_search_charset(lexer));
  KONTOR_TRY(lexer.space());
  return parse_search_keys(lexer, std::move(charset), out);
}

}  // namespace

Result<Sort> parse_sort(std::string_view text) {
  Lexer lexer(text);
  Sort out;
  if (lexer.accept_word("RETURN")) {
    KONTOR_TRY(lexer.space());
    KONTOR_TRY(parse_search_returns(lexer, out.search));
    KONTOR_TRY(lexer.space());
  }
  KONTOR_TRY(lexer.expect('('));
  do {
    if (out.criteria.size() >= k_max_criteria) return syntax("too many sort criteria");
    KONTOR_TRY(const auto one, criterion(lexer));
    out.criteria.push_back(one);
  } while (lexer.accept(' '));
  KONTOR_TRY(lexer.expect(')'));
  KONTOR_TRY(search_criteria(lexer, out.search));
  const auto by_relevancy = [](const auto& one) { return one.key == SortKey::relevancy; };
  if (!out.search.fuzzy && std::ranges::any_of(out.criteria, by_relevancy))
    return syntax("RELEVANCY is for searches with FUZZY");  // RFC 6203, 6
  return out;
}

Result<Thread> parse_thread(std::string_view text) {
  Lexer lexer(text);
  Thread out;
  KONTOR_TRY(const auto name, lexer.atom());
  const auto row = std::ranges::find_if(
      k_algorithms, [&](const AlgorithmRow& r) { return iequals(r.name, name); });
  if (row == k_algorithms.end()) return syntax("an unknown threading algorithm");
  out.algorithm = row->algorithm;
  KONTOR_TRY(search_criteria(lexer, out.search));
  return out;
}

Result<MultiSearch> parse_multi_search(std::string_view text, bool utf8) {
  Lexer lexer(text, utf8);
  MultiSearch out;
  if (lexer.accept_word("IN")) {
    KONTOR_TRY(lexer.space());
    KONTOR_TRY(lexer.expect('('));
    do {
      if (out.sources.size() >= k_max_sources) return syntax("too many sources");
      if (lexer.next_is('(')) return syntax("an unknown scope option");
      KONTOR_TRY(auto source, parse_mailbox_filter(lexer));
      if (source.kind == FilterKind::selected_delayed)  // RFC 7377, 2.2
        return syntax("selected-delayed is for NOTIFY");
      out.sources.push_back(std::move(source));
    } while (lexer.accept(' '));
    KONTOR_TRY(lexer.expect(')'));
    KONTOR_TRY(lexer.space());
  }
  KONTOR_TRY(parse_search_program(lexer, out.search));
  if (!out.search.extended) {  // RFC 7377, 2.1: ALL is implied
    out.search.extended = true;
    out.search.returns = search_return::all;
  }
  return out;
}

Result<std::vector<std::string>> parse_cancel_update(std::string_view text) {
  Lexer lexer(text);
  std::vector<std::string> tags;
  do {
    if (tags.size() >= k_max_tags) return syntax("too many tags");
    KONTOR_TRY(auto tag, lexer.string());
    tags.push_back(std::move(tag));
  } while (lexer.accept(' '));
  KONTOR_TRY(lexer.end());
  return tags;
}

}  // namespace kontor::imap::wire
