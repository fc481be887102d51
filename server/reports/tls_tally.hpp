// SPDX-License-Identifier: GPL-3.0-or-later
// How TLS with the mail hosts of others went (RFC 8460), counted by policy and kind of failure, and
// the file of one day's counts (docs/formats/tls-results.md). Values; pure.
#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/core/result.hpp"

namespace kontor::reports {

enum class PolicyType : std::uint8_t { none, tlsa, sts };
std::string_view word_of(PolicyType type) noexcept;  // RFC 8460, 4.4: "no-policy-found"

// What was asked of TLS on the way to a domain. All texts are of printable ASCII.
struct TlsPolicy {
  std::string domain;
  PolicyType type = PolicyType::none;
  std::vector<std::string> lines;  // the records, or the lines of the text
  std::vector<std::string> hosts;  // of an MTA-STS policy: its mx
  auto operator<=>(const TlsPolicy&) const = default;
};

// Sessions that failed alike.
struct TlsFailure {
  std::string result;   // RFC 8460, 4.3: "certificate-expired"
  std::string sender;   // our numeric address; empty: there was no session
  std::string host;     // of the mail host
  std::string address;  // its numeric address; empty: there was no session
  std::string reason;   // in words; may be empty
  auto operator<=>(const TlsFailure&) const = default;
};

struct TlsCounts {
  std::uint64_t successes = 0;
  std::map<TlsFailure, std::uint64_t> failures;
  std::uint64_t failed() const;
  bool operator==(const TlsCounts&) const = default;
};
using TlsTally = std::map<TlsPolicy, TlsCounts>;  // those of one domain stand together

inline constexpr std::size_t k_most_tls_rows = 100'000;  // of a day: policies and failures
inline constexpr std::size_t k_most_lines = 32;          // of a policy; the rest is not told
inline constexpr std::size_t k_longest_text = 500;       // of a field

// Fit to be counted: what is not printable ASCII, or means something in the file, is left out.
TlsPolicy cleaned(TlsPolicy policy);
TlsFailure cleaned(TlsFailure failure);

std::string format_tls_tally(const TlsTally& tally);
// bad_input: which line is wrong.
Result<TlsTally> parse_tls_tally(std::string_view text);

}  // namespace kontor::reports
