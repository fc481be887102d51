// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/app/session_warden.hpp"

#include <gmock/gmock.h>

#include "base/log/recording_sink.hpp"
#include "directory/model/identity.hpp"
#include "directory/model/limits.hpp"

namespace kontor::app {
namespace {

using ::testing::UnorderedElementsAre;
constexpr UtcSeconds k_now{std::chrono::seconds(1'763'772'707)};

class FixedDirectory final : public directory::Directory {
 public:
  std::shared_ptr<const directory::DirectoryCopy> current() const override { return copy; }
  directory::Subscription subscribe(std::function<void()>) override { return {}; }
  std::shared_ptr<const directory::DirectoryCopy> copy;
};

struct WardenTest : ::testing::Test {
  directory::Principal person(const std::string& name) {
    directory::Principal one;
    one.id = {"local", Uuid::random()};
    one.name = one.account_name = name;
    one.mail = name + "@example.test";
    one.addresses = {one.mail};
    return one;
  }
  void put_in_force(std::vector<directory::Principal> people) {
    directory.copy =
        std::make_shared<const directory::DirectoryCopy>(std::move(people), ++generation);
  }
  void sign_in(const directory::Principal& who,
               directory::Proof proof = directory::Proof::password,
               const std::string& protocol = "imap",
               const std::string& from = "10.0.0.1") {
    auto session = sessions->enter(protocol, net::Endpoint{from, 1}, true);
    directory::Identity identity;
    identity.id = who.id;
    identity.login = who.name;
    identity.proof = proof;
    ASSERT_TRUE((*session)->set_identity(identity));
    (*session)->on_end([this, name = who.name](const std::string& reason) {
      told.push_back(name + ": " + reason);
    });
    open.push_back(*std::move(session));
  }
  std::size_t look() {
    return end_forbidden_sessions(directory, *sessions, k_now, log::Context(sink));
  }

  std::uint64_t generation = 0;
  FixedDirectory directory;
  log::RecordingSink sink;
  std::vector<std::string> told;
  std::unique_ptr<trace::Sessions> sessions = trace::Sessions::make({}, system_clock());
  std::vector<std::unique_ptr<trace::Session>> open;
};

TEST_F(WardenTest, EndsWhoMayNotStayAndNobodyElse) {
  auto anna = person("anna");
  auto boris = person("boris");
  auto clara = person("clara");
  auto dmitri = person("dmitri");
  put_in_force({anna, boris, clara, dmitri});
  for (const auto& who : {anna, anna, boris, clara, dmitri}) sign_in(who);
  EXPECT_EQ(look(), 0U);
  anna.state = directory::State::disabled;
  boris.expires = k_now.time_since_epoch().count() - 1;
  clara.expires = k_now.time_since_epoch().count() + 60;
  put_in_force({anna, boris, clara});  // dmitri is gone
  EXPECT_EQ(look(), 4U);
  EXPECT_THAT(told, UnorderedElementsAre(
                        "anna: Your account was disabled. Please ask your administrator",
                        "anna: Your account was disabled. Please ask your administrator",
                        "boris: Your account has expired. Please ask your administrator",
                        "dmitri: Your account was removed. Please ask your administrator"));
  EXPECT_EQ(look(), 0U) << "told once";
  EXPECT_EQ(sink.count("server.sessions.ended"), 3U) << "one event a person";
}

TEST_F(WardenTest, EndsWhatATimeOrTheKindOfProofForbids) {
  auto anna = person("anna"), boris = person("boris"), clara = person("clara");
  put_in_force({anna, boris, clara});
  for (const auto& who : {anna, boris, clara}) {
    sign_in(who, directory::Proof::password);
    sign_in(who, directory::Proof::ticket);
  }
  EXPECT_EQ(look(), 0U);
  anna.limits.control = directory::account_control::k_smart_card_required;
  boris.limits.must_change_password = true;
  clara.limits.logon_hours = std::string(21, '\0');
  put_in_force({anna, boris, clara});
  EXPECT_EQ(look(), 4U) << "those by password, and both outside the hours";
  EXPECT_THAT(told,
              UnorderedElementsAre(
                  "anna: Your account now requires a smart card; a password does not do any more",
                  "boris: Your password must be changed. Change it, then sign in again",
                  "clara: Your account may not be used at this hour. Come back later or ask your "
                  "administrator",
                  "clara: Your account may not be used at this hour. Come back later or ask your "
                  "administrator"));
}

TEST_F(WardenTest, ALockEndsNoSession) {
  auto anna = person("anna");
  anna.limits.locked_until = std::numeric_limits<std::int64_t>::max();
  put_in_force({anna});
  sign_in(anna);
  EXPECT_EQ(look(), 0U);
}

// The directory counts, whatever the ticket said: out of the group is out at the next command.
TEST_F(WardenTest, OpenSessionsFollowTheGroups) {
  auto anna = person("anna");
  anna.sid = "S-1-5-21-1-2-3-1001";
  auto staff = person("staff");
  staff.kind = directory::Kind::group;
  staff.sid = "S-1-5-21-1-2-3-2001";
  auto all = staff;
  all.id.guid = Uuid::random();
  all.sid = "S-1-5-21-1-2-3-2002";
  staff.members = {anna.id};
  all.members = {staff.id};
  put_in_force({anna, staff, all});
  auto entered = sessions->enter("imap", net::Endpoint{"10.0.0.1", 1}, true);
  auto& session = **entered;
  // Of the ticket: the group, and one of a domain that is not copied.
  const auto identity =
      directory::make_identity(*directory.copy, anna, "anna", {staff.sid, "S-1-5-21-9-9-9-500"});
  EXPECT_EQ(identity.sids.size(), 4U);
  ASSERT_TRUE(session.set_identity(identity));
  const auto renew = [&] {
    return renew_identities(directory, *sessions, k_now, log::Context(sink));
  };
  EXPECT_EQ(renew(), 0U);
  EXPECT_FALSE(session.take_renewed().has_value());

  staff.members = {};
  put_in_force({anna, staff, all});
  EXPECT_EQ(renew(), 1U);
  const auto without = session.take_renewed();
  ASSERT_TRUE(without.has_value());
  EXPECT_THAT(without->sids, UnorderedElementsAre(anna.sid, "S-1-5-21-9-9-9-500"));
  EXPECT_EQ(without->login, "anna");
  EXPECT_FALSE(session.take_renewed().has_value()) << "told once";
  EXPECT_EQ(renew(), 0U);

  all.members = {anna.id};
  anna.is_admin = true;
  put_in_force({anna, staff, all});
  EXPECT_EQ(renew(), 1U);
  const auto back = session.take_renewed();
  ASSERT_TRUE(back.has_value());
  EXPECT_THAT(back->sids, UnorderedElementsAre(anna.sid, all.sid, "S-1-5-21-9-9-9-500"));
  EXPECT_TRUE(back->is_admin);
  // Who is gone is not renewed but ended.
  put_in_force({staff, all});
  EXPECT_EQ(renew(), 0U);
  EXPECT_EQ(sink.count("server.sessions.renewed"), 2U);
}

TEST_F(WardenTest, EndsWhatPolicyDoesNotAllowAnyMore) {
  const auto anna = person("anna");
  const auto boris = person("boris");
  put_in_force({anna, boris});
  config::Settings settings;
  settings.policy.rules = {"everybody: networks=10.0.0.0/8"};
  policy::Policies policies(settings, log::Context(sink));
  policies.set_directory(directory);
  sign_in(anna);
  sign_in(anna, directory::Proof::password, "imap", "10.0.0.2");
  sign_in(boris);
  sign_in(boris, directory::Proof::password, "pop3");
  const auto look_at_policy = [&] {
    return end_disallowed_sessions(policies, *sessions, log::Context(sink));
  };
  EXPECT_EQ(look_at_policy(), 0U);
  policies.set_stored({config::parse_policy("boris@example.test: protocols=pop3").value()});
  EXPECT_EQ(look_at_policy(), 1U);
  EXPECT_THAT(told, UnorderedElementsAre("boris: your account may not be used this way any more"));
  EXPECT_EQ(look_at_policy(), 0U) << "told once";
  policies.set_stored({config::parse_policy("everybody: imap_networks=10.0.0.2").value()});
  EXPECT_EQ(look_at_policy(), 1U);
  EXPECT_EQ(told.size(), 2U) << "Boris reads on by POP3, Anna from the other machine";
  EXPECT_EQ(sink.count("policy.sessions.ended"), 2U);
  EXPECT_EQ(sink.last("policy.sessions.ended")->get(log::Keys::reason),
            "policy does not allow imap from 10.0.0.1");
}

}  // namespace
}  // namespace kontor::app
