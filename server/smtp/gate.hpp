// SPDX-License-Identifier: GPL-3.0-or-later
// Gate: which addresses may send to anybody without signing in, and how often an address may begin
// a message (smtp.trusted_networks, smtp.max_messages_per_minute). Any thread.
#pragma once
#include <map>
#include <string>

#include "base/config/settings.hpp"
#include "base/core/guarded.hpp"
#include "base/core/networks.hpp"
#include "base/core/time.hpp"

namespace kontor::smtp {

class Gate {
 public:
  // Networks that cannot be read trust nobody: check_settings() refuses them before.
  explicit Gate(const config::Smtp& settings);

  bool is_trusted(const std::string& address) const { return trusted_.contains(address); }
  // Counts a message of this address; false: there were enough within the last minute.
  bool let_in(const std::string& address, SteadyTime now);

 private:
  struct Minute {
    SteadyTime began{};
    std::uint32_t messages = 0;
  };
  using Minutes = std::map<std::string, Minute>;
  NetworkList trusted_;
  std::uint32_t most_;
  Guarded<Minutes> minutes_;
};

}  // namespace kontor::smtp
