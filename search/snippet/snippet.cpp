// SPDX-License-Identifier: GPL-3.0-or-later
#include "search/snippet/snippet.hpp"

#include <algorithm>
#include <set>

#include "base/core/text.hpp"
#include "search/analyze/folding.hpp"

namespace kontor::search {
namespace {

constexpr std::size_t k_read = 2U << 20U;  // bytes of a text that are looked at
constexpr std::string_view k_left_out = "…";
constexpr char32_t k_joiner = 0x200D;

struct Span {
  std::size_t begin = 0;
  std::size_t end = 0;
};

bool turns_direction(char32_t c) {
  return (c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069) || c == 0x200E ||
         c == 0x200F || c == 0x61C;
}
bool is_blank(char32_t c) {
  return c <= ' ' || (c >= 0x7F && c <= 0xA0) || c == 0x2028 || c == 0x2029 || c == 0x3000;
}

// Whether a text may be cut before `at`: not between a character and what belongs to it.
bool may_cut(std::string_view text, std::size_t at) {
  if (at == 0 || at >= text.size()) return true;
  if ((text[at] & 0xC0) == 0x80) return false;
  const auto next = decode_at(text, at).code_point;
  if (FoldTable::instance().of(next).code_class == CodeClass::nothing) return false;
  std::size_t before = at - 1;
  while (before > 0 && at - before < 4 && (text[before] & 0xC0) == 0x80) --before;
  return decode_at(text, before).code_point != k_joiner;
}
bool is_blank_at(std::string_view text, std::size_t at) {
  return is_blank(decode_at(text, at).code_point);
}

// `count` code points onwards or back, or as many as there are.
std::size_t forward(std::string_view text, std::size_t at, std::size_t count) {
  for (; count > 0 && at < text.size(); --count)
    for (++at; at < text.size() && (text[at] & 0xC0) == 0x80;) ++at;
  return at;
}
std::size_t backward(std::string_view text, std::size_t at, std::size_t count) {
  for (; count > 0 && at > 0; --count)
    for (--at; at > 0 && (text[at] & 0xC0) == 0x80;) --at;
  return at;
}

// A window of the text that begins with a place: the words in it.
struct Window {
  std::size_t first = 0, last = 0;  // places
  std::size_t words = 0;            // different ones
};

// The window of at most `most` code points with most of the words, the first of several; `without`
// do not count.
Window best_window(std::string_view text,
                   const std::vector<Place>& places,
                   std::size_t most,
                   const std::set<std::uint32_t>& without) {
  Window best;
  std::size_t last = 0;
  std::vector<std::size_t> counts;
  std::size_t words = 0;
  const auto count = [&](const Place& place, int change) {
    if (without.contains(place.word)) return;
    if (counts.size() <= place.word) counts.resize(place.word + 1);
    if (change > 0 && counts[place.word]++ == 0) ++words;
    if (change < 0 && --counts[place.word] == 0) --words;
  };
  for (std::size_t first = 0; first < places.size(); ++first) {
    const auto limit = forward(text, places[first].begin, most);
    for (; last < places.size() && places[last].end <= limit; ++last) count(places[last], 1);
    if (last > first && words > best.words) best = {first, last - 1, words};
    if (last > first)
      count(places[first], -1);
    else
      last = first + 1;  // longer than the window
  }
  return best;
}

std::size_t code_points(std::string_view text) {
  return static_cast<std::size_t>(
      std::ranges::count_if(text, [](char c) { return (c & 0xC0) != 0x80; }));
}

// What is shown around the places: at most `most` code points, cut between words.
Span around(std::string_view text, Span places, std::size_t most) {
  const auto used =
      std::min(most, code_points(text.substr(places.begin, places.end - places.begin)));
  Span span;
  span.begin = backward(text, places.begin, (most - used) / 3);
  if (forward(text, span.begin, most) == text.size())
    span.begin = std::min(places.begin, backward(text, text.size(), most));
  if (span.begin > 0 && !is_blank_at(text, backward(text, span.begin, 1))) {
    auto at = span.begin;
    while (at < places.begin && !is_blank_at(text, at)) at = forward(text, at, 1);
    if (at < places.begin) span.begin = at;
  }
  while (span.begin < places.begin && is_blank_at(text, span.begin))
    span.begin = forward(text, span.begin, 1);
  while (span.begin < places.begin && !may_cut(text, span.begin)) ++span.begin;
  span.end = forward(text, span.begin, most);
  if (span.end < text.size() && !is_blank_at(text, span.end)) {
    auto at = span.end;
    const auto least = std::max(places.end, span.begin);
    while (at > least && !is_blank_at(text, at)) --at;
    if (at > least) span.end = at;
  }
  while (span.end > span.begin && !may_cut(text, span.end)) --span.end;
  return span;
}

// Appends a piece of the text in its shown form, with the places in it marked.
void show(std::string_view text, Span span, const std::vector<Place>& places, Snippet& out) {
  std::vector<Mark> marks;
  for (const auto& place : places)
    if (place.begin >= span.begin && place.end <= span.end)
      marks.push_back({place.begin, place.end});
  std::ranges::sort(marks, {}, &Mark::begin);
  bool blank = false;
  const auto start = out.text.size();
  std::size_t next = 0, marked_to = 0;
  for (std::size_t at = span.begin; at < span.end;) {
    const auto decoded = decode_at(text, at);
    for (; next < marks.size() && marks[next].begin <= at; ++next)
      marked_to = std::max(marked_to, marks[next].end);
    if (is_blank(decoded.code_point)) {
      blank = out.text.size() > start;
    } else if (!turns_direction(decoded.code_point)) {
      if (std::exchange(blank, false)) out.text.push_back(' ');
      const auto begin = out.text.size();
      out.text.append(decoded.of(text, at));
      if (at < marked_to && (out.marks.empty() || out.marks.back().end != begin))
        out.marks.push_back({begin, begin});
      if (at < marked_to) out.marks.back().end = out.text.size();
    }
    at += decoded.size;
  }
}

std::string_view beginning(std::string_view text) {
  std::size_t size = std::min(k_read, text.size());
  while (size < text.size() && size > 0 && !may_cut(text, size)) --size;
  return text.substr(0, size);
}

std::set<std::uint32_t> words_in(const std::vector<Place>& places) {
  std::set<std::uint32_t> words;
  for (const auto& place : places) words.insert(place.word);
  return words;
}

Span span_of(const std::vector<Place>& places, const Window& window) {
  Span span{places[window.first].begin, 0};
  for (auto i = window.first; i <= window.last; ++i) {
    span.begin = std::min(span.begin, places[i].begin);
    span.end = std::max(span.end, places[i].end);
  }
  return span;
}

// One window, or two when one has not all the words; in the order of the text.
std::vector<Span> choose(std::string_view text,
                         const std::vector<Place>& places,
                         std::size_t most) {
  const auto all = words_in(places);
  const auto whole = best_window(text, places, most, {});
  if (whole.words == 0) return {around(text, {0, 0}, most)};
  if (whole.words == all.size()) return {around(text, span_of(places, whole), most)};
  const auto one = best_window(text, places, most / 2, {});
  if (one.words == 0) return {around(text, span_of(places, whole), most)};
  std::set<std::uint32_t> shown;
  for (auto i = one.first; i <= one.last; ++i) shown.insert(places[i].word);
  const auto other = best_window(text, places, most / 2, shown);
  if (other.words == 0 || one.words + other.words <= whole.words)
    return {around(text, span_of(places, whole), most)};
  std::vector<Span> spans{around(text, span_of(places, one), most / 2),
                          around(text, span_of(places, other), most / 2)};
  if (spans[1].begin < spans[0].begin) std::swap(spans[0], spans[1]);
  if (spans[1].begin <= spans[0].end)
    return {{spans[0].begin, std::max(spans[0].end, spans[1].end)}};
  return spans;
}

Snippet cut(const FieldText& source, const std::vector<Place>& places, std::size_t most) {
  Snippet out;
  out.field = source.field;
  const auto text = beginning(source.text);
  // At the ends and between two pieces something may be left out.
  const std::size_t room = most > 5 ? most - 5 : 0;
  if (room == 0) return out;
  std::size_t shown_to = 0;
  for (const auto& span : choose(text, places, room)) {
    const std::string_view blank = shown_to > 0 ? " " : "";
    out.text.append(blank);
    if (!trim(text.substr(shown_to, span.begin - shown_to)).empty())
      out.text.append(k_left_out).append(blank);
    show(text, span, places, out);
    shown_to = span.end;
  }
  if (!trim(std::string_view(source.text).substr(shown_to)).empty()) out.text.append(k_left_out);
  return out;
}

}  // namespace

Snippet SnippetMaker::of(const FieldText& text, std::size_t most) const {
  auto places = finder_.find(beginning(text.text), text.field);
  std::ranges::sort(places, {}, &Place::begin);
  return cut(text, places, most);
}

Snippet SnippetMaker::of(const Document& document, std::size_t most) const {
  const FieldText* best = nullptr;
  std::vector<Place> best_places;
  std::size_t most_words = 0;
  for (const auto& text : document.texts) {
    if (text.field != Field::body && text.field != Field::attachment) continue;
    auto places = finder_.find(beginning(text.text), text.field);
    const auto words = words_in(places).size();
    if (best != nullptr && words <= most_words) continue;
    best = &text;
    best_places = std::move(places);
    most_words = words;
  }
  if (best == nullptr) return {};
  std::ranges::sort(best_places, {}, &Place::begin);
  return cut(*best, best_places, most);
}

}  // namespace kontor::search
