// SPDX-License-Identifier: GPL-3.0-or-later
// A word is what stands between blanks: letters of one layout are punctuation in the other.
#include "search/analyze/layout.hpp"

#include <algorithm>
#include <vector>

#include "base/core/text.hpp"
#include "search/analyze/folding.hpp"

namespace kontor::search {
namespace {

// The same keys of the layouts US and Russian, plain and with Shift.
constexpr std::string_view k_us =
    "`qwertyuiop[]asdfghjkl;'zxcvbnm,./~QWERTYUIOP{}ASDFGHJKL:\"ZXCVBNM<>?";
constexpr std::u32string_view k_russian =
    U"ёйцукенгшщзхъфывапролджэячсмитьбю.ЁЙЦУКЕНГШЩЗХЪФЫВАПРОЛДЖЭЯЧСМИТЬБЮ,";
static_assert(k_us.size() == k_russian.size());

enum class Layout : unsigned char { us, russian };

std::string typed_in_other(std::string_view word, Layout from) {
  std::string out;
  for (std::size_t at = 0; at < word.size();) {
    const auto decoded = decode_at(word, at);
    const auto in_us = decoded.code_point < 0x80 ? k_us.find(static_cast<char>(decoded.code_point))
                                                 : std::string_view::npos;
    const auto in_russian = k_russian.find(decoded.code_point);
    if (from == Layout::us && in_us != std::string_view::npos)
      append_utf8(out, k_russian[in_us]);
    else if (from == Layout::russian && in_russian != std::u32string_view::npos)
      out.push_back(k_us[in_russian]);
    else
      out.append(decoded.of(word, at));
    at += decoded.size;
  }
  return out;
}

// The layout of a word's letters; nothing for digits, for letters of both or of other languages.
std::optional<Layout> layout_of(std::string_view word) {
  std::optional<Layout> layout;
  for (std::size_t at = 0; at < word.size();) {
    const auto decoded = decode_at(word, at);
    const char32_t c = decoded.code_point;
    at += decoded.size;
    const bool latin = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    const bool russian = c >= 0x400 && k_russian.contains(c);
    if (!latin && !russian && c < 0x80) continue;
    if (!latin && !russian) return std::nullopt;
    const auto found = latin ? Layout::us : Layout::russian;
    if (layout && *layout != found) return std::nullopt;
    layout = found;
  }
  return layout;
}

// Its runs of letters and digits, as terms.
std::vector<std::string> terms_of(std::string_view word) {
  const auto& table = FoldTable::instance();
  const auto folded = fold_term(word);
  std::vector<std::string> terms(1);
  for (std::size_t at = 0; at < folded.size();) {
    const auto decoded = decode_at(folded, at);
    if (table.of(decoded.code_point).code_class != CodeClass::separator)
      terms.back().append(decoded.of(folded, at));
    else if (!terms.back().empty())
      terms.emplace_back();
    at += decoded.size;
  }
  if (terms.back().empty()) terms.pop_back();
  return terms;
}

bool is_known(std::string_view word, const KnownWord& known) {
  const auto terms = terms_of(word);
  return !terms.empty() && std::ranges::all_of(terms, known);
}

}  // namespace

std::optional<std::string> other_layout(std::string_view text, const KnownWord& known) {
  std::string out;
  bool changed = false;
  for (std::size_t at = 0; at < text.size();) {
    const auto end = std::min(text.find_first_of(" \t\r\n", at), text.size());
    if (end == at) {
      out.push_back(text[at++]);
      continue;
    }
    const auto word = text.substr(at, end - at);
    at = end;
    const auto layout = layout_of(word);
    if (!layout || is_known(word, known)) {
      out.append(word);
      continue;
    }
    auto other = typed_in_other(word, *layout);
    if (!is_known(other, known)) return std::nullopt;
    out.append(other);
    changed = true;
  }
  if (!changed) return std::nullopt;
  return out;
}

}  // namespace kontor::search
