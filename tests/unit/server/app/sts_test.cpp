// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/app/sts.hpp"

#include <gtest/gtest.h>

#include "tests/support/run_task.hpp"
#include "tests/unit/server/fakes.hpp"

namespace kontor::app {
namespace {

class OwnPolicy : public ::testing::Test {
 protected:
  // "status body" of the answer to a request with this Host.
  std::string ask(const std::string& host) {
    http::wire::Request request;
    request.fields = {{"Host", host}};
    const auto route = own_policy_route(settings_, directory_);
    EXPECT_EQ(route.path, "/.well-known/mta-sts.txt");
    EXPECT_EQ(route.access, http::Access::anybody);
    const auto answer = testing::run(context_, route.handler(http::Call{request}));
    if (!answer) return answer.error().code() == Errc::not_found ? "404" : "other";
    EXPECT_EQ(answer->type, "text/plain; charset=utf-8");
    return std::to_string(answer->status) + " " + answer->body;
  }

  OwnPolicy() {
    settings_.server.name = "mail.example.test";
    settings_.domains.local = {"example.test"};
    settings_.outbound.policy_mode = "enforce";
  }
  boost::asio::io_context context_;
  config::Settings settings_;
  testing::FakeDirectory directory_{{}};
};

TEST_F(OwnPolicy, IsToldForDomainsOfThisServerAlone) {
  EXPECT_EQ(ask("mta-sts.example.test"),
            "200 version: STSv1\r\nmode: enforce\r\nmx: mail.example.test\r\nmax_age: 604800\r\n");
  EXPECT_TRUE(ask("MTA-STS.Example.Test:443").starts_with("200 "));
  EXPECT_EQ(ask("mta-sts.other.test"), "404");
  EXPECT_EQ(ask("mail.example.test"), "404");
  EXPECT_EQ(ask(""), "404");
}

TEST_F(OwnPolicy, SaysWhatTheSettingsSay) {
  settings_.outbound.policy_hosts = {"mx.example.test", "*.example.test"};
  settings_.outbound.policy_age = std::chrono::hours(24);
  for (const std::string mode : {"testing", "none"}) {
    settings_.outbound.policy_mode = mode;
    EXPECT_EQ(ask("mta-sts.example.test"),
              "200 version: STSv1\r\nmode: " + mode +
                  "\r\nmx: mx.example.test\r\nmx: *.example.test\r\nmax_age: 86400\r\n");
  }
  settings_.outbound.policy_mode = "off";
  EXPECT_EQ(ask("mta-sts.example.test"), "404");
}

}  // namespace
}  // namespace kontor::app
