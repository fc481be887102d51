// SPDX-License-Identifier: GPL-3.0-or-later
// The rows of screening.allow, screening.deny, screening.dnsbl and screening.rhsbl, and of scan,
// read. Pure. bad_input says what is wrong in a sentence for the administrator.
#pragma once
#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/core/networks.hpp"
#include "base/core/result.hpp"

namespace kontor::config {

// A list of addresses or domains that the DNS answers from (RFC 5782).
struct DnsList {
  std::string zone;            // lower case
  std::vector<Network> codes;  // the answers that count; empty: all that say "listed"
};
// "bl.example.org" or "bl.example.org=127.0.0.2,127.0.0.4-127.0.0.11"
Result<DnsList> parse_dns_list(std::string_view row);

inline constexpr std::size_t k_most_dns_lists = 20;

// Where another program listens: "unix:/run/clamav/clamd.ctl" or "127.0.0.1:11332", "[::1]:11332".
struct ServiceAddress {
  std::string path;     // of a Unix socket, absolute; else empty
  std::string address;  // numeric
  std::uint16_t port = 0;
};
Result<ServiceAddress> parse_service_address(std::string_view text);

inline constexpr std::size_t k_most_milters = 8;

// Who is meant by networks, names of servers and senders.
class PeerList {
 public:
  PeerList() = default;
  static Result<PeerList> parse(const std::vector<std::string>& rows);

  bool empty() const noexcept { return networks_.empty() && names_.empty() && senders_.empty(); }
  bool has_names() const noexcept { return !names_.empty(); }
  bool has_address(std::string_view address) const { return networks_.contains(address); }
  // A name is in it when it or a domain above it is. Any case.
  bool has_name(std::string_view name) const;
  // An address is in it when it or "@domain" is. Any case.
  bool has_sender(std::string_view address) const;

 private:
  NetworkList networks_;
  std::set<std::string, std::less<>> names_;    // lower case, no dot at the start or end
  std::set<std::string, std::less<>> senders_;  // lower case; "@domain" or "name@domain"
};

}  // namespace kontor::config
