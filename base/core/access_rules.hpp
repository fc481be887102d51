// SPDX-License-Identifier: GPL-3.0-or-later
// Who may use a protocol (settings access.*): networks and host names, "!" in front of who may not.
//
// The first rule that fits decides. When none fits: everybody may if all rules are exclusions (or
// there are none), nobody otherwise. A name is that of a host ("pc1.example.test") or everything
// below a domain (".example.test"); the names of a peer are asked for only when a rule with a name
// is reached. Pure and immutable; any thread.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/core/networks.hpp"

namespace kontor {

class AccessRules {
 public:
  enum class Verdict : unsigned char { allowed, refused, needs_names };

  AccessRules() = default;  // everybody
  // bad_input: the sentence of the first that is wrong.
  static Result<AccessRules> parse(const std::vector<std::string>& texts);
  // needs_names: the rules before the first with a name do not fit.
  Verdict judge(const IpAddress& peer) const;
  // `names`: the peer's host names as the DNS confirms them forwards and backwards, any case.
  bool allows(const IpAddress& peer, const std::vector<std::string>& names) const;

 private:
  struct Rule {
    bool is_exclusion = false;
    std::optional<Network> network;
    std::string name;  // lower case, without a network
  };
  static Result<Rule> parse_rule(std::string_view text);

  std::vector<Rule> rules_;
  bool otherwise_ = true;  // what holds when none fits
};

}  // namespace kontor
