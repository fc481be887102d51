// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/net/resolver.hpp"

#include <gmock/gmock.h>

#include <algorithm>

#include "tests/support/run_task.hpp"
#include "tests/unit/base/net/dns_server.hpp"

namespace kontor::net {
namespace {

using namespace std::string_literals;
using kontor::testing::dns_name;
using kontor::testing::dns_number;
using kontor::testing::DnsServer;
using kontor::testing::run;
using ::testing::ElementsAre;

constexpr int k_a = 1, k_cname = 5, k_ptr = 12, k_mx = 15, k_txt = 16, k_aaaa = 28;

class ResolverTest : public ::testing::Test {
 protected:
  // The zone is complete before the first question.
  void start(std::chrono::milliseconds timeout = std::chrono::seconds(10)) {
    server_.start();
    config::Dns settings;
    settings.servers = {server_.setting()};
    settings.timeout = timeout;
    auto made = Resolver::make(settings);
    ASSERT_TRUE(made) << made.error().text();
    resolver_ = *std::move(made);
  }
  auto mx(const std::string& name) { return run(context_, resolver_->mx(name)); }
  auto addresses(const std::string& name) { return run(context_, resolver_->addresses(name)); }

  boost::asio::io_context context_;
  DnsServer server_;
  std::unique_ptr<Resolver> resolver_;
};

TEST_F(ResolverTest, MailHostsComeByPreference) {
  server_.add_mx("example.org", 20, "B.example.org");
  server_.add_mx("example.org", 10, "a.example.org");
  server_.add_mx("example.test", 5, "mx.example.test");
  server_.add_mx("null.example.org", 0, "");
  start();
  const auto answer = mx("example.org");
  ASSERT_TRUE(answer) << answer.error().text();
  ASSERT_EQ(answer->hosts.size(), 2U);
  EXPECT_EQ(answer->hosts[0].host, "a.example.org");
  EXPECT_EQ(answer->hosts[1].host, "b.example.org");
  EXPECT_EQ(answer->hosts[1].preference, 20);
  EXPECT_FALSE(answer->is_secure);
  EXPECT_EQ(mx("Example.TEST")->hosts.size(), 1U) << "test. has name servers here";
  EXPECT_EQ(mx("null.example.org")->hosts.at(0).host, "");
}

TEST(TlsaRdata, HasThreeNumbersAndData) {
  const auto read = read_tlsa_rdata("\x03\x01\x01" + std::string(32, 'x'));
  ASSERT_TRUE(read);
  EXPECT_EQ(*read, (TlsaRecord{3, 1, 1, std::string(32, 'x')}));
  EXPECT_FALSE(read_tlsa_rdata("\x03\x01\x01"));
  EXPECT_FALSE(read_tlsa_rdata(""));
}

TEST_F(ResolverTest, OfOnePreferenceEachComesFirstAtTimes) {
  for (const char* host : {"a", "b", "c"}) server_.add_mx("example.org", 10, host);
  start();
  std::set<std::string> first;
  for (int i = 0; i < 200; ++i) first.insert(mx("example.org")->hosts.at(0).host);
  EXPECT_EQ(first.size(), 3U) << "RFC 5321, 5.1";
  EXPECT_LT(server_.questions, 20) << "answers are kept";
}

TEST_F(ResolverTest, AddressesOfBothKinds) {
  server_.add("mx.example.org", k_a, "\x7F\0\0\x02"s);
  server_.add("mx.example.org", k_aaaa, std::string(15, '\0') + "\x01");
  server_.add("four.example.org", k_a, "\x7F\0\0\x04"s);
  server_.add("alias.example.org", k_cname, dns_name("mx.example.org"));
  server_.add("empty.example.org", k_txt, "\x01x");
  start();
  EXPECT_THAT(addresses("mx.example.org")->addresses, ElementsAre("::1", "127.0.0.2"));
  EXPECT_THAT(addresses("four.example.org")->addresses, ElementsAre("127.0.0.4"));
  EXPECT_THAT(addresses("alias.example.org")->addresses, ElementsAre("::1", "127.0.0.2"));
  EXPECT_TRUE(addresses("empty.example.org")->addresses.empty());
  EXPECT_TRUE(mx("four.example.org")->hosts.empty());
}

TEST_F(ResolverTest, NamesAndTexts) {
  server_.add("4.0.0.10.in-addr.arpa", k_ptr, dns_name("four.example.org"));
  server_.add("example.org", k_txt,
              "\x04v=sp\x02"
              "f1"s);
  start();
  EXPECT_THAT(*run(context_, resolver_->names("10.0.0.4")), ElementsAre("four.example.org"));
  EXPECT_EQ(run(context_, resolver_->names("localhost")).error().code(), Errc::bad_input);
  EXPECT_THAT(*run(context_, resolver_->texts("example.org")), ElementsAre("v=spf1"));
}

TEST_F(ResolverTest, EachFailureHasItsKind) {
  server_.codes = {{"broken.example.org", 2}, {"refused.example.org", 5}};
  server_.add("loop.example.org", k_cname, dns_name("loop2.example.org"));
  server_.add("loop2.example.org", k_cname, dns_name("loop.example.org"));
  start();
  EXPECT_EQ(mx("nobody.example.org").error().code(), Errc::not_found);
  EXPECT_EQ(addresses("nobody.example.org").error().code(), Errc::not_found);
  EXPECT_EQ(mx("broken.example.org").error().code(), Errc::unavailable);
  EXPECT_EQ(mx("refused.example.org").error().code(), Errc::unavailable);
  EXPECT_EQ(addresses("loop.example.org").error().code(), Errc::unavailable) << "a CNAME loop";
  for (const auto& name : {""s, "a..b"s, "."s, "a b"s, "a\0b"s, "a\r\nb"s, "[1.2.3.4]"s,
                           std::string(64, 'a'), std::string(300, 'a'), "почта.рф"s})
    EXPECT_EQ(mx(name).error().code(), Errc::bad_input) << name;
}

TEST_F(ResolverTest, SilenceEndsWithTheTimeAndHoldsUpNobody) {
  server_.silent = {"hang.example.org"};
  server_.add_mx("example.org", 10, "a.example.org");
  start(std::chrono::milliseconds(700));
  std::vector<std::string> order;
  const auto ask = [&](std::string name) -> Task<void> {
    const auto answer = co_await resolver_->mx(name);
    order.push_back(name + (answer ? " ok" : " " + std::string(name_of(answer.error().code()))));
  };
  kontor::testing::spawn(context_, ask("hang.example.org"));
  kontor::testing::spawn(context_, ask("example.org"));
  kontor::testing::run_all(context_);
  EXPECT_THAT(order, ElementsAre("example.org ok", "hang.example.org unavailable"));
}

TEST_F(ResolverTest, HostileListsAreCutAndHostileNamesLeftOut) {
  for (unsigned i = 0; i < 90; ++i)
    server_.add_mx("many.example.org", i, "mx" + std::to_string(i) + ".example.org");
  for (unsigned i = 0; i < 60; ++i)
    server_.add("host.example.org", k_a, "\x7F\0\0"s + static_cast<char>(i + 1));
  server_.add("odd.example.org", k_mx, dns_number(1) + "\x05x\r\ny \0"s);
  server_.add("odd.example.org", k_mx, dns_number(2) + dns_name("good.example.org"));
  server_.add("bad.example.org", k_mx,
              dns_number(1) +
                  "\x03"
                  "a.b\0"s);
  start();
  EXPECT_EQ(mx("many.example.org")->hosts.size(), 50U);
  EXPECT_LE(addresses("host.example.org")->addresses.size(), 20U);
  EXPECT_FALSE(addresses("host.example.org")->addresses.empty());
  const auto odd = mx("odd.example.org");
  ASSERT_TRUE(odd) << odd.error().text();
  ASSERT_EQ(odd->hosts.size(), 1U);
  EXPECT_EQ(odd->hosts[0].host, "good.example.org");
  EXPECT_EQ(mx("bad.example.org").error().code(), Errc::unavailable)
      << "unreadable records are not no records";
}

TEST_F(ResolverTest, QuestionsUnderWayEndWithTheResolver) {
  server_.silent = {"hang.example.org"};
  start();
  const auto ask = [&]() -> Task<Errc> {
    const auto answer = co_await resolver_->mx("hang.example.org");
    co_return answer ? Errc::internal : answer.error().code();
  };
  const auto end = [&]() -> Task<void> {
    resolver_.reset();
    co_return;
  };
  std::optional<Errc> code;
  const auto note = [&]() -> Task<void> { code = co_await ask(); };
  kontor::testing::spawn(context_, note());
  kontor::testing::spawn(context_, end());
  kontor::testing::run_all(context_);
  EXPECT_EQ(code, Errc::cancelled);
}

TEST(Resolver, SettingsThatAreNoneAreRefused) {
  config::Dns settings;
  settings.servers = {"not an address"};
  EXPECT_EQ(Resolver::make(settings).error().code(), Errc::bad_input);
  settings.servers = {"127.0.0.1"};
  settings.trust_anchor_file = "/nonexistent/root.key";
  const auto made = Resolver::make(settings);
  ASSERT_FALSE(made);
  EXPECT_NE(made.error().detail().find("dns.trust_anchor_file"), std::string::npos);
}

}  // namespace
}  // namespace kontor::net
