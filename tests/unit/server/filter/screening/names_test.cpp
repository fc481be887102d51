// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/filter/screening/names.hpp"

#include <gtest/gtest.h>

#include "server/filter/screening/callout.hpp"
#include "server/filter/screening/dns_lists.hpp"
#include "tests/support/run_task.hpp"
#include "tests/support/zone_resolver.hpp"
#include "tests/unit/server/fakes.hpp"

namespace kontor::filter::screening {
namespace {

using kontor::testing::run;

struct ScreeningNames : ::testing::Test {
  kontor::testing::ZoneResolver dns;
  boost::asio::io_context context;
  IpAddress client = *parse_ip_address("192.0.2.9");
  ReverseName reverse() { return run(context, reverse_name(client, dns, SteadyTime::max())); }
  Verdict mail(const std::string& domain) { return run(context, takes_mail(domain, dns)); }
};

TEST_F(ScreeningNames, AReverseNameMustLeadBack) {
  EXPECT_EQ(reverse().verdict, Verdict::fail);  // none
  dns.zone["192.0.2.9"].ptr = {"forged.test", "MX.good.test"};
  dns.zone["forged.test"].a = {"198.51.100.1"};
  EXPECT_EQ(reverse().verdict, Verdict::fail);
  dns.zone["mx.good.test"].a = {"198.51.100.1", "192.0.2.9"};
  EXPECT_EQ(reverse().verdict, Verdict::pass);
  EXPECT_EQ(reverse().name, "mx.good.test");
}

TEST_F(ScreeningNames, SilenceIsNoFault) {
  dns.zone["192.0.2.9"].times_out = true;
  EXPECT_EQ(reverse().verdict, Verdict::unknown);
  dns.zone["192.0.2.9"].ptr = {"slow.test"};
  dns.zone["slow.test"].times_out = true;
  EXPECT_EQ(reverse().verdict, Verdict::unknown);
  EXPECT_EQ(run(context, reverse_name(client, dns, SteadyTime::min())).verdict, Verdict::unknown);
  EXPECT_EQ(mail("slow.test"), Verdict::unknown);
}

TEST_F(ScreeningNames, HelloMustBeTheClients) {
  const auto fault = [&](std::string_view name) {
    return hello_fault(name, client, "mail.example.test", false);
  };
  for (const auto* good : {"mx.good.test", "[192.0.2.9]", "mail.example.test.de"})
    EXPECT_EQ(fault(good), "") << good;
  EXPECT_EQ(fault("[192.0.2.10]"), "not your address");
  EXPECT_EQ(fault("[x]"), "not an address");
  EXPECT_EQ(fault("192.0.2.9"), "an address without brackets");
  EXPECT_EQ(fault("Mail.example.test"), "the name of this server");
  EXPECT_EQ(hello_fault("mail.example.test", client, "mail.example.test", true), "");
  EXPECT_EQ(fault("localhost"), "not the full name of a host");
  EXPECT_EQ(fault("host."), "not the full name of a host");
  client = *parse_ip_address("2001:db8::1");
  EXPECT_EQ(fault("[IPv6:2001:DB8::1]"), "");
}

TEST_F(ScreeningNames, ADomainTakesMailByMxOrAddressAndNotByANullMx) {
  EXPECT_EQ(mail("nowhere.test"), Verdict::fail);
  dns.zone["empty.test"].txt = {"x"};
  EXPECT_EQ(mail("empty.test"), Verdict::fail);
  dns.zone["plain.test"].a = {"192.0.2.1"};
  EXPECT_EQ(mail("plain.test"), Verdict::pass);
  dns.zone["null.test"].mx = {{0, ""}};
  dns.zone["null.test"].a = {"192.0.2.1"};
  EXPECT_EQ(mail("null.test"), Verdict::fail);
  dns.zone["good.test"].mx = {{10, "mx.good.test"}};
  EXPECT_EQ(mail("good.test"), Verdict::pass);
}

struct DnsLists : ScreeningNames {
  std::vector<config::DnsList> lists{*config::parse_dns_list("one.test"),
                                     *config::parse_dns_list("two.test=127.0.0.4-127.0.0.7")};
  std::vector<Listing> find() { return run(context, find_address(lists, client, dns)); }
};

TEST_F(DnsLists, AreAskedByReversedAddress) {
  EXPECT_EQ(list_name(client, "bl.test"), "9.2.0.192.bl.test");
  EXPECT_EQ(list_name(*parse_ip_address("2001:db8::1"), "bl.test"),
            "1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.bl.test");
  EXPECT_TRUE(find().empty());
  dns.zone["9.2.0.192.one.test"].a = {"127.0.0.2"};
  dns.zone["9.2.0.192.one.test"].txt = {"see\x01 there"};
  dns.zone["9.2.0.192.two.test"].a = {"127.0.0.3", "127.0.0.5"};
  const auto found = find();
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(found[0].zone, "one.test");
  EXPECT_EQ(found[0].text, "see? there");
  EXPECT_EQ(found[1].code, "127.0.0.5");
}

TEST_F(DnsLists, WhatIsNoAnswerOfAListListsNobody) {
  for (const auto* answer : {"192.0.2.1", "127.0.0.1", "127.0.0.0", "127.255.255.254"}) {
    dns.zone["9.2.0.192.one.test"].a = {answer};
    EXPECT_TRUE(find().empty()) << answer;
  }
  dns.zone["9.2.0.192.one.test"] = {};
  dns.zone["9.2.0.192.one.test"].times_out = true;
  dns.zone["9.2.0.192.two.test"].a = {"127.0.0.2"};  // not one that counts
  EXPECT_TRUE(find().empty());
}

TEST_F(DnsLists, DomainsAreAskedAsTheyAre) {
  dns.zone["bad.test.one.test"].a = {"127.0.1.2"};
  const auto found = run(context, find_domain(lists, "bad.test", dns));
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].zone, "one.test");
}

struct CalloutTest : ::testing::Test {
  config::Settings settings;
  kontor::testing::FakeClock clock;
  std::vector<std::string> asked;
  std::unique_ptr<net::Signal> gate;  // answers wait for it; null: they come at once
  std::uint32_t at_once = 0, most_at_once = 0;
  boost::asio::io_context context;

  Task<SenderSaid> answer(std::string address) {
    asked.push_back(address);
    most_at_once = std::max(most_at_once, ++at_once);
    if (gate) (void)co_await gate->wait(std::chrono::seconds(30));
    --at_once;
    if (address.starts_with("broken")) throw std::runtime_error("of the test");
    const auto verdict = address.starts_with("gone")   ? Verdict::fail
                         : address.starts_with("here") ? Verdict::pass
                                                       : Verdict::unknown;
    co_return SenderSaid{verdict, "550 5.1.1"};
  }
  std::unique_ptr<Callout> made(std::size_t most = 50'000) {
    auto callout = std::make_unique<Callout>(settings, clock, most);
    callout->set_ask([this](std::string address) { return answer(std::move(address)); });
    return callout;
  }
  Verdict ask(Callout& callout, std::string address) {
    return run(context, callout.ask(std::move(address))).verdict;
  }
};

TEST_F(CalloutTest, AnswersAreKeptAsLongAsTheyAreWorth) {
  const auto callout = made();
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(ask(*callout, "here@far.test"), Verdict::pass);
    EXPECT_EQ(ask(*callout, "gone@FAR.test"), Verdict::fail);
    EXPECT_EQ(ask(*callout, "odd@far.test"), Verdict::unknown);
  }
  EXPECT_EQ(asked, (std::vector<std::string>{"here@far.test", "gone@far.test", "odd@far.test"}));
  clock.time += std::chrono::minutes(5);
  EXPECT_EQ(ask(*callout, "odd@far.test"), Verdict::unknown);
  EXPECT_EQ(asked.size(), 4U);
  clock.time += settings.screening.sender_address_missing_keep;
  EXPECT_EQ(ask(*callout, "gone@far.test"), Verdict::fail);
  EXPECT_EQ(ask(*callout, "here@far.test"), Verdict::pass);
  EXPECT_EQ(asked.size(), 5U);
  clock.time += settings.screening.sender_address_keep;
  EXPECT_EQ(ask(*callout, "here@far.test"), Verdict::pass);
  EXPECT_EQ(asked.size(), 6U);
}

TEST_F(CalloutTest, NoMoreQuestionsInAMinuteThanIsSet) {
  settings.screening.sender_address_probes = 2;
  const auto callout = made();
  clock.time += std::chrono::hours(1);
  EXPECT_EQ(ask(*callout, "gone1@far.test"), Verdict::fail);
  EXPECT_EQ(ask(*callout, "gone2@far.test"), Verdict::fail);
  EXPECT_EQ(ask(*callout, "gone3@far.test"), Verdict::unknown);
  EXPECT_EQ(ask(*callout, "gone1@far.test"), Verdict::fail) << "it is known";
  clock.time += std::chrono::minutes(1);
  EXPECT_EQ(ask(*callout, "gone3@far.test"), Verdict::fail);
}

TEST_F(CalloutTest, ADomainIsAskedOneQuestionAtATime) {
  const auto callout = made();
  gate = std::make_unique<net::Signal>();
  std::vector<Verdict> verdicts;
  const auto one = [](Callout& which, std::string address,
                      std::vector<Verdict>& out) -> Task<void> {
    out.push_back((co_await which.ask(std::move(address))).verdict);
  };
  for (const auto* address : {"gone@far.test", "gone@far.test", "here@far.test"})
    kontor::testing::spawn(context, one(*callout, address, verdicts));
  context.poll();
  EXPECT_EQ(asked.size(), 1U);
  gate->raise();
  context.restart();
  while (asked.size() < 2) context.run_one();
  gate->raise();
  kontor::testing::run_all(context);
  EXPECT_EQ(asked.size(), 2U) << "the second waited for the answer to the first";
  EXPECT_EQ(most_at_once, 1U);
  EXPECT_EQ(verdicts, (std::vector{Verdict::fail, Verdict::fail, Verdict::pass}));
}

TEST_F(CalloutTest, AQuestionThatBreaksLeavesNobodyWaiting) {
  const auto callout = made(10);
  EXPECT_THROW((void)ask(*callout, "broken@far.test"), std::runtime_error);
  EXPECT_EQ(ask(*callout, "here@far.test"), Verdict::pass);
  for (int i = 0; i < 50; ++i) (void)ask(*callout, "here" + std::to_string(i) + "@far.test");
  EXPECT_LE(callout->size(), 10U);
  EXPECT_EQ(ask(*callout, "nobody"), Verdict::unknown) << "no domain";
}

}  // namespace
}  // namespace kontor::filter::screening
