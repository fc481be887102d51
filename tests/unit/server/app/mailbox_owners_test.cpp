// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/app/mailbox_owners.hpp"

#include <gmock/gmock.h>

#include "base/log/recording_sink.hpp"
#include "base/mime/header.hpp"

namespace kontor::app {
namespace {

using directory::Kind;
using directory::Principal;

class FixedDirectory final : public directory::Directory {
 public:
  std::shared_ptr<const directory::DirectoryCopy> current() const override { return copy; }
  directory::Subscription subscribe(std::function<void()>) override { return {}; }
  std::shared_ptr<const directory::DirectoryCopy> copy;
};

struct MailboxOwnersTest : ::testing::Test {
  static Principal made(Kind kind, const std::string& name) {
    Principal one;
    one.kind = kind;
    one.id = {"local", Uuid::random()};
    one.sid = "S-1-5-21-" + name;
    one.name = one.account_name = name;
    one.mail = name + "@example.test";
    one.addresses = {one.mail};
    return one;
  }
  MailboxOwnersTest() {
    settings.store.quota = 1'000;
    settings.store.undelete_days = 14;
    settings.store.retention = {"\\Trash=30"};
    settings.policy.rules = {"board@example.test: undelete=60",
                             "staff@example.test: quota=5GB retention=none"};
    staff.members = {anna.id, board.id};
    board.members = {boris.id};
    policies = std::make_unique<policy::Policies>(settings, log::Context(sink));
    owners = std::make_unique<MailboxOwners>(settings, *policies, system_clock());
    put_in_force({anna, boris, clara, staff, board});
    policies->set_directory(directory);
    owners->set_directory(
        directory, [this](const std::string& source) { return is_sure && source == "local"; });
  }
  void put_in_force(std::vector<Principal> people) {
    directory.copy =
        std::make_shared<const directory::DirectoryCopy>(std::move(people), ++generation);
  }
  store::MailboxPolicy policy(const Principal& who) { return owners->policy(binding(who)); }
  static store::Binding binding(const Principal& who) { return {who.id.source, who.id.guid}; }

  config::Settings settings;
  Principal anna = made(Kind::person, "anna"), boris = made(Kind::person, "boris"),
            clara = made(Kind::person, "clara"), staff = made(Kind::group, "staff"),
            board = made(Kind::group, "board");
  std::uint64_t generation = 0;
  FixedDirectory directory;
  log::RecordingSink sink;
  bool is_sure = true;
  std::unique_ptr<policy::Policies> policies;
  std::unique_ptr<MailboxOwners> owners;
};

TEST_F(MailboxOwnersTest, TheDirectorysQuotaCountsWherePolicySaysNone) {
  for (auto* one : {&anna, &clara}) {
    one->mail_rules.quota_warning = 70;
    one->mail_rules.quota_send = 80;
    one->mail_rules.quota_receive = 90;
  }
  put_in_force({anna, boris, clara, staff, board});
  EXPECT_EQ(policy(clara).limits.bytes, 90U);
  EXPECT_EQ(policy(clara).warning_bytes, 70U);
  EXPECT_EQ(policy(clara).send_bytes, 80U);
  EXPECT_EQ(policy(anna).limits.bytes, std::uint64_t{5} << 30U) << "policy does for her";
  EXPECT_EQ(policy(anna).send_bytes, 0U);
}

TEST_F(MailboxOwnersTest, PolicyCountsBeforeTheSettingsAndTheRestIsAsForEverybody) {
  EXPECT_EQ(policy(clara).limits.bytes, 1'000U);
  ASSERT_EQ(policy(clara).retention.size(), 1U);
  EXPECT_EQ(policy(clara).retention[0].use, store::SpecialUse::trash);
  EXPECT_EQ(policy(anna).limits.bytes, std::uint64_t{5} << 30U);
  EXPECT_EQ(policy(anna).undelete_days, 14U);
  EXPECT_TRUE(policy(anna).retention.empty());
  // Of both groups, by nesting of the second: each value from the first that names it.
  EXPECT_EQ(policy(boris).undelete_days, 60U);
  EXPECT_EQ(policy(boris).limits.bytes, std::uint64_t{5} << 30U);
}

TEST_F(MailboxOwnersTest, ANewerDirectoryCopyCountsAtTheNextQuestion) {
  EXPECT_EQ(policy(clara).undelete_days, 14U);
  board.members.push_back(clara.id);
  put_in_force({anna, boris, clara, staff, board});
  EXPECT_EQ(policy(clara).undelete_days, 60U);
  put_in_force({anna, boris, clara, staff});
  EXPECT_EQ(policy(clara).undelete_days, 14U);
  EXPECT_EQ(sink.count("policy.rule.problem"), 1U) << "a group that went is told once";
}

TEST_F(MailboxOwnersTest, NobodyIsGoneWhileTheDirectoryCannotSay) {
  put_in_force({boris});
  EXPECT_EQ(owners->standing(binding(boris)), store::Standing::here);
  EXPECT_EQ(owners->standing(binding(anna)), store::Standing::gone);
  is_sure = false;
  EXPECT_EQ(owners->standing(binding(anna)), store::Standing::unknown);
  EXPECT_EQ(owners->standing(binding(boris)), store::Standing::here);
  is_sure = true;
  auto other = binding(anna);
  other.source = "ad";
  EXPECT_EQ(owners->standing(other), store::Standing::unknown);
}

TEST_F(MailboxOwnersTest, TheLetterSaysHowFullItIsInTheLanguagesOfTheSettings) {
  settings.server.name = "mail.example.test";
  store::Quota quota;
  quota.usage = {95ULL << 20U, 9};
  quota.limits = {100ULL << 20U, 0};
  const auto letter = owners->quota_letter(binding(anna), quota);
  EXPECT_EQ(mime::field_value(letter, "to"), "<anna@example.test>");
  EXPECT_EQ(mime::field_value(letter, "subject"), "Your mailbox is nearly full");
  EXPECT_EQ(mime::field_value(letter, "auto-submitted"), "auto-generated");
  EXPECT_EQ(mime::field_value(letter, "content-transfer-encoding"), "base64");
  settings.queue.notice_languages = {"en"};
  const auto plain = owners->quota_letter(binding(anna), quota);
  EXPECT_THAT(plain, ::testing::HasSubstr("is 95 percent full"));
  EXPECT_THAT(plain, ::testing::HasSubstr("95 MB of 100 MB"));
  EXPECT_THAT(plain, ::testing::Not(::testing::HasSubstr("messages of")));
  for (std::size_t i = 0; i < plain.size(); ++i) {
    if (plain[i] == '\n') {
      EXPECT_EQ(plain[i - 1], '\r');
    }
  }
}

}  // namespace
}  // namespace kontor::app
