// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/filter/screening/dns_lists.hpp"

#include <algorithm>
#include <optional>

#include "base/core/run_all.hpp"
#include "server/filter/printable.hpp"

namespace kontor::filter::screening {
namespace {

constexpr std::size_t k_most_text = 200;
constexpr unsigned k_error_code = 255;  // 127.255.255.n: the list does not answer this server

// An answer outside 127/8 is none of a list: its zone has ended, or somebody else answers for it.
bool says_listed(const config::DnsList& list, const IpAddress& code) {
  if (!code.is_v4() || code.bytes[12] != 127) return false;
  if (!list.codes.empty())
    return std::ranges::any_of(list.codes,
                               [&](const Network& codes) { return codes.contains(code); });
  const bool is_error = code.bytes[13] == k_error_code && code.bytes[14] == k_error_code;
  const bool is_never = code.bytes[13] == 0 && code.bytes[14] == 0 && code.bytes[15] <= 1;  // 5
  return !is_error && !is_never;
}

Task<void> ask(const config::DnsList& list,
               std::string name,
               net::Resolver& resolver,
               std::optional<Listing>& found) {
  const auto codes = co_await resolver.addresses_of(name, net::AddressFamily::v4);
  if (!codes) co_return;
  for (const auto& code : *codes) {
    const auto address = parse_ip_address(code);
    if (!address || !says_listed(list, *address)) continue;
    found = Listing{list.zone, code, {}};
    const auto texts = co_await resolver.texts(name);
    if (texts && !texts->empty()) found->text = printable(texts->front(), k_most_text);
    co_return;
  }
}

Task<std::vector<Listing>> find(const std::vector<config::DnsList>& lists,
                                std::vector<std::string> names,
                                net::Resolver& resolver) {
  std::vector<std::optional<Listing>> found(lists.size());
  std::vector<Task<void>> tasks;
  for (std::size_t i = 0; i < lists.size(); ++i)
    tasks.push_back(ask(lists[i], std::move(names[i]), resolver, found[i]));
  co_await run_all(std::move(tasks));
  std::vector<Listing> out;
  for (auto& listing : found)
    if (listing) out.push_back(*std::move(listing));
  co_return out;
}

}  // namespace

std::string list_name(const IpAddress& address, std::string_view zone) {
  constexpr std::string_view k_digits = "0123456789abcdef";
  std::string name;
  if (address.is_v4()) {
    for (std::size_t i = 16; i-- > 12;) name += std::to_string(address.bytes[i]) + '.';
  } else {
    for (std::size_t i = 16; i-- > 0;) {
      name += {k_digits[address.bytes[i] & 15U], '.'};
      name += {k_digits[address.bytes[i] >> 4U], '.'};
    }
  }
  return name.append(zone);
}

Task<std::vector<Listing>> find_address(const std::vector<config::DnsList>& lists,
                                        IpAddress address,
                                        net::Resolver& resolver) {
  std::vector<std::string> names;
  for (const auto& list : lists) names.push_back(list_name(address, list.zone));
  co_return co_await find(lists, std::move(names), resolver);
}

Task<std::vector<Listing>> find_domain(const std::vector<config::DnsList>& lists,
                                       std::string domain,
                                       net::Resolver& resolver) {
  std::vector<std::string> names;
  for (const auto& list : lists) names.push_back(domain + "." + list.zone);
  co_return co_await find(lists, std::move(names), resolver);
}

}  // namespace kontor::filter::screening
