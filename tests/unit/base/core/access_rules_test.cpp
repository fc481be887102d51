// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/core/access_rules.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace kontor {
namespace {

using Verdict = AccessRules::Verdict;
using Texts = std::vector<std::string>;

AccessRules rules_of(const Texts& texts) {
  auto rules = AccessRules::parse(texts);
  EXPECT_TRUE(rules.has_value()) << rules.error().detail();
  return *std::move(rules);
}

TEST(AccessRules, TheFirstThatFitsDecides) {
  struct Row {
    Texts rules;
    std::string peer;
    Verdict verdict;
  };
  using enum Verdict;
  const Row rows[] = {
      {{}, "203.0.113.7", allowed},
      {{"10.0.0.0/8"}, "10.1.1.1", allowed},
      {{"10.0.0.0/8"}, "203.0.113.7", refused},
      {{"10.0.0.0/8"}, "2001:db8::1", refused},
      {{"192.168.1.1-192.168.1.11"}, "192.168.1.11", allowed},
      {{"192.168.1.1-192.168.1.11"}, "192.168.1.12", refused},
      {{"!203.0.113.0/24"}, "203.0.113.7", refused},
      {{"!203.0.113.0/24"}, "198.51.100.1", allowed},
      {{"!10.0.0.5", "10.0.0.0/8"}, "10.0.0.5", refused},
      {{"!10.0.0.5", "10.0.0.0/8"}, "10.0.0.6", allowed},
      {{"!10.0.0.5", "10.0.0.0/8"}, "11.0.0.1", refused},
      {{"10.0.0.0/8", "!10.0.0.5"}, "10.0.0.5", allowed},
      {{"! 10.0.0.5 "}, "10.0.0.5", refused},
      {{"0.0.0.0/0", "::/0"}, "2001:db8::1", allowed},
      {{".example.test"}, "10.0.0.5", needs_names},
      {{"10.0.0.0/8", ".example.test"}, "10.0.0.5", allowed},
      {{"10.0.0.0/8", ".example.test"}, "11.0.0.5", needs_names},
      {{"!pc-7.example.test", "10.0.0.0/8"}, "10.0.0.5", needs_names},
  };
  for (const auto& row : rows)
    EXPECT_EQ(rules_of(row.rules).judge(*parse_ip_address(row.peer)), row.verdict) << row.peer;
}

TEST(AccessRules, NamesOfHostsAndDomains) {
  struct Row {
    Texts rules, names;
    bool allowed;
  };
  const Row rows[] = {
      {{".example.test"}, {"pc1.example.test"}, true},
      {{".example.test"}, {"PC1.Example.TEST."}, true},
      {{".example.test"}, {"a.b.example.test"}, true},
      {{".example.test"}, {"example.test"}, false},
      {{".example.test"}, {"evilexample.test"}, false},
      {{".example.test"}, {}, false},
      {{"pc-7.example.test"}, {"pc-7.example.test"}, true},
      {{"pc-7.example.test"}, {"pc-8.example.test"}, false},
      {{"pc-7.example.test"}, {"x.pc-7.example.test"}, false},
      {{"!.dynamic.test"}, {"a.dynamic.test"}, false},
      {{"!.dynamic.test"}, {"a.static.test"}, true},
      {{"!.dynamic.test"}, {}, true},
      {{"!bad.example.test", ".example.test"}, {"bad.example.test"}, false},
      {{"!bad.example.test", ".example.test"}, {"good.example.test"}, true},
      {{".example.test"}, {"other.test", "pc.example.test"}, true},
      {{"10.0.0.0/8", "!.example.test"}, {"pc.example.test"}, true},
  };
  for (const auto& row : rows)
    EXPECT_EQ(rules_of(row.rules).allows(*parse_ip_address("10.0.0.5"), row.names), row.allowed)
        << row.rules.front();
}

TEST(AccessRules, MistakesAreNamedInASentence) {
  const std::pair<std::string, std::string> rows[] = {
      {"10.0.0.1/8", "\"10.0.0.1/8\": the address has bits behind its prefix; write 10.0.0.0/8"},
      {"!2001:zz::", "\"2001:zz::\" is not an IPv4 or IPv6 address"},
      {"10.0.0", "\"10.0.0\" is not an IPv4 or IPv6 address"},
      {"10.0.0.9-10.0.0.1", "\"10.0.0.9-10.0.0.1\" ends before it begins"},
      {"", "\"\" is no network, range, address or host name"},
      {"!", "\"!\" is no network, range, address or host name"},
      {"a b.test", "\"a b.test\" is no network, range, address or host name"},
      {"-a.test", "\"-a.test\" is no network, range, address or host name"},
      {"..test", "\"..test\" is no network, range, address or host name"},
  };
  for (const auto& [text, sentence] : rows) {
    const auto parsed = AccessRules::parse({text});
    ASSERT_FALSE(parsed.has_value()) << text;
    EXPECT_EQ(parsed.error().detail(), sentence);
  }
}

}  // namespace
}  // namespace kontor
