// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/core/networks.hpp"

#include <arpa/inet.h>

#include <algorithm>

#include "base/core/text.hpp"

namespace kontor {
namespace {

constexpr std::size_t k_v4_offset = 12;
constexpr unsigned k_v4_prefix = 96;
constexpr std::array<std::uint8_t, k_v4_offset> k_mapped{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
constexpr std::size_t k_longest = INET6_ADDRSTRLEN;

std::string quoted(std::string_view text) {
  return "\"" + to_valid_utf8(text.substr(0, 100)) + "\"";
}

IpAddress with_last_bits(IpAddress address, unsigned prefix, bool set) {
  for (unsigned bit = prefix; bit < 128; ++bit) {
    const auto mask = static_cast<std::uint8_t>(0x80U >> bit % 8);
    auto& byte = address.bytes[bit / 8];
    byte = static_cast<std::uint8_t>(set ? byte | mask : byte & ~mask);
  }
  return address;
}

Result<Network> parse_prefix(std::string_view text, std::size_t slash) {
  KONTOR_TRY(const auto address, parse_ip_address(text.substr(0, slash)));
  const auto written = text.substr(0, slash);
  // "::ffff:10.0.0.0/104" counts all 128 bits, "10.0.0.0/8" the last 32.
  const bool is_short = !written.contains(':');
  const auto bits = parse_number<unsigned>(text.substr(slash + 1));
  if (!bits || *bits > (is_short ? 32U : 128U))
    return fail(Errc::bad_input,
                quoted(text) + ": a prefix is a number up to " + (is_short ? "32" : "128"));
  const unsigned prefix = is_short ? k_v4_prefix + *bits : *bits;
  Network network{with_last_bits(address, prefix, false), with_last_bits(address, prefix, true)};
  if (network.first != address)
    return fail(Errc::bad_input, quoted(text) + ": the address has bits behind its prefix; write " +
                                     network.first.text() + "/" + std::to_string(*bits));
  return network;
}

Result<Network> parse_range(std::string_view text, std::size_t dash) {
  KONTOR_TRY(const auto first, parse_ip_address(trim(text.substr(0, dash))));
  KONTOR_TRY(const auto last, parse_ip_address(trim(text.substr(dash + 1))));
  if (first.is_v4() != last.is_v4())
    return fail(Errc::bad_input, quoted(text) + " goes from one family of addresses to the other");
  if (last < first) return fail(Errc::bad_input, quoted(text) + " ends before it begins");
  return Network{first, last};
}

// Of one family.
void join_overlapping(std::vector<Network>& networks) {
  std::ranges::sort(networks, {}, &Network::first);
  std::vector<Network> joined;
  for (const auto& network : networks) {
    if (!joined.empty() && network.first <= joined.back().last)
      joined.back().last = std::max(joined.back().last, network.last);
    else
      joined.push_back(network);
  }
  networks = std::move(joined);
}

}  // namespace

bool IpAddress::is_v4() const noexcept {
  return std::equal(k_mapped.begin(), k_mapped.end(), bytes.begin());
}

std::string IpAddress::text() const {
  std::array<char, k_longest> out{};
  if (is_v4())
    ::inet_ntop(AF_INET, bytes.data() + k_v4_offset, out.data(), out.size());
  else
    ::inet_ntop(AF_INET6, bytes.data(), out.data(), out.size());
  return out.data();
}

IpAddress IpAddress::network(unsigned prefix) const noexcept {
  return with_last_bits(*this, is_v4() ? k_v4_prefix + std::min(prefix, 32U) : prefix, false);
}

Result<IpAddress> parse_ip_address(std::string_view text) {
  const std::string copy(text.substr(0, k_longest));
  IpAddress address;
  if (text.size() < k_longest && !text.contains('\0')) {
    if (::inet_pton(AF_INET, copy.c_str(), address.bytes.data() + k_v4_offset) == 1) {
      std::ranges::copy(k_mapped, address.bytes.begin());
      return address;
    }
    if (::inet_pton(AF_INET6, copy.c_str(), address.bytes.data()) == 1) return address;
  }
  return fail(Errc::bad_input, quoted(text) + " is not an IPv4 or IPv6 address");
}

bool Network::contains(const IpAddress& address) const noexcept {
  return address.is_v4() == first.is_v4() && first <= address && address <= last;
}

Result<Network> parse_network(std::string_view text) {
  if (const auto slash = text.find('/'); slash != std::string_view::npos)
    return parse_prefix(text, slash);
  if (const auto dash = text.find('-'); dash != std::string_view::npos)
    return parse_range(text, dash);
  KONTOR_TRY(const auto address, parse_ip_address(text));
  return Network{address, address};
}

Result<NetworkList> NetworkList::parse(const std::vector<std::string>& texts) {
  NetworkList list;
  for (const auto& text : texts) {
    KONTOR_TRY(const auto network, parse_network(text));
    (network.first.is_v4() ? list.v4_ : list.v6_).push_back(network);
  }
  join_overlapping(list.v4_);
  join_overlapping(list.v6_);
  return list;
}

bool NetworkList::contains(const IpAddress& address) const noexcept {
  const auto& networks = address.is_v4() ? v4_ : v6_;
  const auto after = std::ranges::upper_bound(networks, address, {}, &Network::first);
  return after != networks.begin() && std::prev(after)->contains(address);
}

bool NetworkList::contains(std::string_view address) const {
  const auto parsed = parse_ip_address(address);
  return parsed && contains(*parsed);
}

}  // namespace kontor
