// SPDX-License-Identifier: GPL-3.0-or-later
// Aggregate reports of DMARC as they came (RFC 7489, appendix C): XML in, a value out. Pure; strict
// about what is counted; hostile input.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/core/result.hpp"
#include "base/core/time.hpp"

namespace kontor::reports {

// What a reporter found at a signature, or of a sender's domain. All texts are printable and short.
struct ReportedProof {
  std::string domain, selector, result;  // `selector` of DKIM
  bool operator==(const ReportedProof&) const = default;
};
struct ReportedRow {
  std::string address;      // that sent, numeric
  std::uint64_t count = 0;  // messages
  std::string disposition;  // none, quarantine, reject
  bool is_dkim_aligned = false, is_spf_aligned = false;
  std::vector<std::string> reasons;  // why the policy was not followed
  std::string author, sender;        // domains of From and of the reverse-path
  std::vector<ReportedProof> dkim, spf;
  bool operator==(const ReportedRow&) const = default;
};
struct DmarcReport {
  std::string organisation, email, id;
  UtcSeconds begin{}, end{};
  std::string domain;  // lower case
  std::string policy;  // "p=reject sp=none pct=100"
  std::vector<ReportedRow> rows;
  bool operator==(const DmarcReport&) const = default;
};

inline constexpr std::size_t k_most_records = 15'000;

// bad_input: what is wrong. No document type, no entity (the reader refuses both).
Result<DmarcReport> read_dmarc_report(std::string_view document);

}  // namespace kontor::reports
