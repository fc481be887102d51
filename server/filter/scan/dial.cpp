// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/filter/scan/dial.hpp"

#include <algorithm>

#include "base/net/connect.hpp"

namespace kontor::filter::scan {
namespace {

Task<Result<std::unique_ptr<net::Stream>>> dial(config::ServiceAddress where, net::Limit limit) {
  if (!where.path.empty()) co_return co_await net::connect_unix(std::move(where.path), limit);
  co_return co_await net::connect({std::move(where.address), where.port}, {}, limit);
}

}  // namespace

Dial real_dial() {
  return [](const config::ServiceAddress& where, net::Limit limit) { return dial(where, limit); };
}

net::Limit time_left(SteadyTime deadline) {
  const auto left = deadline - std::chrono::steady_clock::now();
  return std::max(std::chrono::ceil<net::Limit>(left), net::Limit(1));
}

}  // namespace kontor::filter::scan
