// SPDX-License-Identifier: GPL-3.0-or-later
// Connection: the state of one HTTPS connection, and its input and output.
//
// Requests of a pipeline are answered in order, one after another. Nothing is kept for an idle
// connection but the state itself. One coroutine, one strand; only the word to end comes from other
// threads. An Error that a function here gives ends the connection.
#pragma once
#include <expected>
#include <memory>
#include <optional>
#include <string>

#include "base/net/line_reader.hpp"
#include "base/net/waiter.hpp"
#include "server/http/server.hpp"
#include "server/http/wire/request.hpp"
#include "server/trace/session_end.hpp"

namespace kontor::http {

class Connection {
 public:
  Connection(std::unique_ptr<net::Stream> stream,
             const Environment& environment,
             std::unique_ptr<trace::Session> row);

  const Environment& environment() const noexcept { return *environment_; }
  const log::Context& log() const noexcept { return log_; }
  const net::Stream& stream() const noexcept { return *stream_; }
  std::uint64_t number() const noexcept { return row_->id(); }

  Task<Result<void>> start_tls();
  // Waits for the first byte of the next request.
  Task<Result<void>> wait_for_request();
  // The next request as far as it can be answered: whole, or its head when the client waits for a
  // word before it sends the body; or why it is none.
  using Incoming = std::expected<wire::RequestParser, wire::Refusal>;
  Task<Result<Incoming>> read_request();
  // Says that the body is wanted and reads it.
  Task<Result<Incoming>> read_body(wire::RequestParser parser);
  Task<Result<void>> write(std::string bytes);
  Task<void> close();

  // The requests from here on are this person's. limit: too many connections of his.
  Result<void> enter(directory::Identity identity);
  const std::optional<directory::Identity>& identity() const noexcept { return identity_; }

  // An exchange of Negotiate that wants another token (RFC 4559, 5).
  std::unique_ptr<directory::SaslExchange> negotiation;
  bool is_closing = false;     // after the answer
  std::uint64_t answered = 0;  // requests
  std::uint64_t written = 0;   // bytes

 private:
  Task<Result<Incoming>> fill_up(wire::RequestParser parser, bool is_body_asked_for);

  std::unique_ptr<net::Stream> stream_;
  net::LineReader reader_;
  const Environment* environment_;
  log::Context log_;
  std::optional<directory::Identity> identity_;
  trace::SessionEnd end_;
  std::unique_ptr<trace::Session> row_;  // last: it calls back into what stands above
};

}  // namespace kontor::http
