// SPDX-License-Identifier: GPL-3.0-or-later
// Rules of policy, the files that hold them and what was sent today, the directory's attribute:
// what is accepted is written as it was read, and any value of the attribute leaves a directory
// copy readable.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "server/policy/day_counts.hpp"
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

void check_counts(std::string_view bytes) {
  const UtcSeconds now(std::chrono::seconds(1'790'000'000));
  policy::DayCounts counts(10);
  if (!counts.load(bytes, now)) {
    if (counts.size() != 0) std::abort();
    return;
  }
  const auto key = policy::day_key("192.0.2.1");
  if (!counts.take(key, {1, 1}, {}, now)) std::abort();
  const auto written = counts.take_changed();
  policy::DayCounts again(10);
  if (!written || !again.load(*written, now) || again.used(key, now) != counts.used(key, now))
    std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  check_rule(text);
  check_file(text);
  check_attribute(text);
  check_counts(text);
  return 0;
}
