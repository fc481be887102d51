// SPDX-License-Identifier: GPL-3.0-or-later
// A bucket is one moment, the one when it is full again: each request moves it on by its share of a
// minute, and it may lie a minute ahead at most (the generic cell rate algorithm).
#include "server/http/rates.hpp"

#include <algorithm>

namespace kontor::http {
namespace {

constexpr std::chrono::nanoseconds k_minute = std::chrono::minutes(1);
constexpr unsigned k_v4_bits = 32, k_v6_bits = 64;

std::string key_of(std::string_view address) {
  const auto parsed = parse_ip_address(address);
  if (!parsed) return std::string(address);
  return parsed->network(parsed->is_v4() ? k_v4_bits : k_v6_bits).text();
}

}  // namespace

Rates::Rates(const config::Http& settings, const Clock& clock)
    : most_of_person_(settings.requests_per_person),
      most_of_address_(settings.requests_per_address),
      clock_(clock),
      people_(k_most_people),
      addresses_(k_most_addresses) {
  if (auto networks = NetworkList::parse(settings.unlimited_networks))
    unlimited_ = *std::move(networks);
}

Rates::Verdict Rates::take_address(std::string_view address) {
  if (most_of_address_ == 0 || unlimited_.contains(address)) return {};
  return take(addresses_, key_of(address), most_of_address_);
}

Rates::Verdict Rates::take_person(const directory::PrincipalId& person) {
  if (most_of_person_ == 0) return {};
  return take(people_, person.text(), most_of_person_);
}

Rates::Verdict Rates::take(Guarded<Buckets>& buckets,
                           const std::string& key,
                           std::uint32_t most) const {
  const auto now = clock_.steady();
  const auto share = k_minute / most;
  return buckets.with([&](Buckets& table) -> Verdict {
    auto& bucket = table.touch(key);
    const auto full = std::max(bucket.full, now) + share;
    const auto over = full - now - k_minute;
    if (over <= over.zero()) {
      bucket.full = full;
      return {};
    }
    const bool is_news = !bucket.was_told || now - bucket.told >= k_minute;
    if (is_news) bucket.told = now;
    bucket.was_told = true;
    return {std::chrono::ceil<std::chrono::seconds>(over), is_news};
  });
}

}  // namespace kontor::http
