// SPDX-License-Identifier: GPL-3.0-or-later
// An SPF record as its text says it (RFC 7208, 4.6 and 5): mechanisms in order, and modifiers.
//
// Pure. A record is a stranger's text: its size and the number of its terms are bounded.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/core/networks.hpp"
#include "base/core/result.hpp"

namespace kontor::filter::spf {

enum class Verdict : std::uint8_t { none, neutral, pass, fail, softfail, temperror, permerror };
// The word of RFC 7208, 2.6: "softfail".
std::string_view word_of(Verdict verdict) noexcept;

enum class Kind : std::uint8_t { all, include, a, mx, ptr, ip4, ip6, exists };

struct Mechanism {
  Kind kind = Kind::all;
  Verdict when_matched = Verdict::pass;  // its qualifier
  std::string domain;                    // macro-string; empty: the domain that is checked
  IpAddress address;                     // of ip4 and ip6
  unsigned prefix4 = 32, prefix6 = 128;  // of ip4, ip6, a and mx
  std::string text;                      // as written, for reasons
};

struct Record {
  std::vector<Mechanism> mechanisms;
  std::optional<std::string> redirect, explanation;  // macro-strings
};

inline constexpr std::size_t k_most_terms = 500;
inline constexpr std::size_t k_longest_record = 16'384;

// "v=spf1" with a blank or nothing behind it (4.5).
bool is_spf_record(std::string_view text) noexcept;
// bad_input: a permerror, with the term that is wrong.
Result<Record> parse_record(std::string_view text);

}  // namespace kontor::filter::spf
