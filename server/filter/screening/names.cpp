// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/filter/screening/names.hpp"

#include <algorithm>

#include "base/core/text.hpp"

namespace kontor::filter::screening {
namespace {

constexpr std::size_t k_most_names = 10;

}  // namespace

Task<ReverseName> reverse_name(IpAddress address, net::Resolver& resolver, SteadyTime deadline) {
  const auto names = co_await resolver.names(address.text());
  if (!names && names.error().code() != Errc::not_found) co_return ReverseName{};
  ReverseName out{Verdict::fail, {}};
  if (!names) co_return out;
  const auto family = address.is_v4() ? net::AddressFamily::v4 : net::AddressFamily::v6;
  for (std::size_t i = 0; i < std::min(names->size(), k_most_names); ++i) {
    const auto& name = (*names)[i];
    if (std::chrono::steady_clock::now() >= deadline) co_return ReverseName{};
    const auto found = co_await resolver.addresses_of(name, family);
    if (!found && found.error().code() == Errc::unavailable) out.verdict = Verdict::unknown;
    if (!found) continue;
    const bool leads_back = std::ranges::any_of(*found, [&](const std::string& text) {
      const auto one = parse_ip_address(text);
      return one && *one == address;
    });
    if (leads_back) co_return ReverseName{Verdict::pass, to_lower(name)};
  }
  co_return out;
}

std::string hello_fault(std::string_view name,
                        const IpAddress& client,
                        std::string_view server_name,
                        bool is_client_here) {
  if (name.starts_with('[') && name.ends_with(']')) {  // RFC 5321, 4.1.3
    auto literal = name.substr(1, name.size() - 2);
    if (istarts_with(literal, "IPv6:")) literal.remove_prefix(5);
    const auto address = parse_ip_address(literal);
    if (!address) return "not an address";
    return *address == client ? "" : "not your address";
  }
  if (parse_ip_address(name)) return "an address without brackets";
  if (iequals(name, server_name) && !is_client_here) return "the name of this server";
  if (name.find('.') == std::string_view::npos || name.ends_with('.'))
    return "not the full name of a host";
  return {};
}

Task<Verdict> takes_mail(std::string domain, net::Resolver& resolver) {
  const auto mx = co_await resolver.mx(domain);
  if (!mx) co_return mx.error().code() == Errc::unavailable ? Verdict::unknown : Verdict::fail;
  if (!mx->hosts.empty()) {
    const bool is_null = mx->hosts.size() == 1 && mx->hosts[0].host.empty();
    co_return is_null ? Verdict::fail : Verdict::pass;
  }
  const auto addresses = co_await resolver.addresses(std::move(domain));
  if (addresses) co_return addresses->addresses.empty() ? Verdict::fail : Verdict::pass;
  co_return addresses.error().code() == Errc::unavailable ? Verdict::unknown : Verdict::fail;
}

}  // namespace kontor::filter::screening
