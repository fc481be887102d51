// SPDX-License-Identifier: GPL-3.0-or-later
// Session: the state of one ManageSieve connection, and its input and output as commands use them.
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/line/connection.hpp"
#include "server/managesieve/server.hpp"
#include "server/managesieve/wire/command.hpp"
#include "store/mailbox/account.hpp"

namespace kontor::managesieve {

extern const line::Protocol k_protocol;

struct Command {
  std::string name;  // upper case; empty: the line began with something else
  std::vector<wire::Word> arguments;
  bool is_too_large = false;  // a literal was longer than a script may be; it was skipped
};

class Session : public line::Connection {
 public:
  Session(std::unique_ptr<net::Stream> stream,
          const Environment& environment,
          std::unique_ptr<trace::Session> row);

  const Environment& environment() const noexcept { return *environment_; }

  // The next command with its literals. bad_input, limit: it was skipped, and the connection goes
  // on.
  Task<Result<Command>> read_command();

  // "OK (code) "text"": code and text may be empty.
  void ok(std::string_view code = {}, std::string_view text = {});
  void no(std::string_view code, std::string_view text);
  // The same, and it counts: too many end the connection.
  void bad(std::string_view text);
  // For an error of the server or the store; the detail goes to the log.
  void refuse(const Error& error);
  void append_capabilities();

  // limit: too many connections of this person.
  Result<void> enter(directory::Identity identity);
  void leave();

  std::shared_ptr<store::Account> account;  // from sign-in on
  std::uint32_t bad_commands = 0;
  std::string_view running;  // command, for the log

 private:
  Task<Result<void>> talk() override;
  void say_goodbye(const Error& error) override;
  void note_failure(std::string_view what) const override;
  void note_end(std::string_view reason) const override;
  Task<Result<std::string>> read_line(bool is_first);
  Task<Result<bool>> read_literal(std::uint64_t size, Command& command);
  void answer(std::string_view word, std::string_view code, std::string_view text);

  const Environment* environment_;
};

}  // namespace kontor::managesieve
