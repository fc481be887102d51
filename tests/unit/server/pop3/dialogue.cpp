// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/unit/server/pop3/dialogue.hpp"

#include <array>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace kontor::pop3 {
namespace {

constexpr net::Limit k_patience = std::chrono::seconds(10);

// Lets the server run until it has nothing to do but wait for more.
Task<void> let_it_read() {
  for (int i = 0; i < 20; ++i) co_await boost::asio::post(boost::asio::use_awaitable);
}

Task<void> send(net::Stream& stream, std::string part, std::size_t split_at) {
  const auto at = std::min(split_at, part.size());
  const std::string_view first = std::string_view(part).substr(0, at);
  const std::string_view second = std::string_view(part).substr(at);
  if (!first.empty()) {
    static_cast<void>(co_await stream.write(first, k_patience));
    co_await let_it_read();
  }
  static_cast<void>(co_await stream.write(second, k_patience));
}

Task<std::string> talk(net::Stream& stream,
                       std::vector<std::string> parts,
                       std::size_t split_at,
                       std::function<void(const std::string&)> on_answer) {
  std::string answers;
  std::array<char, 4096> buffer{};
  const std::span<char> room(buffer);
  for (std::size_t next = 0;;) {
    const auto got = co_await stream.read_some(room, k_patience);
    if (!got || *got == 0) co_return answers;
    answers.append(buffer.data(), *got);
    if (on_answer) on_answer(answers);
    if (next < parts.size() && answers.ends_with("\r\n")) {
      co_await send(stream, parts[next++], split_at);
    }
  }
}

// Streams in memory do not look at it.
std::shared_ptr<const net::TlsContext> some_certificate() {
  const auto owner = std::make_shared<int>(0);
  return {owner, reinterpret_cast<const net::TlsContext*>(owner.get())};
}

}  // namespace

Dialogue::Dialogue() {
  settings.server.name = "mail.example.test";
  settings.pop3.idle_timeout = std::chrono::seconds(10);
  const store::StoreEnvironment environment{files, threads_.executor(), log::Context(events),
                                            clock};
  auto opened = store::AccountStore::open(environment, "/data/accounts", settings.store);
  EXPECT_TRUE(opened) << opened.error().text();
  store_ = *std::move(opened);
  account();
}

Dialogue::~Dialogue() {
  account_.reset();
  threads_.start(store_->close()).get();
  store_.reset();
}

std::string Dialogue::say(std::vector<std::string> parts) {
  boost::asio::io_context context;
  const auto tls = [this] { return has_certificate ? some_certificate() : nullptr; };
  const Environment environment{
      {settings, sign_in, sessions, clock, tls, log::Context(events)}, directory, *store_};
  auto pair = net::make_memory_streams(server_end);
  testing::spawn(context, serve(std::move(pair.first), implicit_tls, environment));
  return testing::run(context, talk(*pair.second, std::move(parts), split_at, on_answer));
}

std::string Dialogue::ask(std::string_view input) {
  const auto answers = say({std::string(input)});
  return answers.substr(std::min(answers.find("\r\n") + 2, answers.size()));
}

std::string Dialogue::ask_signed_in(std::string_view input) {
  const auto answers = ask("USER anna\r\nPASS secret\r\n" + std::string(input));
  const auto user = answers.find("\r\n") + 2;
  return answers.substr(std::min(answers.find("\r\n", user) + 2, answers.size()));
}

store::Account& Dialogue::account() {
  const auto anna = directory::test_id(1);
  auto opened = threads_.work(store_->open_for({anna.source, anna.guid}));
  EXPECT_TRUE(opened) << opened.error().text();
  if (opened) account_ = *std::move(opened);
  return *account_;
}

void Dialogue::fill(std::vector<std::string> messages) {
  std::vector<store::NewMessage> all;
  for (auto& raw : messages) {
    store::NewMessage message;
    message.message = store::prepare_message(std::move(raw), 100, 1'000);
    all.push_back(std::move(message));
  }
  const auto appended = threads_.work(account().append(store::k_inbox, std::move(all)));
  EXPECT_TRUE(appended) << appended.error().text();
}

std::vector<store::Uid> Dialogue::uids() {
  std::vector<store::Uid> uids;
  const auto inbox = account().view().open(store::k_inbox);
  for (std::size_t i = 0; i < inbox->size(); ++i) uids.push_back(inbox->at(i).uid);
  return uids;
}

store::FlagBits Dialogue::flags_of(store::Uid uid) {
  const auto inbox = account().view().open(store::k_inbox);
  return inbox->at(*inbox->index_of(uid)).flags;
}

}  // namespace kontor::pop3
