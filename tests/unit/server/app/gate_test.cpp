// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/app/gate.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "base/log/recording_sink.hpp"
#include "tests/support/run_task.hpp"

namespace kontor::app {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using Verdict = Gate::Verdict;

class FakeResolver final : public net::Resolver {
 public:
  Task<Result<net::MxAnswer>> mx(std::string) override { co_return net::MxAnswer(); }
  Task<Result<std::vector<std::string>>> texts(std::string) override {
    co_return std::vector<std::string>();
  }
  Task<Result<net::AddressAnswer>> addresses(std::string host) override {
    if (forward.contains(host)) co_return net::AddressAnswer{forward[host], false, {}};
    co_return fail(down ? Errc::unavailable : Errc::not_found, host);
  }
  Task<Result<std::vector<std::string>>> names(std::string address) override {
    ++asked;
    if (down) co_return fail(Errc::unavailable, "no answer");
    if (!backward.contains(address)) co_return fail(Errc::not_found, address);
    co_return backward[address];
  }
  std::map<std::string, std::vector<std::string>> forward, backward;
  bool down = false;
  int asked = 0;
};

class GateTest : public ::testing::Test {
 protected:
  GateTest() {
    settings.sign_in.never_block = {};
    settings.access.imap = {"10.0.0.0/8", "!bad.example.test", ".example.test"};
    settings.access.submission = {"!203.0.113.0/24"};
    guard = trace::Guard::make(settings.sign_in, system_clock(), log::Context(sink));
    resolver.backward = {{"198.51.100.1", {"pc1.example.test"}},
                         {"198.51.100.2", {"bad.example.test"}},
                         {"198.51.100.3", {"liar.example.test"}},
                         {"198.51.100.4", {"elsewhere.test", "pc4.example.test"}},
                         {"2001:db8::5", {"pc5.example.test"}}};
    resolver.forward = {{"pc1.example.test", {"2001:db8::1", "198.51.100.1"}},
                        {"bad.example.test", {"198.51.100.2"}},
                        {"liar.example.test", {"192.0.2.1"}},
                        {"elsewhere.test", {"198.51.100.4"}},
                        {"pc4.example.test", {"198.51.100.4"}},
                        {"pc5.example.test", {"2001:0db8:0::5"}}};
  }
  Gate gate() { return Gate(settings, *guard, resolver, log::Context(sink)); }

  config::Settings settings;
  log::RecordingSink sink;
  FakeResolver resolver;
  std::unique_ptr<trace::Guard> guard;
};

TEST_F(GateTest, WhatTheAddressAloneSays) {
  const auto one = gate();
  struct Row {
    std::string address;
    Service service;
    Verdict verdict;
  };
  ASSERT_TRUE(guard->block("192.0.2.66", std::chrono::hours(1)).has_value());
  for (const auto& row :
       {Row{"10.1.2.3", Service::imap, Verdict::open},
        Row{"::ffff:10.1.2.3", Service::imap, Verdict::open},
        Row{"198.51.100.1", Service::imap, Verdict::ask_names},
        Row{"198.51.100.1", Service::pop3, Verdict::open},
        Row{"203.0.113.9", Service::submission, Verdict::denied},
        Row{"203.0.113.9", Service::mx, Verdict::open},
        Row{"203.0.113.9", Service::lmtp, Verdict::open},
        Row{"192.0.2.66", Service::imap, Verdict::blocked},
        Row{"192.0.2.66", Service::pop3, Verdict::blocked},
        Row{"192.0.2.66", Service::mx, Verdict::blocked},
        Row{"192.0.2.66", Service::submission, Verdict::blocked},
        Row{"192.0.2.66", Service::lmtp, Verdict::open}, Row{"unix", Service::imap, Verdict::open}})
    EXPECT_EQ(one.judge(net::Endpoint{row.address, 1}, row.service), row.verdict)
        << row.address << " " << static_cast<int>(row.service);
  EXPECT_EQ(resolver.asked, 0);
}

TEST_F(GateTest, AServiceThatIsPausedTakesNobody) {
  Gate one = gate();
  const net::Endpoint peer{"10.1.2.3", 1};
  EXPECT_EQ(one.judge(peer, Service::imap), Verdict::open);
  for (const auto state : {trace::ServiceState::paused, trace::ServiceState::stopped}) {
    one.services().set(trace::Services::find("imap").value(), state);
    EXPECT_EQ(one.judge(peer, Service::imap), Verdict::closed);
    EXPECT_EQ(one.judge(peer, Service::pop3), Verdict::open);
    one.services().set(trace::Services::find("lmtp").value(), state);
    EXPECT_EQ(one.judge({"unix", 0}, Service::lmtp), Verdict::closed);
  }
  for (const auto& port : ports())
    EXPECT_TRUE(trace::Services::find(name_of(port.service)).has_value()) << port.name;
}

TEST(Services, AreReadAsTheyWereWritten) {
  trace::Services all, other;
  all.set(1, trace::ServiceState::paused);
  all.set(6, trace::ServiceState::stopped);
  const auto text = all.format();
  ASSERT_TRUE(other.parse(text).has_value());
  for (std::size_t i = 0; i < trace::Services::k_names.size(); ++i)
    EXPECT_EQ(other.state(i), all.state(i));
  EXPECT_EQ(other.parse("kontor-services 2\n").error().code(), Errc::unsupported);
  for (std::size_t size = 0; size < text.size(); ++size)
    EXPECT_FALSE(other.parse(std::string_view(text).substr(0, size)).has_value()) << size;
  for (const auto* bad : {"kontor-services 1\nimap\nend\n", "kontor-services 1\nx=paused\nend\n",
                          "kontor-services 1\nimap=asleep\nend\n"})
    EXPECT_EQ(other.parse(bad).error().code(), Errc::bad_input) << bad;
  EXPECT_EQ(other.state(1), trace::ServiceState::paused) << "nothing has changed";
}

TEST_F(GateTest, NamesCountWhenTheDnsLeadsThereAndBack) {
  const auto names = [&](const std::string& address) {
    boost::asio::io_context context;
    auto task = confirmed_names(resolver, *parse_ip_address(address));
    return kontor::testing::run(context, std::move(task));
  };
  EXPECT_THAT(*names("198.51.100.1"), ElementsAre("pc1.example.test"));
  EXPECT_THAT(*names("198.51.100.3"), IsEmpty()) << "anybody may call himself so";
  EXPECT_THAT(*names("198.51.100.4"), ElementsAre("elsewhere.test", "pc4.example.test"));
  EXPECT_THAT(*names("2001:db8::5"), ElementsAre("pc5.example.test"));
  EXPECT_THAT(*names("198.51.100.9"), IsEmpty());
  resolver.down = true;
  EXPECT_EQ(names("198.51.100.1").error().code(), Errc::unavailable);
}

}  // namespace
}  // namespace kontor::app
