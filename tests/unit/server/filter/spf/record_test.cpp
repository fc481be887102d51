// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/filter/spf/record.hpp"

#include <gtest/gtest.h>

namespace kontor::filter::spf {
namespace {

TEST(SpfRecord, EveryMechanismIsRead) {
  const auto record = parse_record(
      "v=SPF1 +a -mx/24//64 ~a:mail.example.test/28 ?ptr include:other.test ip4:192.0.2.0/24 "
      "ip6:2001:db8::/32 exists:%{ir}.x.test  -ALL redirect=r.test exp=e.test other=%{d}");
  ASSERT_TRUE(record) << record.error().text();
  ASSERT_EQ(record->mechanisms.size(), 9U);
  const auto& mx = record->mechanisms[1];
  EXPECT_EQ(mx.kind, Kind::mx);
  EXPECT_EQ(mx.when_matched, Verdict::fail);
  EXPECT_EQ(mx.prefix4, 24U);
  EXPECT_EQ(mx.prefix6, 64U);
  EXPECT_EQ(record->mechanisms[2].domain, "mail.example.test");
  EXPECT_EQ(record->mechanisms[2].when_matched, Verdict::softfail);
  EXPECT_EQ(record->mechanisms[2].prefix4, 28U);
  EXPECT_EQ(record->mechanisms[3].when_matched, Verdict::neutral);
  EXPECT_EQ(record->mechanisms[5].address.text(), "192.0.2.0");
  EXPECT_EQ(record->mechanisms[6].prefix6, 32U);
  EXPECT_EQ(record->mechanisms[7].domain, "%{ir}.x.test");
  EXPECT_EQ(record->redirect, "r.test");
  EXPECT_EQ(record->explanation, "e.test");
}

TEST(SpfRecord, OneWrongTermSpoilsTheRecord) {
  for (const auto* term : {"a/33",
                           "a/024",
                           "a//129",
                           "a:",
                           "a:example",
                           "a:example.111",
                           "a:x.test/",
                           "all:x",
                           "all/8",
                           "include",
                           "ip4:192.0.2.0/33",
                           "ip4:192.0.2",
                           "ip4:2001:db8::",
                           "ip6:192.0.2.1",
                           "ip6:",
                           "exists",
                           "foo",
                           "foo:bar.test",
                           "1up=x",
                           "=all",
                           "redirect=",
                           "exp=e.test exp=e.test",
                           "redirect=a.test redirect=b.test",
                           "include:%{c}.test",
                           "exists:%(d).test",
                           "a:x.-test",
                           "include:a b.test",
                           "exists:caf\xC3\xA9.test",
                           "+",
                           "--all"})
    EXPECT_FALSE(parse_record(std::string("v=spf1 ") + term + " -all")) << term;
}

TEST(SpfRecord, TheVersionIsAWordOfItsOwn) {
  EXPECT_TRUE(is_spf_record("v=spf1"));
  EXPECT_TRUE(is_spf_record("V=SPF1 -all"));
  EXPECT_FALSE(is_spf_record("v=spf10"));
  EXPECT_FALSE(is_spf_record(" v=spf1"));
  EXPECT_FALSE(is_spf_record("v=spf1\t-all"));
}

TEST(SpfRecord, ItsSizeIsBounded) {
  std::string terms = "v=spf1";
  for (int i = 0; i < 501; ++i) terms += " a";
  EXPECT_FALSE(parse_record(terms));
  EXPECT_FALSE(parse_record("v=spf1 x=" + std::string(20'000, 'a')));
}

}  // namespace
}  // namespace kontor::filter::spf
