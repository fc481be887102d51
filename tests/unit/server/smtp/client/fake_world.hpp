// SPDX-License-Identifier: GPL-3.0-or-later
// The world a relay sees, in memory: a DNS, servers that answer as the test says, and a queue that
// notes what it is told.
#pragma once
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/log/recording_sink.hpp"
#include "base/net/memory_stream.hpp"
#include "server/smtp/client/relay.hpp"
#include "tests/support/run_task.hpp"
#include "tests/unit/server/fakes.hpp"
#include "tests/unit/server/smtp/client/fake_server.hpp"

namespace kontor::smtp::client {

class FakeResolver final : public net::Resolver {
 public:
  std::map<std::string, std::vector<net::Mx>> mx_of;  // no entry: the name does not exist
  std::map<std::string, std::vector<std::string>> addresses_of;
  std::map<std::string, std::vector<net::TlsaRecord>> tlsa_of;
  std::set<std::string> signed_names;
  std::map<std::string, std::vector<std::string>> texts_of;
  std::map<std::string, Errc> broken;
  std::size_t questions = 0;

  Task<Result<net::MxAnswer>> mx(std::string domain) override {
    ++questions;
    if (broken.contains(domain)) co_return fail(broken[domain], domain + " is broken");
    if (!mx_of.contains(domain)) co_return fail(Errc::not_found, domain + " does not exist");
    net::MxAnswer answer;
    answer.hosts = mx_of[domain];
    co_return answer;
  }
  Task<Result<net::AddressAnswer>> addresses(std::string host) override {
    ++questions;
    if (broken.contains(host)) co_return fail(broken[host], host + " is broken");
    if (!addresses_of.contains(host)) co_return fail(Errc::not_found, host + " does not exist");
    net::AddressAnswer answer;
    answer.addresses = addresses_of[host];
    co_return answer;
  }
  Task<Result<net::TlsaAnswer>> tlsa(std::string name) override {
    ++questions;
    if (broken.contains(name)) co_return fail(broken[name], name + " is broken");
    net::TlsaAnswer answer;
    answer.is_secure = true;
    answer.records = tlsa_of[name];
    co_return answer;
  }
  Task<Result<bool>> is_signed(std::string name) override {
    ++questions;
    if (broken.contains(name)) co_return fail(broken[name], name + " is broken");
    co_return signed_names.contains(name);
  }
  Task<Result<std::vector<std::string>>> names(std::string) override {
    co_return fail(Errc::internal);
  }
  Task<Result<std::vector<std::string>>> texts(std::string name) override {
    if (!texts_of.contains(name)) co_return fail(Errc::not_found, name + " does not exist");
    co_return texts_of[name];
  }
};

class FakeWork final : public queue::Work {
 public:
  struct Message {
    queue::Piece piece;
    std::string bytes;
  };
  std::deque<Message> due;
  std::map<queue::MessageId, std::vector<queue::Outcome>> told;
  std::map<queue::MessageId, std::string> bytes_of;
  std::optional<queue::Outcome> all_deferred;
  bool stopping = false;
  std::size_t stop_after = 1'000'000;

  queue::MessageId add(const std::vector<std::string>& to, const std::string& bytes) {
    auto envelope = std::make_shared<queue::Envelope>();
    envelope->trace = "t" + std::to_string(last_ + 1);
    envelope->sender = "anna@example.test";
    return add(std::move(envelope), to, bytes);
  }
  queue::MessageId add(std::shared_ptr<const queue::Envelope> envelope,
                       const std::vector<std::string>& to,
                       const std::string& bytes) {
    queue::Piece piece;
    piece.id = ++last_;
    piece.envelope = std::move(envelope);
    for (const auto& address : to) {
      queue::Recipient recipient;
      recipient.address = address;
      piece.recipients.push_back(recipient);
    }
    bytes_of[piece.id] = bytes;
    due.push_back({piece, bytes});
    return piece.id;
  }

  std::optional<queue::Piece> next() override {
    if (due.empty()) return std::nullopt;
    auto piece = due.front().piece;
    due.pop_front();
    return piece;
  }
  Task<Result<std::string>> read(const queue::Piece& piece) override {
    if (bytes_of[piece.id] == "UNREADABLE") co_return fail(Errc::io_error, "the disk of the test");
    co_return bytes_of[piece.id];
  }
  Task<Result<void>> report(const queue::Piece& piece,
                            std::vector<queue::Outcome> outcomes) override {
    EXPECT_EQ(outcomes.size(), piece.recipients.size());
    EXPECT_FALSE(told.contains(piece.id)) << "told twice";
    told[piece.id] = std::move(outcomes);
    if (told.size() >= stop_after) stopping = true;
    co_return Result<void>();
  }
  Task<Result<void>> defer_all(queue::Outcome why) override {
    EXPECT_FALSE(all_deferred);
    all_deferred = std::move(why);
    due.clear();
    co_return Result<void>();
  }
  bool is_stopping() const override { return stopping; }

 private:
  queue::MessageId last_ = 0;
};

inline std::string word(const queue::Outcome& outcome) {
  using queue::Fate;
  const auto fate = outcome.fate == Fate::relayed    ? "relayed"
                    : outcome.fate == Fate::deferred ? "deferred"
                    : outcome.fate == Fate::failed   ? "failed"
                                                     : "delivered";
  return fmt::format("{} {}", fate, outcome.status);
}

class RelayTest : public ::testing::Test {
 protected:
  RelayTest() {
    ::setenv("SSL_CERT_FILE", "/nonexistent", 1);  // the system's authorities take time to read
    settings_.queue.timeout = std::chrono::seconds(1);
    settings_.queue.connect_timeout = std::chrono::seconds(1);
    settings_.server.name = "mail.example.test";
    resolver_.mx_of["far.test"] = {{10, "mx.far.test"}};
    resolver_.addresses_of["mx.far.test"] = {"192.0.2.1"};
    server();
  }

  FakeServer& server(const std::string& address = "192.0.2.1") { return servers_[address]; }

  std::unique_ptr<Relay> make() {
    RelayEnvironment environment{
        settings_, resolver_, log::Context(log_), clock_, std::chrono::milliseconds(500), {}};
    environment.connect = [this](net::Endpoint to, std::string source,
                                 net::Limit) -> Task<Result<std::unique_ptr<net::Stream>>> {
      return connect(std::move(to), std::move(source));
    };
    auto relay = Relay::make(std::move(environment));
    EXPECT_TRUE(relay) << relay.error().text();
    return *std::move(relay);
  }
  void deliver(const std::string& destination = "far.test") {
    if (!relay_) relay_ = make();
    kontor::testing::run(context_, relay_->deliver(destination, work_));
  }
  // The outcomes of the first message, one word each.
  std::vector<std::string> words(queue::MessageId id = 1) {
    std::vector<std::string> all;
    for (const auto& outcome : work_.told[id]) all.push_back(word(outcome));
    return all;
  }

  config::Settings settings_;
  FakeResolver resolver_;
  std::map<std::string, FakeServer> servers_;  // by address
  std::vector<std::string> tried_;             // "address:port", in order
  std::function<void()> on_connect_;
  kontor::testing::FakeClock clock_;
  log::RecordingSink log_;
  boost::asio::io_context context_;
  FakeWork work_;
  std::unique_ptr<Relay> relay_;

 private:
  Task<Result<std::unique_ptr<net::Stream>>> connect(net::Endpoint to, std::string) {
    tried_.push_back(to.text());
    if (on_connect_) on_connect_();
    if (!servers_.contains(to.address)) co_return fail(Errc::unavailable, "refused: " + to.text());
    net::MemoryOptions small;
    small.capacity = 200'000;
    auto pair = net::make_memory_streams(small, small);
    kontor::testing::spawn(context_, servers_[to.address].serve(std::move(pair.second)));
    co_return std::move(pair.first);
  }
};

}  // namespace kontor::smtp::client
