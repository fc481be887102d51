// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/filter/dmarc/check.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/run_task.hpp"
#include "tests/support/zone_resolver.hpp"

namespace kontor::filter::dmarc {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(DmarcSuffixes, OrganisationsAreFoundByTheList) {
  const Suffixes suffixes;
  EXPECT_EQ(suffixes.organisation_of("a.mail.example.co.uk"), "example.co.uk");
  EXPECT_EQ(suffixes.organisation_of("example.com"), "example.com");
  EXPECT_EQ(suffixes.organisation_of("mail.example.com"), "example.com");
  EXPECT_EQ(suffixes.organisation_of("mail.example.test"), "example.test");
  EXPECT_EQ(suffixes.organisation_of("co.uk"), "co.uk");
}

TEST(DmarcRecord, TagsAreRead) {
  const auto record = parse_record(
      "v=DMARC1; p=reject; sp=quarantine; adkim=s; aspf=r; pct=20; rua=mailto:d@example.test; x=y");
  ASSERT_TRUE(record);
  EXPECT_EQ(record->policy, Policy::reject);
  EXPECT_EQ(record->below, Policy::quarantine);
  EXPECT_TRUE(record->is_dkim_strict);
  EXPECT_FALSE(record->is_spf_strict);
  EXPECT_EQ(record->percent, 20U);
  EXPECT_EQ(record->reports, "mailto:d@example.test");
}

TEST(DmarcRecord, WhatIsNone) {
  EXPECT_FALSE(parse_record("v=DMARC2; p=none"));
  EXPECT_FALSE(parse_record("p=none; v=DMARC1"));
  EXPECT_FALSE(parse_record("v=DMARC1"));
  EXPECT_FALSE(parse_record("v=DMARC1; p=maybe"));
  EXPECT_EQ(parse_record("v=DMARC1; p=maybe; rua=mailto:a@b.test")->policy, Policy::none);
  EXPECT_EQ(parse_record("v = DMARC1 ;p=none; pct=200")->percent, 100U);
}

TEST(DmarcAuthors, TheirDomainsOnceEach) {
  EXPECT_THAT(author_domains("From: Anna <anna@A.test>\r\nTo: x@b.test\r\n"),
              ElementsAre("a.test"));
  EXPECT_THAT(author_domains("From: a@a.test, b@A.TEST., c@c.test\r\nfrom: d@d.test\r\n"),
              ElementsAre("a.test", "c.test", "d.test"));
  EXPECT_THAT(author_domains("From: a@\xC3\xA4.test\r\n"), ElementsAre("xn--4ca.test"));
  EXPECT_THAT(author_domains("From: group: a@a.test;\r\n"), ElementsAre("a.test"));
  EXPECT_THAT(author_domains("From: anna\r\n"), ElementsAre(""));
  EXPECT_THAT(author_domains("Subject: none\r\n"), IsEmpty());
  std::string many = "From: x@d0.test";
  for (int i = 1; i < 50; ++i) many += ", x@d" + std::to_string(i) + ".test";
  EXPECT_EQ(author_domains(many + "\r\n").size(), k_most_authors + 1);
}

class DmarcCheck : public ::testing::Test {
 protected:
  Answer ask(std::vector<std::string> authors, std::vector<Witness> witnesses, unsigned draw = 0) {
    Asked asked{std::move(authors), std::move(witnesses), draw, SteadyTime::max()};
    return kontor::testing::run(context, check(std::move(asked), suffixes, dns));
  }
  void record(const std::string& domain, std::string text) {
    dns.zone["_dmarc." + domain].txt = {std::move(text)};
  }
  static Witness spf(std::string domain, bool is_pass = true) {
    return {std::move(domain), true, is_pass, false};
  }
  static Witness dkim(std::string domain, bool is_pass = true) {
    return {std::move(domain), false, is_pass, false};
  }

  boost::asio::io_context context;
  Suffixes suffixes;
  kontor::testing::ZoneResolver dns;
};

TEST_F(DmarcCheck, EitherWitnessOfTheSameOrganisationIsEnough) {
  record("a.test", "v=DMARC1; p=reject");
  EXPECT_EQ(ask({"a.test"}, {spf("bounce.a.test"), dkim("x.test")}).verdict, Verdict::pass);
  EXPECT_EQ(ask({"a.test"}, {spf("x.test"), dkim("a.test")}).verdict, Verdict::pass);
  const auto answer = ask({"a.test"}, {spf("x.test"), dkim("a.test", false)});
  EXPECT_EQ(answer.verdict, Verdict::fail);
  EXPECT_EQ(answer.policy, Policy::reject);
  EXPECT_EQ(ask({"a.test"}, {spf("evila.test")}).verdict, Verdict::fail);
}

TEST_F(DmarcCheck, StrictAlignmentIsTheSameDomain) {
  record("a.test", "v=DMARC1; p=quarantine; adkim=s; aspf=s");
  EXPECT_EQ(ask({"a.test"}, {spf("m.a.test"), dkim("m.a.test")}).verdict, Verdict::fail);
  EXPECT_EQ(ask({"a.test"}, {spf("a.test")}).verdict, Verdict::pass);
  EXPECT_EQ(ask({"a.test"}, {dkim("a.test")}).verdict, Verdict::pass);
}

TEST_F(DmarcCheck, DomainsBelowHaveThePolicyOfTheirOrganisation) {
  record("a.test", "v=DMARC1; p=reject; sp=quarantine");
  EXPECT_EQ(ask({"m.a.test"}, {}).policy, Policy::quarantine);
  EXPECT_EQ(ask({"a.test"}, {}).policy, Policy::reject);
  record("m.a.test", "v=DMARC1; p=none");
  const auto answer = ask({"m.a.test"}, {});
  EXPECT_EQ(answer.verdict, Verdict::fail);
  EXPECT_EQ(answer.policy, Policy::none);
}

TEST_F(DmarcCheck, APartOfTheMailIsTreatedMilder) {
  record("a.test", "v=DMARC1; p=reject; pct=30");
  EXPECT_EQ(ask({"a.test"}, {}, 29).policy, Policy::reject);
  EXPECT_EQ(ask({"a.test"}, {}, 30).policy, Policy::quarantine);
  record("a.test", "v=DMARC1; p=quarantine; pct=0");
  EXPECT_EQ(ask({"a.test"}, {}, 0).policy, Policy::none);
}

TEST_F(DmarcCheck, WhatIsNotThereOrNotKnown) {
  EXPECT_EQ(ask({"a.test"}, {spf("a.test")}).verdict, Verdict::none);
  dns.zone["_dmarc.two.test"].txt = {"v=DMARC1; p=none", "v=DMARC1; p=reject"};
  EXPECT_EQ(ask({"two.test"}, {}).verdict, Verdict::none);
  dns.zone["_dmarc.slow.test"].times_out = true;
  EXPECT_EQ(ask({"slow.test"}, {spf("slow.test")}).verdict, Verdict::temperror);
  record("a.test", "v=DMARC1; p=reject");
  EXPECT_EQ(ask({"a.test"}, {{"a.test", false, false, true}}).verdict, Verdict::temperror);
  EXPECT_EQ(ask({"a.test"}, {{"x.test", false, false, true}}).verdict, Verdict::fail);
  EXPECT_EQ(ask({}, {}).verdict, Verdict::permerror);
  EXPECT_EQ(ask({""}, {}).verdict, Verdict::permerror);
  EXPECT_EQ(ask({"a.test", "b.test", "c.test", "d.test", "e.test", "f.test"}, {}).verdict,
            Verdict::permerror);
}

TEST_F(DmarcCheck, OfSeveralAuthorsTheWorstCounts) {
  record("good.test", "v=DMARC1; p=reject");
  record("bad.test", "v=DMARC1; p=quarantine");
  const auto answer = ask({"good.test", "bad.test"}, {dkim("good.test")});
  EXPECT_EQ(answer.verdict, Verdict::fail);
  EXPECT_EQ(answer.domain, "bad.test");
  EXPECT_EQ(ask({"bad.test", "good.test"}, {dkim("good.test")}).domain, "bad.test");
}

}  // namespace
}  // namespace kontor::filter::dmarc
