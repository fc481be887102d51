// SPDX-License-Identifier: GPL-3.0-or-later
#include "directory/model/unit_policies.hpp"

#include <algorithm>

#include "directory/model/attributes.hpp"

namespace kontor::directory {
namespace {

// More is no policy but a mistake, or malice: every value goes to everybody below.
constexpr std::size_t k_most_values = 32;
constexpr std::size_t k_longest_value = 4'096;

void add(const std::string& dn,
         const std::vector<std::string>& values,
         std::vector<std::string>& out) {
  for (const auto& value : values) {
    if (out.size() >= k_most_values) return;
    out.push_back(dn + "\n" + value.substr(0, k_longest_value));
  }
}

}  // namespace

bool UnitPolicies::put(const std::string& dn, const std::vector<std::string>& values) {
  const auto folded = fold_dn(dn);
  if (values.empty()) return units_.erase(folded) != 0;
  // A line feed ends the DN in what is handed down.
  auto shown = dn;
  std::ranges::replace(shown, '\n', ' ');
  std::vector<std::string> lines;
  add(shown, values, lines);
  std::ranges::sort(lines);  // a directory keeps no order
  auto& kept = units_[folded];
  if (kept == lines) return false;
  kept = std::move(lines);
  return true;
}

std::vector<std::string> UnitPolicies::reaching(std::string_view dn,
                                                const std::vector<std::string>& own) const {
  std::vector<std::string> out;
  add({}, own, out);
  std::ranges::sort(out);
  if (units_.empty()) return out;
  const auto folded = fold_dn(dn);
  for (auto comma = folded.find(','); comma != std::string::npos;
       comma = folded.find(',', comma + 1)) {
    const auto unit = units_.find(folded.substr(comma + 1));
    if (unit != units_.end()) out.insert(out.end(), unit->second.begin(), unit->second.end());
  }
  return out;
}

}  // namespace kontor::directory
