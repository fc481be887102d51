// SPDX-License-Identifier: GPL-3.0-or-later
// The words an entry of the address book is found by. Only directory/gal includes this. Pure.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "directory/gal/book.hpp"

namespace kontor::directory {

// Where a word stands; the best first.
enum class WordField : std::uint8_t { name, other_script, address, telephone, department };

// BookEntry::words: for each word a byte (the WordField), the word, a line feed.
std::string make_words(const Principal& principal, const Spelling& spelling);

// work(field, word, offset of the word in `words`) for each word.
template <class Work>
void for_each_word(std::string_view words, const Work& work) {
  for (std::size_t at = 0; at + 1 < words.size();) {
    const std::size_t end = words.find('\n', at + 1);
    if (end == std::string_view::npos) return;
    work(static_cast<WordField>(words[at]), words.substr(at + 1, end - at - 1), at + 1);
    at = end + 1;
  }
}

}  // namespace kontor::directory
