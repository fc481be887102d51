// SPDX-License-Identifier: GPL-3.0-or-later
// Values of policy.attribute on organisational units and other containers, and what of them reaches
// the people and groups below. For the sources; one thread.
#pragma once
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace kontor::directory {

class UnitPolicies {
 public:
  // The values of one container, in place of those before; none: it has none any more. False: it
  // had just these.
  bool put(const std::string& dn, const std::vector<std::string>& values);
  void clear() { units_.clear(); }
  bool operator==(const UnitPolicies&) const = default;

  // Principal::policies of somebody with this DN and these values of his own: his own first, then
  // those of each container around him, the nearest first.
  std::vector<std::string> reaching(std::string_view dn, const std::vector<std::string>& own) const;

 private:
  std::map<std::string, std::vector<std::string>> units_;  // by folded DN, with the DN in front
};

}  // namespace kontor::directory
