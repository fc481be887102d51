// SPDX-License-Identifier: GPL-3.0-or-later
// What is asked of a controller: who it is, everybody, what changed since, who is gone.
//
// Blocks; failures are the connection's. A strange entry is left out, never a failure of the whole.
#pragma once
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/config/settings.hpp"
#include "directory/ldap/connection.hpp"
#include "directory/model/unit_policies.hpp"

namespace kontor::directory {

// A controller may look through all its entries before the first one comes (measured: half a second
// for 10,000 people on an idle Samba, many seconds on a loaded one); whether it is there at all is
// asked before.
inline constexpr std::chrono::milliseconds k_scan_patience{30'000};

struct ControllerFacts {
  std::string domain_dn;      // defaultNamingContext
  std::string base;           // what is followed: settings.search_base or domain_dn
  std::string invocation_id;  // of its database; USNs count only within one ([MS-ADTS] 3.1.1.1.9)
  DomainNames names;
};

struct Delta {
  std::vector<Converted> changed;
  std::map<Uuid, std::vector<Uuid>> member_of;  // of those: the groups of this domain they are in
  std::vector<Uuid> out_of_sight;               // there or not, but nobody we follow (any longer)
  std::vector<Uuid> containers;                 // that people may lie below
  bool touches_domain = false;                  // the domain's own entry, above everybody
  std::set<std::uint64_t> numbers;  // uSNChanged of all that was read, within what was asked for
  bool moves_others = false;        // a container was renamed: DNs of others changed without a word
};

class Reader {
 public:
  // bad_input: the controller is of another domain than the settings say.
  static Result<Reader> begin(Connection& connection,
                              const config::ActiveDirectory& settings,
                              const std::string& policy_attribute = {},
                              Reading reading = {});

  const ControllerFacts& facts() const { return facts_; }
  Connection& connection() const { return *connection_; }
  // `is_worth_waiting`: see Search.
  Result<std::uint64_t> highest_usn(std::optional<std::chrono::milliseconds> limit = {},
                                    Patience is_worth_waiting = {}) const;
  Result<std::vector<Converted>> everybody() const;

  // What the organisational units and other containers of the domain have in policy.attribute.
  Result<UnitPolicies> units() const;
  // Everything with a number of (since, upto], whatever its kind.
  Result<Delta> changes(std::uint64_t since, std::uint64_t upto) const;
  // The numbers alone.
  Result<std::set<std::uint64_t>> numbers(std::uint64_t since, std::uint64_t upto) const;
  // These as they are now.
  Result<Delta> again(const std::set<Uuid>& guids) const;
  // The GUIDs of everybody, nothing else.
  Result<std::set<Uuid>> present() const;
  // Asks for each one: those that really are gone or out of sight.
  Result<std::vector<Uuid>> confirm_gone(const std::vector<Uuid>& missing) const;

 private:
  explicit Reader(Connection& connection) : connection_(&connection) {}
  Result<void> read_names(const config::ActiveDirectory& settings, const std::string& config_dn);
  Result<void> read_on(Converted& group) const;
  Result<void> read_on(Delta& delta) const;
  void take(const Entry& entry, Delta& delta) const;
  bool is_below_base(const std::string& dn) const;

  Connection* connection_;
  ControllerFacts facts_;
};

// "DC=ad,DC=example,DC=test" to "ad.example.test"; empty for other forms.
std::string dns_name_of(std::string_view dn);

}  // namespace kontor::directory
