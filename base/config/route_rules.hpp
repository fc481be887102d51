// SPDX-License-Identifier: GPL-3.0-or-later
// The rows of queue.routes, read: "DOMAIN: name=value name=value ...". Pure. bad_input says what is
// wrong in a sentence for the administrator.
#pragma once
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/core/result.hpp"

namespace kontor::config {

// What holds for mail to some domains; what is absent is as the settings have it for all.
struct RouteRule {
  std::string pattern;             // "example.com", "*.example.com" or "*"; lower case
  std::vector<std::string> hosts;  // "host" or "host:port", in the order to try them
  bool by_mx = false;              // hosts=mx: past domains.remote and the smart host
  std::string user, password_file;
  std::string tls;     // may, require, verify or dane
  std::string source;  // numeric address
  std::optional<std::uint32_t> connections;
  std::optional<std::uint32_t> per_minute;  // messages
  std::optional<std::chrono::seconds> first_try;
  std::optional<std::chrono::seconds> first_retry, longest_retry, lifetime;
  std::uint64_t max_size = 0;  // bytes of a message; 0: no limit of its own
  bool is_held = false;
  bool is_dropped = false;
  bool is_direct = false;  // handed over while the client waits

  bool operator==(const RouteRule&) const = default;
};

Result<RouteRule> parse_route(std::string_view row);

// Is the domain (lower case) one that the pattern means?
bool fits_route(std::string_view pattern, std::string_view domain) noexcept;

}  // namespace kontor::config
