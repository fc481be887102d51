// SPDX-License-Identifier: GPL-3.0-or-later
// The domain controllers: which there are, at which addresses, and in which order to ask them.
//
// Names come from the settings or from SRV records of _ldap._tcp.dc._msdcs.DOMAIN (RFC 2782:
// priorities, then weights). Only refresh() asks DNS, a second a server at most; everybody else
// reads what it found, so that a sign-in never waits for DNS and the last known addresses serve
// while DNS is down. Any thread.
#pragma once
#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "base/config/settings.hpp"
#include "base/core/guarded.hpp"
#include "base/core/result.hpp"

namespace kontor::directory {

struct Controller {
  std::string host;  // as configured or as DNS names it; for tickets and certificates
  std::uint16_t ldap_port = 389;
  std::vector<std::string> addresses;  // numeric; empty: not resolved yet
};

struct SrvRecord {
  std::uint16_t priority = 0, weight = 0, port = 0;
  std::string target;
};

// A controller as the settings name one: "dc1.example.com", "dc1:3389", "ldap://dc1", "[::1]:389".
// unsupported: ldaps, with a sentence that says what to use instead; bad_input: anything else.
Result<Controller> parse_controller(std::string_view text);

// RFC 2782: by priority; within one, drawn by weight with `random`.
std::vector<SrvRecord> order_srv(std::vector<SrvRecord> records, std::minstd_rand& random);

// SRV records in a DNS answer (RFC 1035, 4.1). bad_input: not a DNS message.
Result<std::vector<SrvRecord>> parse_srv_answer(std::string_view message);

class Controllers {
 public:
  // A wrong entry of `controllers` is reported by every refresh().
  explicit Controllers(const config::ActiveDirectory& settings);
  // Blocks for DNS. What cannot be found now keeps its last known value; an error when nothing is
  // known at all.
  Result<void> refresh();
  // The last good one first, the failed ones last, else in the order found.
  std::vector<Controller> in_order() const;
  void answered(const std::string& host);
  void failed(const std::string& host);

 private:
  struct Known {
    std::vector<Controller> controllers;
    std::string preferred;
    std::vector<std::string> failed;
    std::minstd_rand random{std::random_device{}()};
  };
  Result<std::vector<Controller>> find_names();

  std::string domain_;
  std::vector<std::string> configured_;
  Guarded<Known> known_;
};

}  // namespace kontor::directory
