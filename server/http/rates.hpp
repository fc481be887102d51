// SPDX-License-Identifier: GPL-3.0-or-later
// Rates: how many requests a person and an address may send (http.requests_per_person,
// http.requests_per_address). In memory; any thread; never blocks.
//
// Each has a bucket of as many requests as are allowed in a minute, which fills again over a
// minute. What is refused takes nothing out of it. Tables are bounded: those who were not heard of
// for longest are forgotten, and begin with a full bucket.
#pragma once
#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/config/settings.hpp"
#include "base/core/guarded.hpp"
#include "base/core/networks.hpp"
#include "base/core/time.hpp"
#include "directory/model/model.hpp"
#include "server/trace/recent_map.hpp"

namespace kontor::http {

class Rates {
 public:
  static constexpr std::size_t k_most_addresses = 50'000, k_most_people = 50'000;

  // `clock` outlives it. unlimited_networks has been checked (config::check_settings).
  Rates(const config::Http& settings, const Clock& clock);

  struct Verdict {
    std::chrono::seconds wait{0};  // 0: the request may be answered; more: try again after that
    bool is_news = false;          // refused, and that was not said within the last minute
  };
  // A request from this address, numeric as net::Endpoint has it; of IPv6 its /64 counts.
  Verdict take_address(std::string_view address);
  Verdict take_person(const directory::PrincipalId& person);

 private:
  struct Bucket {
    SteadyTime full{};  // when it is full again
    SteadyTime told{};  // when it was news that it is empty
    bool was_told = false;
  };
  using Buckets = trace::RecentMap<Bucket>;
  Verdict take(Guarded<Buckets>& buckets, const std::string& key, std::uint32_t most) const;

  std::uint32_t most_of_person_, most_of_address_;
  NetworkList unlimited_;
  const Clock& clock_;
  Guarded<Buckets> people_, addresses_;
};

}  // namespace kontor::http
