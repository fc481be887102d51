// SPDX-License-Identifier: GPL-3.0-or-later
// The domain controllers of one domain: which there are, at which addresses, and in which order to
// ask them.
//
// Names come from the settings, in order of preference, or from SRV records (RFC 2782: priorities,
// then weights): _ldap._tcp.SITE._sites.dc._msdcs.DOMAIN gives the near ones, which come first,
// _ldap._tcp.dc._msdcs.DOMAIN all of them. The site is that of the settings, or what a controller
// says when it is pinged. Only refresh() asks DNS, a second a server at most; everybody else
// reads what it found, so that a sign-in never waits for DNS and the last known addresses serve
// while DNS is down. Any thread.
#pragma once
#include <cstdint>
#include <optional>
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
  std::size_t distance = 0;            // smaller is preferred; equal: as good
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
  // Those that failed last; among the others by distance, then the last good one first, else in the
  // order found.
  std::vector<Controller> in_order() const;
  // One that is nearer than this but failed: worth a ping().
  std::optional<Controller> nearer_than(const std::string& host) const;
  // Where to go from this one: the first other in_order(), if it has an address.
  std::optional<Controller> other_than(const std::string& host) const;
  const std::string& domain() const { return domain_; }  // DNS name, lower case
  std::string site() const;                              // empty: unknown
  void answered(const std::string& host);
  void failed(const std::string& host);

 private:
  struct Known {
    std::vector<Controller> controllers;
    std::string preferred;
    std::string site;
    std::vector<std::string> failed;
    std::minstd_rand random{std::random_device{}()};
  };
  Result<void> refresh_once();
  Result<std::vector<Controller>> find_names();
  Result<std::vector<Controller>> find_by_srv();
  void find_site(const std::vector<Controller>& controllers);

  std::string domain_;
  std::vector<std::string> configured_;
  Guarded<Known> known_;
};

}  // namespace kontor::directory
