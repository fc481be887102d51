// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/trace/app_passwords.hpp"

#include <gmock/gmock.h>

#include "base/io/faulty_files.hpp"
#include "base/io/memory_disk.hpp"
#include "base/log/recording_sink.hpp"
#include "server/trace/app_password_sign_in.hpp"
#include "tests/support/run_task.hpp"
#include "tests/unit/directory/model/people.hpp"
#include "tests/unit/server/fakes.hpp"

namespace kontor::trace {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class TestClock final : public Clock {
 public:
  UtcSeconds now() const override { return time; }
  SteadyTime steady() const override { return {}; }
  UtcSeconds time{std::chrono::seconds(1'793'268'000)};
};

struct AppPasswordsTest : ::testing::Test {
  AppPasswordsTest() {
    settings.server.data_folder = "data";
    settings.directory.default_domain = "example.test";
    EXPECT_TRUE(disk->make_directory("data"));
    EXPECT_TRUE(disk->sync_directory("."));
    open();
  }
  void open() {
    passwords.reset();
    passwords =
        AppPasswords::open({*disk, settings, clock, log::Context(sink), [this] { ++revocations; }});
  }
  void restart(std::unique_ptr<io::MemoryDisk> after) {
    passwords.reset();
    disk = std::move(after);
    open();
  }
  Result<MadeAppPassword> add(std::string name, NewAppPassword what = {}) {
    if (what.owner.source.empty()) what.owner = anna.id;
    what.name = std::move(name);
    return testing::run(io, passwords->add(std::move(what)));
  }
  Result<std::string> check(const std::string& secret,
                            const std::string& protocol = "imap",
                            const directory::PrincipalId* owner = nullptr) {
    const auto symbols = app_password_symbols(secret);
    if (!symbols) return fail(Errc::bad_input, "no secret");
    return passwords->check(owner != nullptr ? *owner : anna.id, *symbols, protocol, "192.0.2.7");
  }
  std::vector<std::string> names() const {
    std::vector<std::string> all;
    for (const auto& one : passwords->list(std::nullopt)) all.push_back(one.row.name);
    return all;
  }

  boost::asio::io_context io;
  TestClock clock;
  config::Settings settings;
  log::RecordingSink sink;
  int revocations = 0;
  std::unique_ptr<io::MemoryDisk> disk = std::make_unique<io::MemoryDisk>();
  directory::Principal anna = directory::test_person(1, "anna");
  directory::Principal boris = directory::test_person(2, "boris");
  std::unique_ptr<AppPasswords> passwords;
};

TEST_F(AppPasswordsTest, OneIsForItsOwnerAloneAndForItsProtocols) {
  const auto phone = add("phone", {.owner = {}, .name = {}, .protocols = {"imap", "smtp"}}).value();
  EXPECT_EQ(check(phone.secret).value(), phone.row.id);
  EXPECT_EQ(check(phone.secret, "smtp").value(), phone.row.id);
  EXPECT_THAT(check(phone.secret, "pop3").error().detail(), HasSubstr("is not for pop3"));
  EXPECT_EQ(check(phone.secret, "imap", &boris.id).error().code(), Errc::auth_failed);
  EXPECT_EQ(check(make_app_password_secret()).error().code(), Errc::auth_failed);
  EXPECT_EQ(add("phone").error().code(), Errc::exists);
  EXPECT_EQ(add("a\nb").error().code(), Errc::bad_input);
}

TEST_F(AppPasswordsTest, OneExpires) {
  const auto made =
      add("tablet", {.owner = {}, .name = {}, .expires = clock.time + std::chrono::hours(1)})
          .value();
  EXPECT_TRUE(check(made.secret));
  EXPECT_TRUE(passwords->is_in_force(anna.id, made.row.id));
  clock.time += std::chrono::hours(1);
  EXPECT_THAT(check(made.secret).error().detail(), HasSubstr("has expired"));
  EXPECT_FALSE(passwords->is_in_force(anna.id, made.row.id));
  EXPECT_TRUE(add("tablet"));  // one that is over makes room for its name
}

TEST_F(AppPasswordsTest, ARevokedOneIsGoneAtOnce) {
  const auto one = add("one").value(), two = add("two").value(), three = add("three").value();
  EXPECT_EQ(testing::run(io, passwords->revoke(boris.id, one.row.id)).error().code(),
            Errc::not_found);
  ASSERT_TRUE(testing::run(io, passwords->revoke(anna.id, one.row.id)));
  ASSERT_TRUE(testing::run(io, passwords->revoke(anna.id, "two")));
  EXPECT_EQ(revocations, 2);
  EXPECT_EQ(check(one.secret).error().code(), Errc::auth_failed);
  EXPECT_EQ(check(two.secret).error().code(), Errc::auth_failed);
  EXPECT_FALSE(passwords->is_in_force(anna.id, two.row.id));
  EXPECT_TRUE(check(three.secret));
  EXPECT_EQ(testing::run(io, passwords->revoke_all(anna.id)).value(), 1U);
  EXPECT_THAT(names(), IsEmpty());
}

TEST_F(AppPasswordsTest, TheyFollowTheirOwner) {
  const auto phone = add("phone").value();
  EXPECT_EQ(testing::run(io, passwords->give(anna.id, boris.id)).value(), 1U);
  EXPECT_EQ(check(phone.secret).error().code(), Errc::auth_failed);
  EXPECT_EQ(check(phone.secret, "imap", &boris.id).value(), phone.row.id);
  EXPECT_EQ(testing::run(io, passwords->give(anna.id, boris.id)).value(), 0U);
}

TEST_F(AppPasswordsTest, UsesAreKnownAndKeptWithoutASyncOfEachSignIn) {
  const auto phone = add("phone").value();
  std::uint64_t operations = 0;
  disk->before_each([&](std::uint64_t) { ++operations; });
  for (int i = 0; i < 100; ++i) ASSERT_TRUE(check(phone.secret));
  EXPECT_EQ(operations, 0U);
  const auto use = passwords->list(anna.id).front().use.value();
  EXPECT_EQ(use, (AppPasswordUse{clock.time, "imap", "192.0.2.7"}));
  passwords->save_uses();
  EXPECT_GT(std::exchange(operations, 0), 0U);
  passwords->save_uses();
  EXPECT_EQ(operations, 0U);
  restart(disk->after_power_loss(1));
  EXPECT_EQ(passwords->list(anna.id).front().use.value(), use);
}

// Power is lost before each operation of a change: what was answered is there, what was not is as
// before or as after, and never a damaged file.
TEST_F(AppPasswordsTest, AChangeIsWholeAndDurable) {
  for (std::uint64_t at = 1; at < 40; ++at) {
    disk = std::make_unique<io::MemoryDisk>();
    ASSERT_TRUE(disk->make_directory("data"));
    ASSERT_TRUE(disk->sync_directory("."));
    open();
    const auto kept = add("kept").value(), gone = add("gone").value();
    std::unique_ptr<io::MemoryDisk> lost;
    std::uint64_t count = 0;
    disk->before_each([&](std::uint64_t) {
      if (++count == at) lost = disk->after_power_loss(at);
    });
    ASSERT_TRUE(testing::run(io, passwords->revoke(anna.id, gone.row.id)));
    const auto added = count;
    const auto fresh = add("fresh").value();
    const bool is_over = lost == nullptr;
    if (is_over) lost = disk->after_power_loss(at);
    const bool is_revoked = at > added || is_over;
    restart(std::move(lost));
    EXPECT_TRUE(check(kept.secret)) << at;
    if (is_revoked) {
      EXPECT_FALSE(check(gone.secret)) << at;
    }
    if (is_over) {
      EXPECT_TRUE(check(fresh.secret));
      EXPECT_GT(at, 8U);
      return;
    }
  }
  FAIL() << "a change takes many operations";
}

TEST_F(AppPasswordsTest, WhatCannotBeWrittenIsNotInForce) {
  const auto phone = add("phone").value();
  io::FaultyFiles faulty(*disk);
  passwords = AppPasswords::open({faulty, settings, clock, log::Context(sink)});
  faulty.decide_by(
      [](const io::OperationInfo& info) { return info.kind == io::Operation::write ? ENOSPC : 0; });
  EXPECT_EQ(add("another").error().code(), Errc::no_space);
  EXPECT_EQ(testing::run(io, passwords->revoke(anna.id, "phone")).error().code(), Errc::no_space);
  EXPECT_TRUE(check(phone.secret));
  passwords->save_uses();
  EXPECT_EQ(sink.count("app_password.uses.unwritable"), 1U);
  faulty.decide_by({});
  passwords->save_uses();
  open();
  EXPECT_TRUE(passwords->list(anna.id).front().use);
}

TEST_F(AppPasswordsTest, ADamagedFileIsKeptAndNobodySignsIn) {
  const auto phone = add("phone").value();
  const auto before = io::read_file(*disk, "data/app-passwords", 100'000).value();
  ASSERT_TRUE(io::write_file_durably(*disk, "data/app-passwords", before.substr(0, 100)));
  open();
  EXPECT_EQ(sink.count("app_password.file.unreadable"), 1U);
  EXPECT_EQ(check(phone.secret).error().code(), Errc::unavailable);
  EXPECT_EQ(add("another").error().code(), Errc::unavailable);
  EXPECT_EQ(testing::run(io, passwords->revoke_all(anna.id)).error().code(), Errc::unavailable);
  EXPECT_EQ(io::read_file(*disk, "data/app-passwords", 100'000).value(), before.substr(0, 100));
  ASSERT_TRUE(io::write_file_durably(*disk, "data/app-passwords", before));
  open();
  EXPECT_TRUE(check(phone.secret));
}

TEST_F(AppPasswordsTest, APersonHasALimitedNumber) {
  for (int i = 0; i < 50; ++i) ASSERT_TRUE(add("device " + std::to_string(i)));
  EXPECT_EQ(add("one more").error().code(), Errc::limit);
  EXPECT_TRUE(add("of boris", {.owner = boris.id, .name = {}}));
}

// --- signing in
// -----------------------------------------------------------------------------------
struct AppSignInTest : AppPasswordsTest {
  AppSignInTest() { put({anna, boris}); }
  void put(std::vector<directory::Principal> people) { directory.replace(std::move(people)); }
  directory::SignInContext context_of(std::string service) {
    directory::SignInContext context;
    context.service = std::move(service);
    context.peer_address = "192.0.2.7";
    context.is_tls = true;
    return context;
  }
  Result<directory::Identity> by_password(const std::string& login, const std::string& password) {
    return testing::run(io, sign_in().check_password(login, password, context_of("imap")));
  }
  // PLAIN and LOGIN with what the client sends, one response after the other.
  Result<directory::SaslStep> by_sasl(const std::string& mechanism,
                                      const std::vector<std::optional<std::string>>& responses,
                                      const std::string& protocol = "imap") {
    KONTOR_TRY(const auto exchange, sign_in().begin(mechanism, context_of(protocol)));
    Result<directory::SaslStep> last = fail(Errc::internal);
    for (const auto& response : responses) {
      last = testing::run(io, exchange->step(response));
      if (!last || last->done) return last;
    }
    return last;
  }
  directory::SignInService& sign_in() {
    if (!made)
      made =
          app_password_sign_in({settings, inner, directory, *passwords, clock, log::Context(sink)});
    return *made;
  }

  testing::FakeDirectory directory{{}};
  testing::FakeSignIn inner{directory};
  std::unique_ptr<directory::SignInService> made;
};

std::string plain(const std::string& login, const std::string& password) {
  return std::string(1, '\0') + login + std::string(1, '\0') + password;
}

TEST_F(AppSignInTest, EveryWayTakesThem) {
  const auto phone = add("phone").value();
  EXPECT_EQ(by_password("anna", phone.secret).value().app_password, phone.row.id);
  EXPECT_EQ(by_sasl("plain", {plain("anna", phone.secret)}).value().identity.id, anna.id);
  EXPECT_EQ(by_sasl("PLAIN", {std::nullopt, plain("anna", phone.secret)}).value().identity.mail,
            "anna@example.test");
  EXPECT_TRUE(by_sasl("LOGIN", {std::nullopt, "anna", phone.secret}).value().done);
  EXPECT_EQ(by_sasl("LOGIN", {"anna", phone.secret}).value().identity.app_password, phone.row.id);
  EXPECT_EQ(sink.count("directory.sign_in.done"), 5U);
}

TEST_F(AppSignInTest, OtherPasswordsGoOnToTheDirectory) {
  EXPECT_EQ(by_password("anna", "secret").value().app_password, "");
  EXPECT_TRUE(by_sasl("PLAIN", {plain("anna", "secret")}).value().done);
  EXPECT_TRUE(by_sasl("LOGIN", {std::nullopt, "anna", "secret"}).value().done);
  EXPECT_TRUE(by_sasl("TOKEN", {plain("anna", "secret")}).value().done);
  EXPECT_EQ(by_password("anna", "wrong").error().code(), Errc::auth_failed);
  EXPECT_EQ(by_sasl("PLAIN", {"nonsense"}).error().code(), Errc::bad_input);
}

// One that was revoked must not lock the account there; and none needs a controller.
TEST_F(AppSignInTest, TheDirectoryNeverSeesOne) {
  const auto phone = add("phone").value();
  inner.outage = true;
  EXPECT_TRUE(by_password("anna", phone.secret));
  ASSERT_TRUE(testing::run(io, passwords->revoke_all(anna.id)));
  EXPECT_EQ(by_password("anna", phone.secret).error().code(), Errc::auth_failed);
  EXPECT_EQ(by_sasl("PLAIN", {plain("anna", phone.secret)}).error().code(), Errc::auth_failed);
  EXPECT_EQ(by_password("anna", "her own").error().code(), Errc::unavailable);
}

TEST_F(AppSignInTest, TheAccountCounts) {
  const auto phone = add("phone").value();
  anna.state = directory::State::disabled;
  put({anna, boris});
  EXPECT_EQ(by_password("anna", phone.secret).error().code(), Errc::auth_failed);
  anna.state = directory::State::enabled;
  anna.expires = clock.time.time_since_epoch().count();
  put({anna, boris});
  EXPECT_EQ(by_password("anna", phone.secret).error().code(), Errc::auth_failed);
  EXPECT_EQ(by_password("nobody", phone.secret).error().code(), Errc::auth_failed);
  // What concerns the password of the directory alone does not.
  anna.expires.reset();
  anna.limits.locked_until = std::numeric_limits<std::int64_t>::max();
  anna.limits.must_change_password = true;
  put({anna, boris});
  EXPECT_TRUE(by_password("anna", phone.secret));
  anna.limits.control = 0x40000;  // a smart card is required
  put({anna, boris});
  EXPECT_EQ(by_password("anna", phone.secret).error().code(), Errc::auth_failed);
}

TEST_F(AppSignInTest, OnlyWherePasswordsAreTaken) {
  const auto phone = add("phone").value();
  auto clear = context_of("imap");
  clear.is_tls = false;
  EXPECT_EQ(sign_in().begin("PLAIN", clear).error().code(), Errc::unsupported);
  EXPECT_EQ(testing::run(io, sign_in().check_password("anna", phone.secret, clear)).error().code(),
            Errc::auth_failed);
  EXPECT_EQ(by_sasl("PLAIN", {plain("anna", phone.secret)}, "smtp").value().done, true);
  settings.sign_in.app_passwords = false;
  EXPECT_EQ(by_password("anna", phone.secret).error().code(), Errc::auth_failed);
  EXPECT_EQ(add("new").error().code(), Errc::unsupported);
}

TEST_F(AppSignInTest, WhoCameWithOneMakesNoOthers) {
  const auto phone = add("phone").value();
  const auto by_phone = by_password("anna", phone.secret).value();
  EXPECT_EQ(check_may_manage_app_passwords(by_phone).error().code(), Errc::no_permission);
  EXPECT_TRUE(check_may_manage_app_passwords(by_password("anna", "secret").value()));
  // A change in the directory does not make the session forget how it was begun.
  const auto later = directory::refresh_identity(*directory.current(), by_phone, 0).value();
  EXPECT_EQ(later.app_password, phone.row.id);
}

}  // namespace
}  // namespace kontor::trace
