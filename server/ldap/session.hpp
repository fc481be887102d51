// SPDX-License-Identifier: GPL-3.0-or-later
// Session: the state of one LDAP connection, and its input and output as operations use them.
//
// Requests are carried out one after another; answers are collected and written before the next
// wait. One coroutine, one strand; only the word to end comes from other threads. An Error that a
// function here gives ends the connection: closed, timed_out, cancelled (its detail is for the
// client), bad_input and limit (no LDAP).
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/net/line_reader.hpp"
#include "server/ldap/listing.hpp"
#include "server/ldap/server.hpp"
#include "server/ldap/wire/response.hpp"
#include "server/trace/session_end.hpp"

namespace kontor::ldap {

// A SASL bind under way (RFC 4513, 5.2.1).
struct SaslBind {
  std::string mechanism;
  std::unique_ptr<directory::SaslExchange> exchange;
  std::size_t steps = 0;
};

class Session {
 public:
  Session(std::unique_ptr<net::Stream> stream,
          const Environment& environment,
          std::unique_ptr<trace::Session> row);

  const Environment& environment() const noexcept { return *environment_; }
  const log::Context& log() const noexcept { return log_; }
  const net::Stream& stream() const noexcept { return *stream_; }
  std::uint64_t number() const noexcept { return row_->id(); }

  // The next whole message.
  Task<Result<std::string>> read_message();
  // The TLS handshake as server; what was said before is forgotten (RFC 4511, 4.14).
  Task<Result<void>> start_tls();
  Task<void> close();

  // Answers being collected.
  std::string& out() noexcept { return out_; }
  Task<Result<void>> flush();
  // Call between the entries of a long answer.
  Task<Result<void>> flush_if_large();
  // An LDAPResult that is no success goes to the log, too.
  void answer(std::int32_t id,
              std::uint8_t tag,
              const wire::Outcome& outcome,
              const std::vector<wire::Control>& controls = {});
  void note_refusal(const wire::Outcome& outcome) const;

  // limit: too many connections of this person.
  Result<void> enter(directory::Identity identity);
  // Nobody again (RFC 4511, 4.2.1).
  void leave();
  const std::optional<directory::Identity>& identity() const noexcept { return identity_; }

  std::optional<SaslBind> sasl;
  std::shared_ptr<const Listing>
      listing;                 // of the last search that was asked for in pages or views
  std::uint64_t pages = 0;     // number of `listing` in cookies
  bool is_closing = false;     // after the answer that is collected
  std::uint32_t failures = 0;  // binds refused
  std::uint64_t requests = 0;

 private:
  Task<Result<void>> wait_for_input();

  std::unique_ptr<net::Stream> stream_;
  net::LineReader reader_;
  const Environment* environment_;
  log::Context log_;
  std::string out_;
  std::optional<directory::Identity> identity_;
  trace::SessionEnd end_;
  std::unique_ptr<trace::Session> row_;  // last: it calls back into what stands above
};

}  // namespace kontor::ldap
