// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/app/spelling.hpp"

#include "search/analyze/folding.hpp"
#include "search/analyze/name_key.hpp"

namespace kontor::app {

directory::Spelling make_spelling() {
  const auto key = [](std::string_view word) {
    const auto found = search::name_key(word);
    return found ? found->kept : std::string();
  };
  return {search::fold_term, key, search::name_prefix_keys};
}

}  // namespace kontor::app
