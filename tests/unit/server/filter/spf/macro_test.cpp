// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/filter/spf/macro.hpp"

#include <gtest/gtest.h>

namespace kontor::filter::spf {
namespace {

class SpfMacro : public ::testing::Test {
 protected:
  SpfMacro() {  // the values of RFC 7208, 7.4
    values.sender = "strong-bad@email.example.com";
    values.domain = "email.example.com";
    values.hello = "mx.example.com";
    values.address = *parse_ip_address("192.0.2.3");
    values.now = UtcSeconds(std::chrono::seconds(1'700'000'000));
  }
  std::string in_domain(std::string_view text) const {
    return expand(text, MacroPlace::domain, values);
  }
  MacroValues values;
};

TEST_F(SpfMacro, TheExamplesOfTheStandard) {
  EXPECT_EQ(in_domain("%{s}"), "strong-bad@email.example.com");
  EXPECT_EQ(in_domain("%{o}"), "email.example.com");
  EXPECT_EQ(in_domain("%{d4}"), "email.example.com");
  EXPECT_EQ(in_domain("%{d2}"), "example.com");
  EXPECT_EQ(in_domain("%{d1}"), "com");
  EXPECT_EQ(in_domain("%{dr}"), "com.example.email");
  EXPECT_EQ(in_domain("%{d2r}"), "example.email");
  EXPECT_EQ(in_domain("%{l}"), "strong-bad");
  EXPECT_EQ(in_domain("%{l-}"), "strong.bad");
  EXPECT_EQ(in_domain("%{lr-}"), "bad.strong");
  EXPECT_EQ(in_domain("%{l1r-}"), "strong");
  EXPECT_EQ(in_domain("%{ir}.%{v}._spf.%{d2}"), "3.2.0.192.in-addr._spf.example.com");
  EXPECT_EQ(in_domain("%{lr-}.lp.%{ir}.%{v}._spf.%{d2}"),
            "bad.strong.lp.3.2.0.192.in-addr._spf.example.com");
  values.address = *parse_ip_address("2001:db8::cb01");
  EXPECT_EQ(in_domain("%{ir}.%{v}._spf.%{d2}"),
            "1.0.B.C.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.B.D.0.1.0.0.2.ip6._spf.example.com");
}

TEST_F(SpfMacro, AnExplanationHasMoreLetters) {
  EXPECT_EQ(expand("%{c}%_is%-bad: %{S} at %{t} says %{r}, 100%%", MacroPlace::explanation, values),
            "192.0.2.3 is%20bad: strong-bad%40email.example.com at 1700000000 says unknown, 100%");
  EXPECT_TRUE(check_macros("%{c} %{r} %{t}", MacroPlace::explanation));
  EXPECT_FALSE(check_macros("%{c}", MacroPlace::domain));
}

TEST_F(SpfMacro, WhatIsNoMacroIsRefused) {
  for (const auto* text : {"%", "%a", "%{", "%{d", "%{}", "%{d0}", "%{d2x}", "%{q}", "%{dr2}"})
    EXPECT_FALSE(check_macros(text, MacroPlace::domain)) << text;
  EXPECT_TRUE(check_domain_spec("%{d4294967295}"));
  EXPECT_TRUE(check_domain_spec("%{d99999999999999999999}"));
}

TEST_F(SpfMacro, ALongNameLosesItsFirstLabels) {
  values.sender = std::string(60, 'a') + "." + std::string(63, 'b') + "." + std::string(63, 'c') +
                  "." + std::string(63, 'd') + "@email.example.com";
  const auto name = in_domain("%{l}.%{d}");
  EXPECT_EQ(name, std::string(63, 'b') + "." + std::string(63, 'c') + "." + std::string(63, 'd') +
                      ".email.example.com");
}

}  // namespace
}  // namespace kontor::filter::spf
