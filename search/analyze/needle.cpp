// SPDX-License-Identifier: GPL-3.0-or-later
#include "search/analyze/needle.hpp"

#include "search/analyze/folding.hpp"

namespace kontor::search {

bool NeedleRun::fits(std::string_view folded_word) const {
  if (begins_word && ends_word) return folded_word == text;
  if (begins_word) return folded_word.starts_with(text);
  return ends_word ? folded_word.ends_with(text) : folded_word.contains(text);
}

Needle needle_of(std::string_view utf8) {
  const auto& table = FoldTable::instance();
  Needle needle;
  bool exact = true, in_run = false, after_separator = false;
  for (std::size_t at = 0; at < utf8.size();) {
    const auto decoded = decode_at(utf8, at);
    const Folded& folded = table.of(decoded.code_point);
    exact = exact && folded.exact;
    const auto text = table.text(folded, decoded.of(utf8, at));
    at += decoded.size;
    for (std::size_t i = 0; i < text.size();) {
      const auto made = decode_at(text, i);
      if (table.of(made.code_point).code_class == CodeClass::separator) {
        if (in_run) needle.runs.back().ends_word = true;
        in_run = false;
        after_separator = true;
      } else {
        if (!in_run) needle.runs.push_back({"", after_separator, false});
        needle.runs.back().text.append(made.of(text, i));
        in_run = true;
      }
      i += made.size;
    }
  }
  needle.exact = exact && needle.runs.size() == 1 && !after_separator;
  return needle;
}

}  // namespace kontor::search
