// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/app/session_warden.hpp"

#include <gmock/gmock.h>

#include "base/log/recording_sink.hpp"

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
  void sign_in(const directory::Principal& who) {
    auto session = sessions->enter("imap", net::Endpoint{"10.0.0.1", 1}, true);
    directory::Identity identity;
    identity.id = who.id;
    identity.login = who.name;
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
                        "anna: the account was disabled", "anna: the account was disabled",
                        "boris: the account has expired", "dmitri: the account was removed"));
  EXPECT_EQ(look(), 0U) << "told once";
  EXPECT_EQ(sink.count("server.sessions.ended"), 3U) << "one event a person";
}

}  // namespace
}  // namespace kontor::app
