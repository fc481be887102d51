// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/trace/sessions.hpp"

#include <gmock/gmock.h>

#include <thread>

namespace kontor::trace {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class FixedClock final : public Clock {
 public:
  UtcSeconds now() const override { return UtcSeconds(std::chrono::seconds(1'000)); }
  SteadyTime steady() const override { return {}; }
};

directory::Identity person(const std::string& name) {
  directory::Identity identity;
  identity.id.source = "local:" + name;
  identity.login = name;
  return identity;
}

struct SessionsTest : ::testing::Test {
  FixedClock clock;
  std::unique_ptr<Sessions> sessions = Sessions::make({4, 2, 2}, clock);

  std::unique_ptr<Session> enter(const std::string& address) {
    auto session = sessions->enter("imap", net::Endpoint{address, 5'000}, false);
    return session ? *std::move(session) : nullptr;
  }
};

TEST_F(SessionsTest, ARowIsThereWhileItsSessionLives) {
  auto session = enter("10.0.0.1");
  ASSERT_NE(session, nullptr);
  session->set_tls(true);
  session->set_state("idle INBOX");
  ASSERT_TRUE(session->set_identity(person("anna")));
  const auto list = sessions->list();
  ASSERT_EQ(list.size(), 1U);
  EXPECT_EQ(list[0].id, session->id());
  EXPECT_EQ(list[0].protocol, "imap");
  EXPECT_EQ(list[0].peer.text(), "10.0.0.1:5000");
  EXPECT_EQ(list[0].user, "anna");
  EXPECT_EQ(list[0].state, "idle INBOX");
  EXPECT_TRUE(list[0].tls);
  EXPECT_EQ(list[0].since, clock.now());
  EXPECT_THAT(sessions->people(), ElementsAre(person("anna").id));
  session.reset();
  EXPECT_THAT(sessions->list(), IsEmpty());
  EXPECT_THAT(sessions->people(), IsEmpty());
}

TEST_F(SessionsTest, LimitsOfAnAddressAndOfAll) {
  auto one = enter("10.0.0.1");
  auto two = enter("10.0.0.1");
  const auto third = sessions->enter("smtp", net::Endpoint{"10.0.0.1", 1}, false);
  ASSERT_FALSE(third);
  EXPECT_EQ(third.error().code(), Errc::limit);
  EXPECT_EQ(third.error().detail(), "2 connections from 10.0.0.1");
  auto three = enter("10.0.0.2");
  auto four = enter("10.0.0.3");
  ASSERT_NE(four, nullptr);
  EXPECT_EQ(enter("10.0.0.4"), nullptr) << "four in all";
  one.reset();
  EXPECT_NE(enter("10.0.0.1"), nullptr) << "there is room again";
}

TEST_F(SessionsTest, LimitOfAPersonCountsEachSessionOnce) {
  auto one = enter("10.0.0.1");
  auto two = enter("10.0.0.2");
  auto three = enter("10.0.0.3");
  ASSERT_TRUE(one->set_identity(person("anna")));
  ASSERT_TRUE(one->set_identity(person("anna"))) << "signed in twice: still one connection";
  ASSERT_TRUE(two->set_identity(person("anna")));
  const auto refused = three->set_identity(person("anna"));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code(), Errc::limit);
  EXPECT_TRUE(three->set_identity(person("boris")));
  two.reset();
  EXPECT_TRUE(three->set_identity(person("anna"))) << "boris's place is given back";
  EXPECT_THAT(sessions->people(), ElementsAre(person("anna").id));
}

TEST_F(SessionsTest, EndsThoseOfAPersonWithTheReason) {
  std::vector<std::string> told;
  const auto listen = [&told](Session& session, const std::string& name) {
    session.on_end(
        [&told, name](const std::string& reason) { told.push_back(name + ": " + reason); });
  };
  auto one = enter("10.0.0.1");
  auto two = enter("10.0.0.2");
  auto other = enter("10.0.0.3");
  auto nobody = enter("10.0.0.4");
  ASSERT_TRUE(one->set_identity(person("anna")));
  ASSERT_TRUE(two->set_identity(person("anna")));
  ASSERT_TRUE(other->set_identity(person("boris")));
  listen(*one, "one");
  listen(*other, "other");
  listen(*nobody, "nobody");
  EXPECT_EQ(sessions->end(person("anna").id, "account disabled"), 2U);
  EXPECT_THAT(told, ElementsAre("one: account disabled"));
  listen(*two, "two");  // it begins to listen too late: told at once
  EXPECT_THAT(told, ElementsAre("one: account disabled", "two: account disabled"));
  EXPECT_EQ(sessions->end(person("anna").id, "again"), 0U) << "told once";
  EXPECT_EQ(sessions->end_all("the server stops"), 2U);
  EXPECT_THAT(told, ElementsAre("one: account disabled", "two: account disabled",
                                "other: the server stops", "nobody: the server stops"));
}

TEST_F(SessionsTest, EndsOneSessionWhileItIsTheSamePersons) {
  std::vector<std::string> told;
  auto one = enter("10.0.0.1");
  auto two = enter("10.0.0.2");
  for (auto* session : {one.get(), two.get()}) {
    ASSERT_TRUE(session->set_identity(person("anna")));
    session->on_end([&told, id = session->id()](const std::string& reason) {
      told.push_back(std::to_string(id) + ": " + reason);
    });
  }
  const auto id = one->id();
  EXPECT_FALSE(sessions->end_session(id, person("boris").id, "not his"));
  EXPECT_TRUE(sessions->end_session(id, person("anna").id, "hours are over"));
  EXPECT_FALSE(sessions->end_session(id, person("anna").id, "again"));
  EXPECT_THAT(told, ElementsAre(std::to_string(id) + ": hours are over"));
  one.reset();
  EXPECT_FALSE(sessions->end_session(id, person("anna").id, "it is gone"));
}

TEST_F(SessionsTest, ARenewedIdentityWakesItsSession) {
  auto session = enter("10.0.0.1");
  ASSERT_TRUE(session->set_identity(person("anna")));
  int woken = 0;
  session->on_renewed([&] { ++woken; });
  auto fresh = std::make_shared<directory::Identity>(person("anna"));
  fresh->sids = {"S-1-5-21-1-2-3-4"};
  sessions->renew(session->id(), fresh);
  EXPECT_EQ(woken, 1);
  const auto renewed = session->take_renewed();
  ASSERT_TRUE(renewed);
  EXPECT_EQ(renewed->sids, fresh->sids);
  sessions->renew(session->id(), std::make_shared<directory::Identity>(person("boris")));
  EXPECT_EQ(woken, 1) << "not his session";
}

TEST_F(SessionsTest, EndingAndLeavingMayMeet) {
  const auto wide = Sessions::make({1'000, 1'000, 1'000}, clock);
  std::atomic<bool> over = false;
  std::jthread ender([&] {
    while (!over) wide->end(person("anna").id, "disabled");
  });
  for (int i = 0; i < 2'000; ++i) {
    auto alive = std::make_unique<int>(0);  // the callback must never see it gone
    auto session = wide->enter("imap", net::Endpoint{"10.0.0.1", 1}, true);
    ASSERT_TRUE(session);
    (*session)->on_end([&alive](const std::string&) { ++*alive; });
    ASSERT_TRUE((*session)->set_identity(person("anna")));
    session->reset();
    alive.reset();
  }
  over = true;
  ender.join();
  EXPECT_THAT(wide->list(), IsEmpty());
  EXPECT_THAT(wide->people(), IsEmpty());
}

}  // namespace
}  // namespace kontor::trace
