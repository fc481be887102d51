// SPDX-License-Identifier: GPL-3.0-or-later
// Session: the state of one SMTP or LMTP connection, and its input and output as commands use them.
//
// Replies are collected and written together before the next wait (RFC 2920, 3.2). Every wait ends
// at smtp.timeout or when the session is told to end. One coroutine, one strand; only the word to
// end comes from other threads. An Error that a function here gives ends the connection: closed,
// timed_out, cancelled (its detail is for the client); every later read gives the same one. limit
// of read_line does not: the line was skipped.
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/net/line_reader.hpp"
#include "server/filter/screening/screening.hpp"
#include "server/smtp/server.hpp"
#include "server/smtp/wire/chunk.hpp"
#include "server/smtp/wire/command.hpp"
#include "server/smtp/wire/data.hpp"
#include "server/smtp/wire/reply.hpp"
#include "server/trace/session_end.hpp"

namespace kontor::smtp {

// What MAIL, RCPT and BDAT collected.
struct Transaction {
  std::optional<wire::MailCommand> mail;
  std::vector<Destined> recipients;
  std::optional<wire::ChunkDecoder> chunks;  // since the first BDAT
  bool is_broken = false;                    // a chunk failed
};

class Session {
 public:
  Session(std::unique_ptr<net::Stream> stream,
          Role role,
          const Environment& environment,
          std::unique_ptr<trace::Session> row);

  const Environment& environment() const noexcept { return *environment_; }
  const config::Smtp& limits() const noexcept { return environment_->settings.smtp; }
  Role role() const noexcept { return role_; }
  const log::Context& log() const noexcept { return log_; }
  const net::Stream& stream() const noexcept { return *stream_; }
  std::uint64_t session_number() const { return row_->id(); }

  // The next command line with its end; limit: longer than `max`, and skipped.
  Task<Result<std::string>> read_line(std::size_t max);
  // Feeds `decoder` until it is done. limit: the client goes on far beyond smtp.max_message.
  Task<Result<void>> read_data(wire::DataDecoder& decoder);
  // Feeds `decoder` so many bytes; drops them when there is none.
  Task<Result<void>> read_chunk(wire::ChunkDecoder* decoder, std::uint64_t size);
  // cancelled: the session must end. For commands that take long, before what cannot be undone.
  Result<void> check_end() const { return end_.check(); }
  // Does the client say something within this time? It stays to be read. False too when it left.
  Task<bool> is_spoken_to(net::Limit wait);
  void reply(const wire::Reply& reply);
  Task<Result<void>> flush();
  // The TLS handshake as server; what was said before is forgotten (RFC 3207, 4.2).
  Task<Result<void>> start_tls();
  Task<void> close();

  // limit: too many connections of this person.
  Result<void> sign_in(directory::Identity identity);
  // Takes over what the directory changed about who is signed in; before each command.
  void renew_identity() {
    if (auto renewed = row_->take_renewed()) identity = std::move(renewed);
  }
  void set_state(std::string_view state) { row_->set_state(std::string(state)); }
  void reset() { transaction = {}; }
  // May send to anybody: signed in, or from a network that is trusted.
  bool may_relay() const { return identity.has_value() || is_trusted_; }

  std::optional<wire::HelloCommand> hello;  // nothing: no HELO, EHLO or LHLO yet
  bool is_extended = false;                 // EHLO or LHLO
  std::optional<directory::Identity> identity;
  Transaction transaction;
  filter::Visit visit;             // what is known of a client that is screened
  std::uint32_t messages = 0;      // transactions begun
  std::uint64_t bytes = 0;         // of the messages that came
  std::uint32_t bad_commands = 0;  // since the session began
  bool is_closing = false;         // after the reply that is collected

 private:
  // Returns when something can be read; writes the replies first.
  Task<Result<void>> wait_for_input();
  Task<Result<std::string>> read_next_line(std::size_t max);
  net::Limit limit() const { return environment_->settings.smtp.timeout; }

  std::unique_ptr<net::Stream> stream_;
  net::LineReader reader_;
  Role role_;
  const Environment* environment_;
  bool is_trusted_;
  log::Context log_;
  std::string out_;
  std::optional<Error> broken_;  // why nothing can be read any more
  trace::SessionEnd end_;
  std::unique_ptr<trace::Session> row_;  // last: it calls back into what stands above
};

// "smtp", "submission", "lmtp".
std::string_view protocol_of(Role role) noexcept;

}  // namespace kontor::smtp
