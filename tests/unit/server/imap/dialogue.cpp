// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/unit/server/imap/dialogue.hpp"

#include <array>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace kontor::imap {
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
  settings.imap.idle_timeout = std::chrono::seconds(10);
}

std::string Dialogue::say(std::vector<std::string> parts) {
  boost::asio::io_context context;
  const auto tls = [this] { return has_certificate ? some_certificate() : nullptr; };
  Environment environment{settings, directory, sign_in, *store,
                          *table,   clock,     tls,     log::Context(events)};
  environment.searcher = searcher;
  auto pair = net::make_memory_streams(server_end);
  testing::spawn(context, serve(std::move(pair.first), implicit_tls, environment));
  return testing::run(context, talk(*pair.second, std::move(parts), split_at, on_answer));
}

std::string Dialogue::ask(std::string_view input) {
  const auto answers = say({std::string(input)});
  return answers.substr(std::min(answers.find("\r\n") + 2, answers.size()));
}

}  // namespace kontor::imap
