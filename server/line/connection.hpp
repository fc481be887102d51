// SPDX-License-Identifier: GPL-3.0-or-later
// Connection: the state of one connection that all protocols have, its input and output, and its
// life from the handshake to the goodbye.
//
// Answers are collected and written before the next wait. Nothing is kept for an idle connection
// but the state itself. One coroutine, one strand; only the word to end comes from other threads.
// An Error that a function here gives ends the connection: closed, timed_out, cancelled (its detail
// is for the client).
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/core/task.hpp"
#include "base/net/line_reader.hpp"
#include "server/line/environment.hpp"
#include "server/trace/session_end.hpp"

namespace kontor::line {

// What a protocol calls itself and what happens on its connections. A constant.
struct Protocol {
  std::string_view name;  // in the log and in the table of sessions
  const log::EventKind& opened;
  const log::EventKind& refused;
  const log::EventKind& tls_failed;
};

// A row in the table of sessions. Nothing: there are too many, and the connection was closed; in
// the clear `goodbye` was said before, through TLS it would cost more than it is worth.
Task<std::unique_ptr<trace::Session>> admit(net::Stream& stream,
                                            bool implicit_tls,
                                            const Environment& environment,
                                            const Protocol& protocol,
                                            std::string goodbye);

class Connection {
 public:
  Connection(std::unique_ptr<net::Stream> stream,
             const Environment& environment,
             const Protocol& protocol,
             std::unique_ptr<trace::Session> row);
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
  virtual ~Connection() = default;

  const log::Context& log() const noexcept { return log_; }
  const net::Stream& stream() const noexcept { return *stream_; }
  std::uint64_t number() const noexcept { return row_->id(); }
  const std::optional<directory::Identity>& identity() const noexcept { return identity_; }

  // Runs until the client leaves, a limit ends it, or it is told to end; then it is closed. With
  // `implicit_tls` the handshake comes first. A mistake of our own ends this connection alone.
  Task<void> live(bool implicit_tls);

  // The TLS handshake as server; what was said before is forgotten (RFC 2595, 4; RFC 4511, 4.14).
  Task<Result<void>> start_tls();
  // Answers being collected.
  std::string& out() noexcept { return out_; }
  Task<Result<void>> flush();
  // Call between the lines or pieces of a long answer.
  Task<Result<void>> flush_if_large();
  // cancelled: somebody said that it must end.
  Result<void> check_end() const { return end_.check(); }

  bool is_closing = false;    // after the answer that is collected
  std::uint64_t written = 0;  // bytes

 protected:
  // Everything between the handshake and the goodbye.
  virtual Task<Result<void>> talk() = 0;
  // The last words when talk() failed, into out().
  virtual void say_goodbye(const Error&) {}
  // Lines for the log: a mistake of the server; how it ended, when all is written.
  virtual void note_failure(std::string_view what) const = 0;
  virtual void note_end(std::string_view reason) const = 0;

  // Returns when something can be read; writes the answers first.
  Task<Result<void>> wait_for_input(net::Limit limit);
  // The same for a short while, for those who hold something until then. False: nothing came.
  Task<Result<bool>> wait_shortly(net::Limit limit);

  net::LineReader& reader() noexcept { return reader_; }
  trace::Session& row() noexcept { return *row_; }
  // The connection is this person's. limit: too many of his.
  Result<void> take_identity(directory::Identity identity);
  void drop_identity();
  // Lines of the log from now on have these too.
  void log_with(std::initializer_list<log::Field> fields) { log_ = log_.with(fields); }

 private:
  Task<std::string> converse(bool implicit_tls);

  std::unique_ptr<net::Stream> stream_;
  net::LineReader reader_;
  const Environment* environment_;
  const Protocol* protocol_;
  log::Context log_;
  std::string out_;
  std::optional<directory::Identity> identity_;
  trace::SessionEnd end_;
  std::unique_ptr<trace::Session> row_;  // last: it calls back into what stands above
};

}  // namespace kontor::line
