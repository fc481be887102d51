// SPDX-License-Identifier: GPL-3.0-or-later
// May this address send in the name of that domain? check_host() of RFC 7208, 4.
//
// All questions go to the Resolver; their number is bounded (4.6.4), their time by `deadline`:
// what is not known by then is a temperror. Never fails; any thread.
#pragma once
#include <string>

#include "base/core/networks.hpp"
#include "base/core/task.hpp"
#include "base/core/time.hpp"
#include "base/net/resolver.hpp"
#include "server/filter/spf/record.hpp"

namespace kontor::filter::spf {

struct Asked {
  IpAddress client;
  std::string hello;
  std::string sender;    // reverse-path; empty: <>, and postmaster@hello is checked (2.4)
  std::string receiver;  // our name, for explanations
  UtcSeconds now{};
  SteadyTime deadline = SteadyTime::max();
};

struct Answer {
  Verdict verdict = Verdict::none;
  std::string domain;       // that was checked
  std::string reason;       // the term that decided, or what is wrong; for people
  std::string explanation;  // of a fail, in the words of that domain; printable ASCII or empty
};

inline constexpr unsigned k_most_lookups = 10, k_most_voids = 2;  // 4.6.4

Task<Answer> check(Asked asked, net::Resolver& resolver);

}  // namespace kontor::filter::spf
