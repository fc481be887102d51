// SPDX-License-Identifier: GPL-3.0-or-later
// Lists in the DNS of addresses and domains that send unwanted mail (RFC 5782).
//
// All lists are asked at once. A list that does not answer lists nobody. Never fails; any thread.
#pragma once
#include <string>
#include <vector>

#include "base/config/screening_rules.hpp"
#include "base/core/networks.hpp"
#include "base/core/task.hpp"
#include "base/net/resolver.hpp"

namespace kontor::filter::screening {

struct Listing {
  std::string zone;
  std::string code;  // "127.0.0.2"
  std::string text;  // the list's own words; printable ASCII, bounded; may be empty
};

// 2.1, 2.4: "4.3.2.1.ZONE", for IPv6 32 nibbles.
std::string list_name(const IpAddress& address, std::string_view zone);

// In the order of `lists`.
Task<std::vector<Listing>> find_address(const std::vector<config::DnsList>& lists,
                                        IpAddress address,
                                        net::Resolver& resolver);
Task<std::vector<Listing>> find_domain(const std::vector<config::DnsList>& lists,
                                       std::string domain,
                                       net::Resolver& resolver);

}  // namespace kontor::filter::screening
