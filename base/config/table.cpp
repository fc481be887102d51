// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/config/table.hpp"

#include <algorithm>

#include "base/config/rows.hpp"
#include "base/core/text.hpp"

namespace kontor::config {
namespace {

// In the order of the documents: by section, as in Settings.
const std::vector<Row>& all_rows() {
  static const std::vector<Row> rows = [] {
    std::vector<Row> out;
    for (const auto part :
         {server_rows(), directory_rows(), protocol_rows(), screening_rows(), guard_rows(),
          flow_rows(), outbound_rows(), trace_rows(), sieve_rows(), store_rows(), search_rows()})
      out.insert(out.end(), part.begin(), part.end());
    return out;
  }();
  return rows;
}

}  // namespace

std::span<const Row> table() { return all_rows(); }

const Row* find_row(std::string_view key) {
  const auto row = std::ranges::find(all_rows(), key, &Row::key);
  return row == all_rows().end() ? nullptr : &*row;
}

std::string_view nearest_key(std::string_view key) {
  std::string_view nearest;
  std::size_t least = std::max<std::size_t>(3, key.size() / 2);
  for (const Row& row : all_rows()) {
    // The name alone counts too: a right name in the wrong section, or in none.
    const std::string_view name = key.substr(key.find('.') + 1);
    const std::size_t distance =
        std::min(edit_distance(key, row.key), edit_distance(name, row.name()) + 1);
    if (distance >= least) continue;
    least = distance;
    nearest = row.key;
  }
  return nearest;
}

}  // namespace kontor::config
