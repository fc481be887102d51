// SPDX-License-Identifier: GPL-3.0-or-later
// Session: the state of one POP3 connection, and its input and output as commands use them.
//
// Answers are collected and written before the next wait, so that a pipeline costs few writes (RFC
// 2449, 6.6). limit of read_line does not end the connection: the line was skipped.
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "server/line/connection.hpp"
#include "server/pop3/maildrop.hpp"
#include "server/pop3/read_ahead.hpp"
#include "server/pop3/server.hpp"

namespace kontor::pop3 {

extern const line::Protocol k_protocol;

// States of RFC 1939, 3, as bits of a command row. UPDATE is within QUIT.
enum class State : unsigned char { authorization = 1, transaction = 2 };

class Session : public line::Connection {
 public:
  Session(std::unique_ptr<net::Stream> stream,
          const Environment& environment,
          std::unique_ptr<trace::Session> row);

  const Environment& environment() const noexcept { return *environment_; }
  State state() const noexcept { return maildrop ? State::transaction : State::authorization; }

  // The next line with its end; limit: longer than `max`, and skipped.
  Task<Result<std::string>> read_line(std::size_t max);

  // "+OK text"
  void ok(std::string_view text);
  // "-ERR text" for what the client may correct.
  void error(std::string_view text);
  // The same, and it counts: too many end the connection.
  void bad(std::string_view text);
  // "-ERR [CODE] text" as base/core/answers.hpp has it; the detail goes to the log.
  void refuse(const Error& error);

  // limit: too many connections of this person.
  Result<void> enter(directory::Identity identity);

  std::string user;                         // named by USER, until PASS
  std::shared_ptr<store::Account> account;  // from sign-in on
  std::optional<Maildrop> maildrop;         // from sign-in on
  ReadAhead ahead;                          // of a session that fetches
  std::uint32_t bad_commands = 0;           // since the session began
  std::string_view command;                 // being run, for the log
  std::uint64_t retrieved = 0;              // messages sent whole

 private:
  Task<Result<void>> talk() override;
  void say_goodbye(const Error& error) override;
  void note_failure(std::string_view what) const override;
  void note_end(std::string_view reason) const override;
  Task<Result<void>> wait_for_command();
  void note_refusal(std::string_view reason) const;

  const Environment* environment_;
};

}  // namespace kontor::pop3
