// SPDX-License-Identifier: GPL-3.0-or-later
// What became of the mail of domains that ask for reports, counted by equal outcomes (RFC 7489,
// 7.2), and the file of one day's counts (docs/formats/dmarc-results.md). Values; pure.
#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/core/result.hpp"

namespace kontor::filter::dmarc {

// The policy as it was found, and who is to be told.
struct Published {
  std::string domain;        // where the record stands
  std::string policy;        // "adkim=r aspf=r p=reject sp=reject pct=100"
  std::string destinations;  // rua=, as written
  auto operator<=>(const Published&) const = default;
};

// Messages with the same outcome. All texts are of printable ASCII.
struct OutcomeRow {
  std::string client;       // numeric address
  std::string disposition;  // none, quarantine, reject
  bool is_dkim_aligned = false, is_spf_aligned = false;
  std::string author;  // domain of From
  std::string sender;  // domain of the reverse-path; empty: <>
  std::string spf_domain, spf_result;
  std::vector<std::string> signatures;  // "DOMAIN SELECTOR RESULT"
  std::string overridden;               // why the policy was not followed; empty: it was
  auto operator<=>(const OutcomeRow&) const = default;
};

using Outcomes = std::map<OutcomeRow, std::uint64_t>;
using Tally = std::map<Published, Outcomes>;

inline constexpr std::size_t k_most_rows = 100'000;  // of a day, all domains together
inline constexpr std::size_t k_most_told = 10;       // signatures of a row

std::string format_tally(const Tally& tally);
// bad_input: which line is wrong.
Result<Tally> parse_tally(std::string_view text);

}  // namespace kontor::filter::dmarc
