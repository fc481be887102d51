// SPDX-License-Identifier: GPL-3.0-or-later
// Password checks, PLAIN and LOGIN, and the verdict on accounts, with a checker in memory.
#include <gmock/gmock.h>

#include <atomic>
#include <condition_variable>
#include <latch>
#include <map>

#include "base/log/recording_sink.hpp"
#include "directory/agent/plain.hpp"
#include "directory/agent/sign_in_desk.hpp"
#include "directory/model/source.hpp"
#include "tests/unit/directory/model/people.hpp"

namespace kontor::directory {
namespace {

using testing::HasSubstr;

class HandClock final : public Clock {
 public:
  UtcSeconds now() const override { return UtcSeconds(std::chrono::seconds(1'000)); }
  SteadyTime steady() const override { return steady_.load(); }
  void pass(std::chrono::seconds time) { steady_ = steady_.load() + time; }

 private:
  std::atomic<SteadyTime> steady_{SteadyTime()};
};

class CountingChecker final : public PasswordChecker {
 public:
  std::string source() const override { return "local"; }
  Result<void> check(const Principal&, std::string_view, std::string_view password) override {
    ++checks;
    if (gate != nullptr) gate->arrive_and_wait();
    if (is_away) return fail(Errc::unavailable, "no controller answers");
    if (password == right) return {};
    return fail(Errc::auth_failed, "wrong password");
  }
  void check_unknown(std::string_view) override { ++unknown_checks; }

  std::string right = "secret";
  std::atomic<bool> is_away{false};
  std::atomic<int> checks{0}, unknown_checks{0};
  std::latch* gate = nullptr;
};

// A mechanism that says what the test wants, for the desk's verdict.
class ScriptedMechanism final : public Mechanism {
 public:
  std::string name() const override { return "GSSAPI"; }
  Result<std::unique_ptr<Acceptor>> begin(const SignInContext&) override {
    if (is_broken) return fail(Errc::unavailable, "no keytab");
    return std::make_unique<One>(*this);
  }
  Authenticated result;
  bool is_broken = false;
  bool is_endless = false;

 private:
  class One final : public Acceptor {
   public:
    explicit One(ScriptedMechanism& owner) : owner_(&owner) {}
    Result<AcceptStep> step(std::optional<std::string>) override {
      AcceptStep step;
      step.done = !owner_->is_endless;
      step.challenge = "more";
      step.authenticated = owner_->result;
      return step;
    }

   private:
    ScriptedMechanism* owner_;
  };
};

class SignInTest : public testing::Test {
 protected:
  SignInTest() {
    settings_.directory.default_domain = "example.test";
    auto disabled = test_person(2, "boris"), expired = test_person(3, "clara");
    disabled.state = State::disabled;
    expired.expires = 999;
    copy_ = std::make_shared<DirectoryCopy>(
        std::vector<Principal>{test_person(1, "anna"), disabled, expired,
                               test_group(10, "sales", {test_id(1)})},
        1);
    checker_ = std::make_shared<CountingChecker>();
    scripted_ = std::make_shared<ScriptedMechanism>();
    passwords_ = std::make_unique<PasswordDesk>(
        settings_, clock_, std::vector<std::shared_ptr<PasswordChecker>>{checker_},
        [this] { return copy_; });
    desk_ = std::make_unique<SignInDesk>(
        SignInDesk::Parts{settings_,
                          clock_,
                          {scripted_, make_plain(*passwords_), make_login(*passwords_)},
                          [this] { return copy_; },
                          log::Context(sink_),
                          [this](SignInAnswer answer) {
                            const std::lock_guard lock(mutex_);
                            const auto id = answer.id;
                            answers_[id] = std::move(answer);
                            arrived_.notify_all();
                          }});
  }

  Result<std::shared_ptr<const Principal>> check(const std::string& login,
                                                 const std::string& password,
                                                 const std::string& peer = "127.0.0.1") {
    return passwords_->check(login, password, {"imap", peer, "c1", true, ""});
  }
  std::uint64_t begin(const std::string& mechanism, bool is_tls = true) {
    desk_->begin({++last_, mechanism, {"imap", "192.0.2.1", "c1", is_tls, ""}});
    return last_;
  }
  SignInAnswer wait(std::uint64_t id) {
    std::unique_lock lock(mutex_);
    const bool came =
        arrived_.wait_for(lock, std::chrono::seconds(20), [&] { return answers_.contains(id); });
    EXPECT_TRUE(came);
    auto node = answers_.extract(id);
    return node ? node.mapped() : SignInAnswer();
  }
  SignInAnswer say(std::uint64_t id, std::optional<std::string> response) {
    desk_->step({id, std::move(response)});
    return wait(id);
  }
  std::string reason() {
    const auto refused = sink_.last("directory.sign_in.refused");
    return refused ? refused->get(log::Keys::reason).value_or("") : "";
  }
  void replace(Principal principal) {
    Changes changes;
    changes.upserts = {std::move(principal)};
    copy_ = copy_->with(std::move(changes), copy_->generation() + 1);
  }

  config::Settings settings_;
  HandClock clock_;
  log::RecordingSink sink_;
  std::shared_ptr<const DirectoryCopy> copy_;
  std::shared_ptr<CountingChecker> checker_;
  std::shared_ptr<ScriptedMechanism> scripted_;
  std::unique_ptr<PasswordDesk> passwords_;
  std::mutex mutex_;
  std::condition_variable arrived_;
  std::map<std::uint64_t, SignInAnswer> answers_;
  std::uint64_t last_ = 0;
  std::unique_ptr<SignInDesk> desk_;
};

TEST_F(SignInTest, PasswordsAreRefusedWithTheTrueReason) {
  const struct {
    std::string login, password;
    const char* reason;
  } rows[] = {
      {"anna", "wrong", "wrong password"},     {"nobody", "secret", "no such person"},
      {"sales", "secret", "no such person"},   {"boris", "secret", "disabled"},
      {"clara", "secret", "expired"},          {"anna", "", "empty password"},
      {"anna", std::string("a\0b", 3), "NUL"}, {"anna", std::string(1'025, 'x'), "too long"},
      {"", "secret", "not a user name"},       {"\xff", "secret", "not a user name"},
  };
  for (const auto& row : rows) {
    const auto result = check(row.login, row.password);
    ASSERT_FALSE(result) << row.reason;
    EXPECT_EQ(result.error().code(), Errc::auth_failed);
    EXPECT_THAT(result.error().detail(), HasSubstr(row.reason));
  }
  EXPECT_EQ(checker_->checks, 1);          // only anna's real password question
  EXPECT_EQ(checker_->unknown_checks, 4);  // nobody, sales, boris, clara cost the same time
  for (const char* login : {"anna", "ANNA@example.test", "example\\anna"})
    EXPECT_EQ((*check(login, "secret"))->name, "anna");
}

TEST_F(SignInTest, ARightPasswordIsRememberedUntilTheAccountChanges) {
  ASSERT_TRUE(check("anna", "secret"));
  checker_->is_away = true;
  EXPECT_TRUE(check("anna", "secret"));
  EXPECT_TRUE(check("anna@example.test", "secret"));
  EXPECT_EQ(checker_->checks, 1);
  EXPECT_EQ(check("anna", "Secret").error().code(), Errc::unavailable);
  replace(test_person(1, "anna"));  // nothing differs: the same account
  EXPECT_TRUE(check("anna", "secret"));
  auto changed = test_person(1, "anna");
  changed.credential_stamp = "2";
  replace(changed);
  EXPECT_EQ(check("anna", "secret").error().code(), Errc::unavailable);
}

TEST_F(SignInTest, ARightPasswordIsForgottenInTime) {
  ASSERT_TRUE(check("anna", "secret"));
  clock_.pass(settings_.sign_in.remember_success - std::chrono::seconds(1));
  EXPECT_TRUE(check("anna", "secret"));
  EXPECT_EQ(checker_->checks, 1);
  clock_.pass(std::chrono::seconds(1));
  EXPECT_TRUE(check("anna", "secret"));
  EXPECT_EQ(checker_->checks, 2);
}

TEST_F(SignInTest, AWrongPasswordIsNotAskedTwice) {
  for (int i = 0; i < 5; ++i) EXPECT_FALSE(check("anna", "wrong"));
  EXPECT_EQ(checker_->checks, 1);
  EXPECT_FALSE(check("anna", "other"));
  EXPECT_TRUE(check("anna", "secret"));
  EXPECT_EQ(checker_->checks, 3);
  clock_.pass(settings_.sign_in.remember_failure);
  EXPECT_FALSE(check("anna", "wrong"));
  EXPECT_EQ(checker_->checks, 4);
}

TEST_F(SignInTest, TimeTellsNoNames) {
  // Whoever it is: one check's time at first, none for the same again, one after the memory ended.
  for (const char* login : {"anna", "nobody", "boris", "clara", "sales"}) {
    const int begin = checker_->checks + checker_->unknown_checks;
    for (int i = 0; i < 3; ++i) EXPECT_FALSE(check(login, "guess"));
    EXPECT_EQ(checker_->checks + checker_->unknown_checks, begin + 1) << login;
    EXPECT_FALSE(check(login, "another guess"));
    EXPECT_EQ(checker_->checks + checker_->unknown_checks, begin + 2) << login;
  }
  auto nobody = test_person(9, "nobody");
  replace(nobody);
  EXPECT_TRUE(check("nobody", "secret"));
  auto boris = test_person(2, "boris");  // enabled again
  replace(boris);
  EXPECT_TRUE(check("boris", "secret"));
}

TEST_F(SignInTest, UnavailableIsNeverRemembered) {
  checker_->is_away = true;
  EXPECT_EQ(check("anna", "secret").error().code(), Errc::unavailable);
  checker_->is_away = false;
  EXPECT_TRUE(check("anna", "secret"));
}

TEST_F(SignInTest, TheDemoPasswordWorksOnThisMachineOnly) {
  settings_.server.demo = true;
  checker_->right = "kontor-demo";
  for (const char* peer : {"127.0.0.1", "127.8.9.1", "::1", "::ffff:127.0.0.1"})
    EXPECT_TRUE(check("anna", "kontor-demo", peer)) << peer;
  for (const char* peer : {"192.0.2.1", "2001:db8::1", "::ffff:192.0.2.1", "", "1270.0.0.1"})
    EXPECT_FALSE(check("anna", "kontor-demo", peer)) << peer;
  checker_->right = "my own";
  EXPECT_TRUE(check("anna", "my own", "192.0.2.1"));
}

TEST_F(SignInTest, PlainMessagesAreTakenApart) {
  const std::string nul(1, '\0');
  const auto full = parse_plain("Ursel" + nul + "Kurt" + nul + "xipj3plmq");  // RFC 4616, 4
  ASSERT_TRUE(full);
  EXPECT_EQ(full->authorization_id + "|" + full->login + "|" + full->password,
            "Ursel|Kurt|xipj3plmq");
  EXPECT_TRUE(parse_plain(nul + "tim" + nul + "tanstaaftanstaaf"));
  for (const auto& bad : {std::string(), nul, nul + nul, nul + nul + "p", "a" + nul + "b",
                          "a" + nul + "b" + nul + "c" + nul})
    EXPECT_FALSE(parse_plain(bad));
}

TEST_F(SignInTest, PlainAndLoginSignIn) {
  const std::string nul(1, '\0');
  const auto plain = say(begin("PLAIN"), nul + "anna" + nul + "secret");
  EXPECT_EQ(plain.outcome, SignInAnswer::Outcome::done);
  EXPECT_EQ(plain.step.identity.mail, "anna@example.test");
  EXPECT_EQ(plain.step.identity.login, "anna");
  EXPECT_EQ(plain.step.identity.sids.size(), 2U);

  const auto asked = begin("plain");  // the client sent no initial response
  EXPECT_EQ(say(asked, std::nullopt).step.challenge, "");
  EXPECT_EQ(say(asked, nul + "anna" + nul + "secret").outcome, SignInAnswer::Outcome::done);

  const auto login = begin("LOGIN");
  EXPECT_EQ(say(login, std::nullopt).step.challenge, "Username:");
  EXPECT_EQ(say(login, "anna").step.challenge, "Password:");
  EXPECT_EQ(say(login, "secret").outcome, SignInAnswer::Outcome::done);
  const auto eager = begin("LOGIN");
  EXPECT_EQ(say(eager, "anna").step.challenge, "Password:");
  EXPECT_EQ(say(eager, "secret").outcome, SignInAnswer::Outcome::done);
  EXPECT_EQ(desk_->open(), 0U);
  EXPECT_EQ(sink_.count("directory.sign_in.done"), 4U);
}

TEST_F(SignInTest, RefusalsAreLoggedAndSayNothing) {
  const std::string nul(1, '\0');
  const auto refused = say(begin("PLAIN"), nul + "anna" + nul + "wrong");
  EXPECT_EQ(refused.outcome, SignInAnswer::Outcome::failed);
  EXPECT_EQ(refused.error, Errc::auth_failed);
  EXPECT_EQ(reason(), "wrong password");
  const auto event = sink_.last("directory.sign_in.refused");
  EXPECT_EQ(event->get(log::Keys::user), "anna");
  EXPECT_EQ(event->get(log::Keys::peer), "192.0.2.1");
  EXPECT_EQ(event->get(log::Keys::mechanism), "PLAIN");
  EXPECT_EQ(say(begin("PLAIN"), "nonsense").error, Errc::bad_input);
  checker_->is_away = true;
  EXPECT_EQ(say(begin("PLAIN"), nul + "anna" + nul + "else").error, Errc::unavailable);
  EXPECT_EQ(sink_.count("directory.sign_in.unavailable"), 1U);
  for (const auto& one : sink_.events())
    for (const auto& field : one.fields)
      if (const auto* text = std::get_if<std::string>(&field.value()))
        EXPECT_THAT(*text, testing::AllOf(testing::Not(HasSubstr("secret")), testing::Ne("wrong")));
}

TEST_F(SignInTest, NobodyActsForAnother) {
  const std::string nul(1, '\0');
  EXPECT_EQ(say(begin("PLAIN"), "anna@example.test" + nul + "anna" + nul + "secret").outcome,
            SignInAnswer::Outcome::done);
  EXPECT_EQ(say(begin("PLAIN"), "boris" + nul + "anna" + nul + "secret").error, Errc::auth_failed);
  EXPECT_THAT(reason(), HasSubstr("may not act as boris"));
}

TEST_F(SignInTest, MechanismsThatAreMissingBrokenOrInTheClear) {
  EXPECT_EQ(wait(begin("CRAM-MD5")).error, Errc::unsupported);
  EXPECT_EQ(wait(begin("PLAIN", false)).error, Errc::unsupported);
  scripted_->is_broken = true;
  EXPECT_EQ(wait(begin("GSSAPI")).error, Errc::unavailable);
  desk_->step({last_, "late"});  // is not answered twice
  desk_->abandon(last_);
  desk_->abandon(4'711);
}

TEST_F(SignInTest, ATicketsPersonIsFoundBySidOrName) {
  scripted_->result = {"anna@EXAMPLE.TEST", "", "", {"S-1-5-21-9-9-9-1"}};
  const auto by_name = say(begin("GSSAPI", false), "token");
  ASSERT_EQ(by_name.outcome, SignInAnswer::Outcome::done);
  EXPECT_EQ(by_name.step.challenge, "more");
  EXPECT_THAT(by_name.step.identity.sids, testing::Contains("S-1-5-21-9-9-9-1"));
  scripted_->result = {"renamed@EXAMPLE.TEST", "", "S-1-5-21-1-2-3-1", {}};
  EXPECT_EQ(say(begin("GSSAPI"), "token").step.identity.mail, "anna@example.test");
  scripted_->result = {"boris@EXAMPLE.TEST", "", "S-1-5-21-1-2-3-2", {}};
  EXPECT_EQ(say(begin("GSSAPI"), "token").error, Errc::auth_failed);
  EXPECT_THAT(reason(), HasSubstr("disabled"));
  scripted_->result = {"host/x@EXAMPLE.TEST", "", "", {}};
  EXPECT_EQ(say(begin("GSSAPI"), "token").error, Errc::auth_failed);
}

TEST_F(SignInTest, AnEndlessExchangeEnds) {
  scripted_->is_endless = true;
  const auto id = begin("GSSAPI");
  int steps = 0;
  while (say(id, "again").outcome == SignInAnswer::Outcome::challenge && steps < 1'000) ++steps;
  EXPECT_EQ(steps, 20);
}

TEST_F(SignInTest, HangingPasswordChecksDoNotHoldTicketsUp) {
  std::latch gate(17);  // every password thread waits here until the test lets go
  checker_->gate = &gate;
  const std::string nul(1, '\0');
  std::vector<std::uint64_t> waiting;
  for (int i = 0; i < 16; ++i) {
    waiting.push_back(begin("PLAIN"));
    desk_->step({waiting.back(), nul + "anna" + nul + "guess" + std::to_string(i)});
  }
  scripted_->result = {"anna@example.test", "", "", {}};
  EXPECT_EQ(say(begin("GSSAPI"), "token").outcome, SignInAnswer::Outcome::done);
  gate.count_down();
  for (const auto id : waiting) EXPECT_EQ(wait(id).error, Errc::auth_failed);
}

TEST_F(SignInTest, OfferedMechanismsFollowTheSettings) {
  settings_.sign_in.mechanisms = {"LOGIN", "gssapi", "XOAUTH2", "PLAIN"};
  const auto offered = desk_->offered();
  EXPECT_THAT(offered, testing::ElementsAre(OfferedMechanism{"LOGIN", true},
                                            OfferedMechanism{"GSSAPI", false},
                                            OfferedMechanism{"PLAIN", true}));
}

}  // namespace
}  // namespace kontor::directory
