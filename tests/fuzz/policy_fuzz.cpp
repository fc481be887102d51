// SPDX-License-Identifier: GPL-3.0-or-later
// Rules of policy, the file that holds them and the directory's attribute: what is accepted is
// written as it was read, and any value of the attribute leaves a directory copy readable.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "server/policy/resolution.hpp"
#include "server/policy/rule_file.hpp"

namespace {

using namespace kontor;

void check_rule(std::string_view text) {
  const auto rule = config::parse_policy(text);
  if (!rule) {
    if (rule.error().detail().empty()) std::abort();  // every refusal says why
    return;
  }
  if (rule->who.empty() || rule->values.empty()) std::abort();
  const auto again = config::parse_policy(config::format_policy(*rule));
  if (!again || *again != *rule) std::abort();
}

void check_file(std::string_view text) {
  auto rules = policy::parse_rules(text);
  if (!rules) return;
  const auto again = policy::parse_rules(policy::format_rules(*rules));
  if (!again || *again != *rules) std::abort();
  if (rules->empty()) return;
  const auto who = rules->front().who;
  if (!policy::drop_rule(*rules, who, "")) std::abort();
}

void check_attribute(std::string_view text) {
  directory::Principal person;
  person.id = {"ad", Uuid()};
  person.sid = "S-1-5-21-1";
  person.dn = "CN=a,OU=b,DC=c";
  person.policies = {std::string(text), "OU=b,DC=c\n" + std::string(text)};
  const directory::DirectoryCopy copy({person}, 1);
  const policy::RuleIndex index({}, copy);
  const auto applied = index.applied_to(copy, *copy.find(person.id));
  if (applied.size() > index.listed().size()) std::abort();
  (void)policy::values_of(applied);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  check_rule(text);
  check_file(text);
  check_attribute(text);
  return 0;
}
