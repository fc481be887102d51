// SPDX-License-Identifier: GPL-3.0-or-later
// MTA-STS policies (RFC 8461): the record in the DNS, the text served by HTTPS, the file of those
// that are remembered (docs/formats/mta-sts.md). Values; pure.
#pragma once
#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/core/result.hpp"
#include "base/core/time.hpp"

namespace kontor::smtp::client {

enum class StsMode : unsigned char { none, testing, enforce };
std::string_view word_of(StsMode mode) noexcept;

struct StsPolicy {
  StsMode mode = StsMode::none;
  std::chrono::seconds max_age{};
  std::vector<std::string> hosts;  // lower case; "mx.example.com" or "*.example.com"
  bool operator==(const StsPolicy&) const = default;
};

inline constexpr std::string_view k_policy_path = "/.well-known/mta-sts.txt";
inline constexpr std::size_t k_most_sts_hosts = 100;
inline constexpr std::size_t k_most_policies = 20'000;

// The id of the one record that is of MTA-STS among the texts of _mta-sts.DOMAIN (3.1); nothing:
// there is none, or more than one.
std::optional<std::string> sts_id_of(const std::vector<std::string>& texts);

// 3.2. bad_input: what is wrong.
Result<StsPolicy> parse_sts_policy(std::string_view text);
std::string format_sts_policy(const StsPolicy& policy);

// 4.1: "*.example.com" is any name one label below.
bool covers(const StsPolicy& policy, std::string_view host) noexcept;

struct KnownPolicy {
  std::string id;
  UtcSeconds fetched{};
  StsPolicy policy;
  UtcSeconds expires() const { return fetched + policy.max_age; }
  bool operator==(const KnownPolicy&) const = default;
};
using KnownPolicies = std::map<std::string, KnownPolicy, std::less<>>;  // by domain

std::string format_known(const KnownPolicies& known);
// bad_input: which line is wrong.
Result<KnownPolicies> parse_known(std::string_view text);

}  // namespace kontor::smtp::client
