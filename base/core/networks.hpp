// SPDX-License-Identifier: GPL-3.0-or-later
// Networks as an administrator writes them: "10.0.0.0/8", "192.168.1.1-192.168.1.11", "::1".
//
// IPv4 and IPv6 are kept apart: "::/0" is every IPv6 address and no IPv4 one. An IPv4 address in
// IPv6 form (::ffff:10.0.0.1, RFC 4291, 2.5.5.2) is the IPv4 address, here and in what is looked
// for. Pure and immutable; any thread.
#pragma once
#include <array>
#include <compare>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/core/result.hpp"

namespace kontor {

// Both families in one form: IPv4 as ::ffff:a.b.c.d.
struct IpAddress {
  std::array<std::uint8_t, 16> bytes{};
  auto operator<=>(const IpAddress&) const = default;
  bool is_v4() const noexcept;
  std::string text() const;  // "10.0.0.1", "2001:db8::1"
  // The bits behind the first `prefix` ones set to zero; of IPv4, `prefix` is at most 32.
  IpAddress network(unsigned prefix) const noexcept;
};
// bad_input: not a numeric address; host names and zones ("fe80::1%eth0") are none.
Result<IpAddress> parse_ip_address(std::string_view text);

// The addresses from `first` to `last`, both of one family.
struct Network {
  IpAddress first, last;
  bool contains(const IpAddress& address) const noexcept;
};
// bad_input: a sentence that names the text; bits behind the prefix ("10.0.0.1/8") are a mistake.
Result<Network> parse_network(std::string_view text);

class NetworkList {
 public:
  NetworkList() = default;
  // bad_input: the sentence of the first that is wrong.
  static Result<NetworkList> parse(const std::vector<std::string>& texts);
  bool contains(const IpAddress& address) const noexcept;
  // Numeric, as net::Endpoint has it; what is no address ("unix") is in no network.
  bool contains(std::string_view address) const;
  bool empty() const noexcept { return v4_.empty() && v6_.empty(); }

 private:
  std::vector<Network> v4_, v6_;  // sorted, overlapping ones made one
};

}  // namespace kontor
