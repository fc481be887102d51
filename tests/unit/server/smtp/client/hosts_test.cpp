// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/smtp/client/hosts.hpp"

#include <gmock/gmock.h>

#include "tests/unit/server/smtp/client/fake_world.hpp"

namespace kontor::smtp::client {
namespace {

using ::testing::ElementsAre;

class HostsTest : public RelayTest {
 protected:
  // "host/address:port" of each target, or the failure in one word.
  std::vector<std::string> find(const std::string& destination) {
    const OwnAddresses own(settings_);
    const Routes routes(settings_);
    const HostSearch with{resolver_, settings_, nullptr, nullptr};
    const auto hosts =
        kontor::testing::run(context_, find_hosts(routes.route_of(destination), with, own));
    std::vector<std::string> out;
    for (const auto& target : hosts.targets)
      out.push_back(target.host + "/" + target.endpoint.text());
    if (hosts.failure) out.push_back(word(*hosts.failure));
    return out;
  }
};

TEST_F(HostsTest, MxByPreferenceThenTheDomainItself) {
  resolver_.mx_of["two.test"] = {{10, "a.test"}, {20, "b.test"}};
  resolver_.addresses_of["a.test"] = {"2001:db8::1", "192.0.2.2"};
  resolver_.addresses_of["b.test"] = {"192.0.2.3"};
  EXPECT_THAT(find("two.test"),
              ElementsAre("a.test/[2001:db8::1]:25", "a.test/192.0.2.2:25", "b.test/192.0.2.3:25"));
  resolver_.mx_of["plain.test"] = {};
  resolver_.addresses_of["plain.test"] = {"192.0.2.9"};
  EXPECT_THAT(find("plain.test"), ElementsAre("plain.test/192.0.2.9:25"));
  settings_.queue.port = 2525;
  EXPECT_THAT(find("plain.test"), ElementsAre("plain.test/192.0.2.9:2525"));
  EXPECT_THAT(find("[192.0.2.7]"), ElementsAre("192.0.2.7/192.0.2.7:2525"));
  EXPECT_THAT(find("[IPv6:2001:db8::7]"), ElementsAre("2001:db8::7/[2001:db8::7]:2525"));
  EXPECT_THAT(find("relay:10.0.0.1:26"), ElementsAre("10.0.0.1/10.0.0.1:26"));
  EXPECT_THAT(find("relay:10.0.0.1:26,gone.test:27,b.test:28"),
              ElementsAre("10.0.0.1/10.0.0.1:26", "b.test/192.0.2.3:28"));
  EXPECT_THAT(find("relay:a.test:26"),
              ElementsAre("a.test/[2001:db8::1]:26", "a.test/192.0.2.2:26"));
}

TEST_F(HostsTest, EachAnswerOfTheDnsHasItsMeaning) {
  resolver_.mx_of = {{"null.test", {{0, ""}}},
                     {"empty.test", {}},
                     {"gone.test", {{10, "gone"}}},
                     {"sick.test", {{10, "sick-host.test"}}},
                     {"digits.test", {{10, "192.0.2.1"}}},
                     {"half.test", {{10, "sick-host.test"}, {20, "ok.test"}}},
                     {"odd.test", {{0, ""}, {10, "ok.test"}}}};
  resolver_.broken = {{"broken.test", Errc::unavailable},
                      {"slow.test", Errc::timed_out},
                      {"sick-host.test", Errc::unavailable}};
  resolver_.addresses_of["ok.test"] = {"192.0.2.8"};
  resolver_.addresses_of["192.0.2.1"] = {"192.0.2.1"};
  const std::vector<std::pair<std::string, std::string>> rows = {
      {"nowhere.test", "failed 5.1.2"},
      {"null.test", "failed 5.1.10"},
      {"empty.test", "failed 5.4.4"},
      {"gone.test", "failed 5.4.4"},
      {"digits.test", "failed 5.4.4"},
      {"broken.test", "deferred 4.4.3"},
      {"slow.test", "deferred 4.4.3"},
      {"sick.test", "deferred 4.4.3"},
      {"half.test", "ok.test/192.0.2.8:25"},
      {"odd.test", "ok.test/192.0.2.8:25"},
      {"", "failed 5.1.2"},
      {"a..b", "failed 5.1.2"},
      {"relay:nowhere.test:25", "deferred 4.4.3"},
      {"relay:empty.test:25", "deferred 4.4.3"}};
  for (const auto& [destination, expected] : rows)
    EXPECT_THAT(find(destination), ElementsAre(expected)) << destination;
}

TEST_F(HostsTest, MailNeverComesBackToUs) {
  settings_.server.listen = {"192.0.2.100", "2001:db8::100"};
  resolver_.addresses_of = {{"a.test", {"192.0.2.1"}},
                            {"b.test", {"192.0.2.2"}},
                            {"us.test", {"192.0.2.100"}},
                            {"us6.test", {"2001:db8:0:0::100"}},
                            {"mail.example.test", {"192.0.2.55"}},
                            {"mixed.test", {"192.0.2.4", "192.0.2.100"}}};
  resolver_.mx_of = {{"only.test", {{10, "us.test"}}},
                     {"first.test", {{10, "us.test"}, {20, "a.test"}}},
                     {"second.test", {{10, "a.test"}, {20, "us6.test"}, {30, "b.test"}}},
                     {"equal.test", {{5, "b.test"}, {10, "a.test"}, {10, "us.test"}}},
                     {"equal2.test", {{10, "a.test"}, {10, "us.test"}}},
                     {"name.test", {{10, "MAIL.example.test"}}},
                     {"mixed-mx.test", {{10, "mixed.test"}, {20, "a.test"}}},
                     {"us.test", {}}};
  const std::vector<std::pair<std::string, std::string>> rows = {
      {"only.test", "failed 5.4.6"},
      {"first.test", "failed 5.4.6"},
      {"second.test", "a.test/192.0.2.1:25"},
      {"equal.test", "b.test/192.0.2.2:25"},
      {"equal2.test", "failed 5.4.6"},
      {"name.test", "failed 5.4.6"},
      {"mixed-mx.test", "failed 5.4.6"},
      {"us.test", "failed 5.4.6"},
      {"[192.0.2.100]", "failed 5.4.6"},
      {"relay:us.test:25", "failed 5.4.6"},
      {"relay:us.test:26", "us.test/192.0.2.100:26"}};
  for (const auto& [destination, expected] : rows)
    EXPECT_THAT(find(destination), ElementsAre(expected)) << destination;
}

TEST_F(HostsTest, ListenersForAllAddressesMeanEachOfThisMachine) {
  settings_.server.listen = {"0.0.0.0"};
  settings_.server.port_base = 10'000;
  const OwnAddresses own(settings_);
  for (const char* address : {"127.0.0.1", "127.1.2.3", "0.0.0.0", "::1", "::ffff:127.0.0.1"})
    EXPECT_TRUE(own.is_address({address, 10'025})) << address;
  EXPECT_FALSE(own.is_address({"127.0.0.1", 25})) << "another server of this machine";
  EXPECT_FALSE(own.is_address({"192.0.2.1", 10'025}));
}

TEST_F(HostsTest, AListenerForOneAddressIsThatOneAlone) {
  settings_.server.listen = {"127.0.0.1", "::1"};
  const OwnAddresses own(settings_);
  for (const char* address : {"127.0.0.1", "0.0.0.0", "::1", "::", "::ffff:127.0.0.1"})
    EXPECT_TRUE(own.is_address({address, 25})) << address;
  EXPECT_FALSE(own.is_address({"127.0.0.2", 25}));
}

TEST_F(HostsTest, HostileListsAreNotFollowedToTheirEnd) {
  for (unsigned i = 0; i < 50; ++i) {
    const auto host = fmt::format("mx{}.test", i);
    resolver_.mx_of["many.test"].push_back({static_cast<std::uint16_t>(i), host});
    resolver_.mx_of["sick.test"].push_back({static_cast<std::uint16_t>(i), "sick" + host});
    resolver_.mx_of["flat.test"].push_back({1, "sick" + host});
    resolver_.broken["sick" + host] = Errc::unavailable;
    resolver_.addresses_of[host] = std::vector<std::string>(20, "192.0.2.1");
  }
  EXPECT_EQ(find("many.test").size(), 20U);
  for (const char* domain : {"sick.test", "flat.test"}) {
    resolver_.questions = 0;
    EXPECT_THAT(find(domain), ElementsAre("deferred 4.4.3"));
    EXPECT_LE(resolver_.questions, 6U) << domain;
  }
}

}  // namespace
}  // namespace kontor::smtp::client
