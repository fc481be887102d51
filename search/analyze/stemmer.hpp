// SPDX-License-Identifier: GPL-3.0-or-later
// Stemmer: what the forms of a word have in common, by the Snowball algorithm of its language.
//
// Its script says which languages a word may be of; of several in the settings each gives its stem,
// so that a word of any of them is found in all its forms. One thread at a time.
#pragma once
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace kontor::search {

class Stemmer {
 public:
  // Names or codes of languages (base/config/languages.hpp); unknown ones are passed over.
  explicit Stemmer(const std::vector<std::string>& languages);
  Stemmer(Stemmer&&) noexcept;
  ~Stemmer();
  // Of a word as fold_term() gives it: each stem once, in the order of the languages. None: no
  // language of this script, a word with digits, or one longer than words are. Until the next call.
  std::span<const std::string> stems(std::string_view term);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace kontor::search
