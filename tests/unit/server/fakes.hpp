// SPDX-License-Identifier: GPL-3.0-or-later
// Stand-ins for the parts around a protocol front end: a directory that holds what the test says, a
// store that keeps or refuses what is delivered, a sign-in that knows one password, a session table
// without limits.
#pragma once
#include <algorithm>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/core/text.hpp"
#include "directory/model/identity.hpp"
#include "directory/model/sign_in.hpp"
#include "server/trace/sessions.hpp"
#include "store/mailbox/account_store.hpp"
#include "store/mailbox/shares.hpp"
#include "store/mailbox/upkeep.hpp"
#include "tests/unit/server/fake_queue.hpp"

namespace kontor::testing {

class FakeClock final : public Clock {
 public:
  UtcSeconds now() const override { return UtcSeconds(std::chrono::seconds(1'793'268'000)); }
  SteadyTime steady() const override { return time; }
  SteadyTime time{};
};

class FakeDirectory final : public directory::Directory {
 public:
  explicit FakeDirectory(std::vector<directory::Principal> people)
      : copy_(std::make_shared<directory::DirectoryCopy>(std::move(people), 1)) {}
  std::shared_ptr<const directory::DirectoryCopy> current() const override { return copy_; }
  directory::Subscription subscribe(std::function<void()>) override { return {}; }
  void replace(std::vector<directory::Principal> people) {
    copy_ = std::make_shared<directory::DirectoryCopy>(std::move(people), 2);
  }

 private:
  std::shared_ptr<const directory::DirectoryCopy> copy_;
};

// PLAIN and LOGIN inside TLS, TOKEN anywhere; the password of everybody is "secret".
class FakeSignIn final : public directory::SignInService {
 public:
  explicit FakeSignIn(directory::Directory& directory) : directory_(directory) {}

  std::vector<std::string> mechanisms(bool is_tls) const override {
    if (is_tls) return {"TOKEN", "PLAIN", "LOGIN"};
    return {"TOKEN"};
  }
  Result<std::unique_ptr<directory::SaslExchange>> begin(
      std::string mechanism, directory::SignInContext context) override {
    last_context = context;
    return std::make_unique<Exchange>(*this, std::move(mechanism));
  }
  Task<Result<directory::Identity>> check_password(std::string login,
                                                   std::string password,
                                                   directory::SignInContext) override {
    co_return check(login, password);
  }
  Result<directory::Identity> check(const std::string& login, const std::string& password) {
    if (outage) return fail(Errc::unavailable, "no controller answers");
    const auto copy = directory_.current();
    const auto person = copy->find_login(login, "example.test");
    if (!person || password != "secret") return fail(Errc::auth_failed, "wrong password");
    return directory::make_identity(*copy, *person, login, {});
  }

  directory::SignInContext last_context;
  bool outage = false;

 private:
  class Exchange final : public directory::SaslExchange {
   public:
    Exchange(FakeSignIn& owner, std::string mechanism)
        : owner_(owner), mechanism_(std::move(mechanism)) {}
    Task<Result<directory::SaslStep>> step(std::optional<std::string> response) override {
      directory::SaslStep step;
      if (!response && mechanism_ != "LOGIN") co_return step;
      if (mechanism_ == "LOGIN" && answers_.size() < 2) {
        if (response) answers_.push_back(*response);
        if (answers_.size() < 2) {
          step.challenge = answers_.empty() ? "Username:" : "Password:";
          co_return step;
        }
      }
      co_return finish(step, response.value_or(""));
    }

   private:
    Result<directory::SaslStep> finish(directory::SaslStep step, const std::string& response) {
      auto parts = split(response, '\0');
      if (mechanism_ == "LOGIN") {
        KONTOR_TRY(step.identity, owner_.check(answers_[0], answers_[1]));
      } else {
        if (parts.size() != 3) return fail(Errc::bad_input, "not three parts");
        step.authorization_id = parts[0];
        KONTOR_TRY(step.identity, owner_.check(std::string(parts[1]), std::string(parts[2])));
      }
      if (mechanism_ == "TOKEN") step.challenge = "proof";
      step.done = true;
      return step;
    }
    FakeSignIn& owner_;
    std::string mechanism_;
    std::vector<std::string> answers_;
  };
  directory::Directory& directory_;
};

class FakeStore : public store::AccountStore {
 public:
  Task<Result<std::shared_ptr<store::Account>>> open_for(store::Binding) override {
    co_return fail(Errc::unsupported);
  }
  Task<Result<std::shared_ptr<store::Account>>> open(store::AccountId) override {
    co_return fail(Errc::not_found);
  }
  Task<Result<store::Appending>> deliver(store::Binding owner, store::NewMessage message) override {
    const auto failure = failures.find(owner);
    if (failure != failures.end()) co_return fail(failure->second, "as the test wants");
    auto& box = delivered[owner];
    box.push_back(std::move(message));
    store::Appending stored;
    stored.uids.push_back(static_cast<store::Uid>(box.size()));
    co_return stored;
  }
  std::shared_ptr<const store::AnnotationMap> owner_notes(
      const store::Binding& /*owner*/) const override {
    return nullptr;
  }
  std::optional<store::AccountId> find(const store::Binding& owner) const override {
    return owner.guid;
  }
  std::vector<store::AccountInfo> list() const override { return {}; }
  std::optional<store::AccountInfo> info(const store::AccountId&) const override { return {}; }
  const store::Shares& shares() const override { return shared; }
  Task<Result<void>> keep_shares() override { co_return Result<void>(); }
  store::Watch watch(std::function<void(store::AccountId, store::AccountNews)>) override {
    return {};
  }
  store::Watch watch_leaving(std::function<void(store::AccountId)>) override { return {}; }
  Task<void> close() override { co_return; }
  Task<Result<store::CompactReport>> compact(store::AccountId, store::CompactTurn) override {
    co_return fail(Errc::not_found);
  }
  void stop_upkeep() override {}
  Task<std::chrono::seconds> upkeep() override { co_return std::chrono::hours(1); }
  Task<Result<store::UpkeepReport>> look_after(store::AccountId) override {
    co_return fail(Errc::not_found);
  }
  std::optional<store::UpkeepReport> last_upkeep(store::AccountId) const override { return {}; }
  Task<Result<void>> check_room(store::Binding owner, std::uint64_t) override {
    if (full.contains(owner)) co_return fail(Errc::over_quota, "as the test wants");
    co_return Result<void>();
  }
  Task<Result<void>> attach(store::AccountId, store::Binding) override {
    co_return fail(Errc::not_found);
  }
  Task<Result<void>> remove(store::AccountId) override { co_return fail(Errc::not_found); }

  std::vector<std::string> messages_of(const directory::PrincipalId& person) const {
    std::vector<std::string> out;
    const auto found = delivered.find({person.source, person.guid});
    if (found == delivered.end()) return out;
    for (const auto& message : found->second) out.push_back(message.message.raw);
    return out;
  }
  std::size_t count() const {
    std::size_t all = 0;
    for (const auto& [owner, box] : delivered) all += box.size();
    return all;
  }

  std::map<store::Binding, std::vector<store::NewMessage>> delivered;
  std::map<store::Binding, Errc> failures;
  std::set<store::Binding> full;  // their mailboxes
  store::Shares shared;
};

class FakeSessions final : public trace::Sessions {
 public:
  std::size_t end_protocol(const std::string&, std::string) override { return 0; }
  Result<std::unique_ptr<trace::Session>> enter(std::string protocol,
                                                const net::Endpoint&,
                                                bool) override {
    if (full) return fail(Errc::limit, "full");
    protocols.push_back(std::move(protocol));
    return std::make_unique<Row>(*this);
  }
  std::vector<trace::SessionInfo> list() const override { return {}; }
  std::size_t end(const directory::PrincipalId&, std::string reason) override {
    return end_all(std::move(reason));
  }
  std::vector<directory::PrincipalId> people() const override { return {}; }
  bool end_session(std::uint64_t, const directory::PrincipalId&, std::string reason) override {
    return end_all(std::move(reason)) != 0;
  }
  std::size_t end_all(std::string reason) override {
    for (const auto& callback : callbacks) callback(reason);
    return callbacks.size();
  }

  bool full = false;
  bool person_full = false;
  std::function<void()> on_identity;  // called when somebody signed in
  std::vector<std::string> protocols;
  std::vector<std::function<void(std::string)>> callbacks;

 private:
  class Row final : public trace::Session {
   public:
    explicit Row(FakeSessions& table) : table_(table) {}
    ~Row() override { table_.callbacks.clear(); }
    std::uint64_t id() const noexcept override { return 7; }
    Result<void> set_identity(const directory::Identity&) override {
      if (table_.person_full) return fail(Errc::limit, "too many of this person");
      if (table_.on_identity) table_.on_identity();
      return {};
    }
    void set_state(std::string) override {}
    void set_tls(bool) override {}
    void on_end(std::function<void(std::string)> end) override {
      table_.callbacks.push_back(std::move(end));
    }
    void on_renewed(std::function<void()>) override {}

   private:
    FakeSessions& table_;
  };
};

}  // namespace kontor::testing
