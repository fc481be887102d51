// SPDX-License-Identifier: GPL-3.0-or-later
// Needle: what must be among the words of a text that contains a string (TextOp::literal). Pure.
#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace kontor::search {

// A run of letters and digits of the needle, under K.
struct NeedleRun {
  std::string text;
  bool begins_word = false;  // a word of the text begins with it
  bool ends_word = false;    // a word of the text ends with it
  // Whether K of a word of the text satisfies it.
  bool fits(std::string_view folded_word) const;
};

struct Needle {
  // Each fits a word of a text that contains the needle (mime::fold_case of both). Empty: nothing
  // is known of such texts.
  std::vector<NeedleRun> runs;
  // The needle is one run, and every Traits::exact text with a word whose mime::fold_case contains
  // mime::fold_case of the needle contains the needle; no other such text does.
  bool exact = false;
};
Needle needle_of(std::string_view utf8);

}  // namespace kontor::search
