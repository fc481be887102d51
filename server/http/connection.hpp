// SPDX-License-Identifier: GPL-3.0-or-later
// Connection: the state of one HTTPS connection, and its input and output.
//
// Requests of a pipeline are answered in order, one after another.
#pragma once
#include <expected>
#include <memory>
#include <optional>
#include <string>

#include "server/http/server.hpp"
#include "server/http/wire/request.hpp"
#include "server/line/connection.hpp"

namespace kontor::http {

extern const line::Protocol k_protocol;

class Connection : public line::Connection {
 public:
  Connection(std::unique_ptr<net::Stream> stream,
             const Environment& environment,
             std::unique_ptr<trace::Session> row);

  const Environment& environment() const noexcept { return *environment_; }

  // Waits for the first byte of the next request.
  Task<Result<void>> wait_for_request();
  // The next request as far as it can be answered: whole, or its head when the client waits for a
  // word before it sends the body; or why it is none.
  using Incoming = std::expected<wire::RequestParser, wire::Refusal>;
  Task<Result<Incoming>> read_request();
  // Says that the body is wanted and reads it.
  Task<Result<Incoming>> read_body(wire::RequestParser parser);
  Task<Result<void>> write(std::string bytes);

  // The requests from here on are this person's. limit: too many connections of his.
  Result<void> enter(directory::Identity identity);

  // An exchange of Negotiate that wants another token (RFC 4559, 5).
  std::unique_ptr<directory::SaslExchange> negotiation;
  std::uint64_t answered = 0;  // requests
  // The address of the request that was read last has sent too many; more than 0: it is answered
  // with that, without a look at its body.
  std::chrono::seconds must_wait{0};

  // Fields of a line about a request, with nobody's name of an earlier one.
  const log::Context& own_log() const noexcept { return own_log_; }

 private:
  Task<Result<void>> talk() override;
  void note_failure(std::string_view what) const override;
  void note_end(std::string_view reason) const override;
  Task<Result<Incoming>> fill_up(wire::RequestParser parser, bool is_body_asked_for);

  void count_request();

  const Environment* environment_;
  log::Context own_log_;
};

}  // namespace kontor::http
