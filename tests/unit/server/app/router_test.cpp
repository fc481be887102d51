// SPDX-License-Identifier: GPL-3.0-or-later
// Which transport gets which mail, and that mail without a way waits instead of failing.
#include "server/app/router.hpp"

#include <gtest/gtest.h>

#include "tests/support/run_task.hpp"

namespace kontor::app {
namespace {

// Names the addresses of one domain its own, and keeps what it was given.
class Way final : public queue::Transport {
 public:
  Way(std::string domain, std::string name) : domain_(std::move(domain)), name_(std::move(name)) {}
  std::string destination(std::string_view address) const override {
    return domain_.empty() || address.ends_with("@" + domain_) ? name_ : std::string();
  }
  Task<void> deliver(std::string destination, queue::Work&) override {
    given.push_back(std::move(destination));
    co_return;
  }
  std::vector<std::string> given;

 private:
  std::string domain_, name_;
};

class NoWork final : public queue::Work {
 public:
  std::optional<queue::Piece> next() override {
    ADD_FAILURE() << "nobody may take this mail";
    return std::nullopt;
  }
  Task<Result<std::string>> read(const queue::Piece&) override { co_return std::string(); }
  Task<Result<void>> report(const queue::Piece&, std::vector<queue::Outcome>) override {
    co_return Result<void>();
  }
  Task<Result<void>> defer_all(queue::Outcome why) override {
    deferred.push_back(std::move(why));
    co_return Result<void>();
  }
  bool is_stopping() const override { return false; }
  std::vector<queue::Outcome> deferred;
};

struct Routes {
  Way local{"here.test", "local"};
  Way remote{"", "relay:smart.test:25"};
  NoWork work;

  void deliver(Router router, std::string destination) {
    boost::asio::io_context context;
    testing::run(context, router.deliver(std::move(destination), work));
  }
};

TEST(Router, AsksTheMailboxesFirst) {
  Routes routes;
  struct Row {
    queue::Transport *local, *remote;
    std::string_view address, destination;
  };
  const Row rows[] = {
      {&routes.local, &routes.remote, "anna@here.test", "local"},
      {&routes.local, &routes.remote, "x@far.test", "relay:smart.test:25"},
      {&routes.local, nullptr, "anna@here.test", "local"},
      {&routes.local, nullptr, "x@FAR.Test", "far.test"},
      {nullptr, &routes.remote, "anna@here.test", "relay:smart.test:25"},
      {nullptr, nullptr, "\"a@b\"@Far.test", "far.test"},
      {nullptr, nullptr, "", ""},
  };
  for (const auto& row : rows)
    EXPECT_EQ(Router(row.local, row.remote).destination(row.address), row.destination)
        << row.address;
}

TEST(Router, GivesMailToTheTransportOfItsDestination) {
  Routes routes;
  routes.deliver({&routes.local, &routes.remote}, "local");
  routes.deliver({&routes.local, &routes.remote}, "far.test");
  EXPECT_EQ(routes.local.given, std::vector<std::string>{"local"});
  EXPECT_EQ(routes.remote.given, std::vector<std::string>{"far.test"});
  EXPECT_TRUE(routes.work.deferred.empty());
}

TEST(Router, MailWithoutAWayWaits) {
  Routes routes;
  routes.deliver({&routes.local, nullptr}, "far.test");
  routes.deliver({nullptr, &routes.remote}, "local");
  ASSERT_EQ(routes.work.deferred.size(), 2U);
  for (const auto& why : routes.work.deferred) {
    EXPECT_EQ(why.fate, queue::Fate::deferred);
    EXPECT_EQ(why.status, "4.3.5");
    EXPECT_EQ(why.reason, "this server has no way to send it");
  }
  EXPECT_TRUE(routes.local.given.empty() && routes.remote.given.empty());
}

}  // namespace
}  // namespace kontor::app
