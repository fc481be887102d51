// SPDX-License-Identifier: GPL-3.0-or-later
// Random documents and queries: Russian, English and other scripts, capitals, accents, signs, long
// runs, broken bytes, and queries that are made of what the documents have.
#pragma once
#include <random>
#include <string>
#include <vector>

#include "search/query/text_query.hpp"

namespace kontor::search {

class RandomMail {
 public:
  explicit RandomMail(std::uint64_t seed) : random_(seed) {}

  std::size_t below(std::size_t bound) { return random_() % bound; }
  bool one_in(std::size_t times) { return below(times) == 0; }
  Document document(ItemId item);
  TextQuery query(std::size_t levels = 2);
  std::string words(std::size_t most);

 private:
  std::string word();
  std::string needle();
  TextQuery leaf();

  std::mt19937_64 random_;
  std::vector<std::string> seen_;  // texts of some documents: needles are cut out of them
};

}  // namespace kontor::search
