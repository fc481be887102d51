// SPDX-License-Identifier: GPL-3.0-or-later
// The Spelling that the server hands to the address book.
#pragma once
#include "directory/gal/names.hpp"
#include "search/analyze/folding.hpp"
#include "search/analyze/name_key.hpp"

namespace kontor::directory {

inline Spelling real_spelling() {
  return {search::fold_term,
          [](std::string_view word) {
            const auto key = search::name_key(word);
            return key ? key->kept : std::string();
          },
          search::name_prefix_keys};
}

}  // namespace kontor::directory
