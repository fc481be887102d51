// SPDX-License-Identifier: GPL-3.0-or-later
// TLS reports of others as they came (RFC 8460, 4.4): JSON in, a value out. Pure; strict about what
// is counted, forgiving about what is only said; hostile input.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/core/result.hpp"
#include "base/core/time.hpp"

namespace kontor::reports {

// All texts are printable UTF-8 of a bounded length.
struct ReportedFailure {
  std::string result, sender, host, address, reason;
  std::uint64_t count = 0;
  bool operator==(const ReportedFailure&) const = default;
};
struct ReportedPolicy {
  std::string type, domain;
  std::vector<std::string> lines, hosts;
  std::uint64_t successes = 0, failed = 0;
  std::vector<ReportedFailure> failures;
  bool operator==(const ReportedPolicy&) const = default;
};
struct TlsReport {
  std::string organisation, contact, id;
  UtcSeconds begin{}, end{};
  std::vector<ReportedPolicy> policies;
  bool operator==(const TlsReport&) const = default;
};

inline constexpr std::size_t k_most_policies = 1'000, k_most_failures = 5'000;  // of a report

// bad_input: what is wrong.
Result<TlsReport> read_tls_report(std::string_view document);

// "2026-11-23T00:00:00Z" and other forms of RFC 3339; bad_input.
Result<UtcSeconds> read_moment(std::string_view text);
// What may be shown of a stranger's text: printable, at most `most` bytes.
std::string shown(std::string_view text, std::size_t most = 255);

}  // namespace kontor::reports
