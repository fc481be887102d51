// SPDX-License-Identifier: GPL-3.0-or-later
// Networks and access rules of the settings: any text, and what parses holds its own ends.
#include <cstdint>
#include <cstdlib>

#include "base/core/access_rules.hpp"
#include "base/core/text.hpp"

namespace {

// The last address of an IPv6 network such as ::/80 has the form of an IPv4 one, which is not in
// it.
bool holds_its_end(const kontor::Network& network) {
  return network.contains(network.last) == (network.last.is_v4() == network.first.is_v4());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace kontor;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  std::vector<std::string> texts, networks;
  for (const auto line : split(bytes, '\n')) {
    texts.emplace_back(line);
    if (const auto network = parse_network(line); network) {
      networks.emplace_back(line);
      if (!network->contains(network->first) || !holds_its_end(*network)) std::abort();
      const auto again = parse_ip_address(network->first.text());
      if (!again || *again != network->first) std::abort();
    }
  }
  const auto list = NetworkList::parse(networks);
  if (!list) std::abort();
  for (const auto& text : networks)
    if (!list->contains(parse_network(text)->first)) std::abort();
  if (const auto rules = AccessRules::parse(texts); rules) {
    const auto peer = parse_ip_address("10.0.0.5");
    if (rules->judge(*peer) == AccessRules::Verdict::allowed && !rules->allows(*peer, {}))
      std::abort();
  }
  return 0;
}
