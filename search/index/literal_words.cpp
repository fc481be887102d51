// SPDX-License-Identifier: GPL-3.0-or-later
#include "search/index/literal_words.hpp"

#include <algorithm>

#include "base/mime/decode.hpp"
#include "search/analyze/folding.hpp"

namespace kontor::search {
namespace {

// What things cost, in ns as bench_search has shown; only their ratios count.
constexpr std::uint64_t k_text = 14'000;  // to read the texts of an item
constexpr std::uint64_t k_walk = 4'000;   // to look at all words, for each item of a segment
constexpr std::uint64_t k_look = 400;     // the same by a list of them
constexpr std::uint64_t k_seek = 1'500;   // to find the postings of a word
constexpr std::uint64_t k_posting = 25;

constexpr std::uint64_t k_few_bytes = 1'000'000'000;  // of an index; half of them are texts

constexpr std::size_t k_most_hits = 1U << 17U;
constexpr std::size_t k_between_looks = 32;

constexpr std::string_view k_i = "и";

std::uint64_t cost_of(Xapian::doccount postings) { return k_seek + k_posting * postings; }

// With which the terms of all words begin that fit; empty: nothing is known of that.
std::string_view prefix_of(const NeedleRun& run) {
  if (!run.begins_word) return {};
  const std::string_view text = run.text;
  return text.substr(0, text.find(k_i));
}

// Half of all words fit: to look at them all takes longer than to read the texts.
bool is_one_letter(std::string_view text) { return decode_at(text, 0).size == text.size(); }

}  // namespace

void add_postings(const Xapian::Database& database, const std::string& term, ItemBits& out) {
  const auto end = database.postlist_end(term);
  for (auto it = database.postlist_begin(term); it != end; ++it)
    if (out.span().has(*it)) out.add(*it);
}

void LiteralWords::Hits::add(Hit hit) {
  cost += cost_of(hit.postings);
  kept.push_back(std::move(hit));
  if (kept.size() < k_most_hits) return;
  const auto half = kept.begin() + static_cast<std::ptrdiff_t>(kept.size() / 2);
  std::ranges::nth_element(kept, half, std::ranges::greater(), &Hit::postings);
  kept.erase(half, kept.end());
  complete = false;
}

void LiteralWords::Hits::take(Hits hits) {
  const auto all = cost + hits.cost;
  for (auto& hit : hits.kept) add(std::move(hit));
  cost = all;
  complete = complete && hits.complete;
}

// One walk through the words of a segment for all of `runs`.
std::vector<LiteralWords::Hits> LiteralWords::walk(const OpenSegment& open,
                                                   std::span<const NeedleRun> runs,
                                                   std::string_view prefix) {
  std::vector<Hits> out(runs.size());
  std::string buffer;
  for_each_field(fields_, [&](Field field) {
    for_each_word(open.database, field, prefix,
                  [&](std::string_view word, Xapian::TermIterator& it) {
                    const auto key = folded_term(word, buffer);
                    for (std::size_t i = 0; i < runs.size(); ++i)
                      if (runs[i].fits(key)) out[i].add({&open.database, it.get_termfreq(), *it});
                  });
  });
  return out;
}

std::vector<LiteralWords::Hits> LiteralWords::look(std::span<const NeedleRun> runs,
                                                   std::string_view prefix) {
  std::vector<Hits> out(runs.size());
  for (const auto& open : database_.segments()) {
    std::vector<Hits> some(runs.size());
    const bool listed = prefix.empty() && open.words.look(fields_, runs, [&](WordList::Word word) {
      some[word.run].add({&open.database, word.postings, std::move(word.term)});
    });
    if (!listed) some = walk(open, runs, prefix);
    for (std::size_t i = 0; i < runs.size(); ++i) out[i].take(std::move(some[i]));
  }
  return out;
}

bool LiteralWords::is_dear_to_read(const ItemBits& items) const {
  std::uint64_t looking = 0;
  for (const auto& open : database_.segments())
    looking += open.segment.documents * (open.words.is_there() ? k_look : k_walk);
  return items.count() * k_text > looking;
}

// One query reads so much (Work).
bool LiteralWords::are_texts_few() const {
  std::uint64_t bytes = 0;
  for (const auto& open : database_.segments()) bytes += open.segment.bytes;
  return bytes < k_few_bytes;
}

// Leaves `items` as they are where it does not pay.
void LiteralWords::narrow(const Hits& hits, ItemBits& items) {
  if (!hits.complete || hits.cost > items.count() * k_text) return;
  ItemBits with_run(items.span());
  for (const auto& hit : hits.kept) {
    if (!work_.take_postings(hit.postings)) return;
    add_postings(*hit.database, hit.term, with_run);
  }
  items &= with_run;
}

ItemBits LiteralWords::candidates(std::span<const NeedleRun> runs, const ItemBits& domain) {
  auto out = domain;
  std::vector<NeedleRun> others;
  for (const auto& run : runs) {
    const auto prefix = prefix_of(run);
    if (prefix.empty())
      others.push_back(run);
    else
      narrow(look({&run, 1}, prefix).front(), out);
  }
  if (others.empty() || !is_dear_to_read(out)) return out;
  auto found = look(others, "");
  std::ranges::sort(found, {}, &Hits::cost);
  for (const auto& hits : found) narrow(hits, out);
  return out;
}

LiteralWords::Found LiteralWords::exact(const NeedleRun& run,
                                        std::string_view folded,
                                        const ItemBits& domain) {
  Found out{ItemBits(domain.span()), ItemBits(domain.span()), false};
  if (!is_dear_to_read(domain) || (is_one_letter(run.text) && are_texts_few())) return out;
  auto hits = std::move(look({&run, 1}, "").front());
  std::ranges::sort(hits.kept, std::ranges::greater(), &Hit::postings);
  auto left = hits.cost;
  for (std::size_t i = 0; i < hits.kept.size(); ++i) {
    if (i % k_between_looks == 0) {
      auto open = domain;
      open -= out.with_text;
      if (open.count() * k_text < left) return out;
    }
    const auto& hit = hits.kept[i];
    if (!work_.take_postings(hit.postings)) return out;
    const auto word = std::string_view(hit.term).substr(1);
    const bool contains = mime::fold_case(word).contains(folded);
    add_postings(*hit.database, hit.term, contains ? out.with_text : out.with_run);
    left -= cost_of(hit.postings);
  }
  out.complete = hits.complete;
  return out;
}

}  // namespace kontor::search
