// SPDX-License-Identifier: GPL-3.0-or-later
// Session: the state of one POP3 connection, and its input and output as commands use them.
//
// Answers are collected and written before the next wait, so that a pipeline costs few writes (RFC
// 2449, 6.6). Nothing is kept for an idle session but the state itself. One coroutine, one strand;
// only the word to end comes from other threads. An Error that a function here gives ends the
// connection: closed, timed_out, cancelled (its detail is for the client). limit of read_line does
// not: the line was skipped.
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/net/line_reader.hpp"
#include "server/pop3/maildrop.hpp"
#include "server/pop3/read_ahead.hpp"
#include "server/pop3/server.hpp"
#include "server/trace/session_end.hpp"

namespace kontor::pop3 {

// States of RFC 1939, 3, as bits of a command row. UPDATE is within QUIT.
enum class State : unsigned char { authorization = 1, transaction = 2 };

class Session {
 public:
  Session(std::unique_ptr<net::Stream> stream,
          const Environment& environment,
          std::unique_ptr<trace::Session> row);

  const Environment& environment() const noexcept { return *environment_; }
  const log::Context& log() const noexcept { return log_; }
  const net::Stream& stream() const noexcept { return *stream_; }
  std::uint64_t number() const noexcept { return row_->id(); }
  State state() const noexcept { return maildrop ? State::transaction : State::authorization; }

  // The next line with its end; limit: longer than `max`, and skipped.
  Task<Result<std::string>> read_line(std::size_t max);
  // The TLS handshake as server; what was said before is forgotten (RFC 2595, 4).
  Task<Result<void>> start_tls();
  Task<void> close();

  // "+OK text"
  void ok(std::string_view text);
  // "-ERR text" for what the client may correct.
  void error(std::string_view text);
  // The same, and it counts: too many end the connection.
  void bad(std::string_view text);
  // "-ERR [CODE] text" as base/core/answers.hpp has it; the detail goes to the log.
  void refuse(const Error& error);
  // Answers being collected, for a response of many lines.
  std::string& out() noexcept { return out_; }
  Task<Result<void>> flush();
  // Call between the lines or pieces of a long response.
  Task<Result<void>> flush_if_large();

  // limit: too many connections of this person.
  Result<void> enter(directory::Identity identity);
  const std::optional<directory::Identity>& identity() const noexcept { return identity_; }

  std::string user;                         // named by USER, until PASS
  std::shared_ptr<store::Account> account;  // from sign-in on
  std::optional<Maildrop> maildrop;         // from sign-in on
  ReadAhead ahead;                          // of a session that fetches
  bool is_closing = false;                  // after the answer that is collected
  std::uint32_t bad_commands = 0;           // since the session began
  std::string_view command;                 // being run, for the log
  std::uint64_t retrieved = 0;              // messages sent whole
  std::uint64_t written = 0;                // bytes

 private:
  // Returns when something can be read; writes the answers first.
  Task<Result<void>> wait_for_input();
  net::Limit idle_limit() const;
  void note_refusal(std::string_view reason) const;

  std::unique_ptr<net::Stream> stream_;
  net::LineReader reader_;
  const Environment* environment_;
  log::Context log_;
  std::string out_;
  std::optional<directory::Identity> identity_;
  trace::SessionEnd end_;
  std::unique_ptr<trace::Session> row_;  // last: it calls back into what stands above
};

}  // namespace kontor::pop3
