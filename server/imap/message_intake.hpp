// SPDX-License-Identifier: GPL-3.0-or-later
// MessageIntake: reads the messages of an APPEND or REPLACE from the connection.
//
// The command reader stops in front of the first message's data. Everything that can be refused is
// refused before "+", so that no client sends a message in vain; a client that does not wait has
// its data thrown away and gets the same answer. Memory: the messages of one command together are
// bounded by smtp.max_message. One coroutine; the session outlives it.
#pragma once
#include <expected>
#include <optional>
#include <string>
#include <vector>

#include "server/imap/command.hpp"
#include "server/imap/mailbox.hpp"
#include "server/imap/wire/append_args.hpp"

namespace kontor::imap {

// Where messages may go, or the answer when they may not (RFC 9051, 6.3.12: TRYCREATE).
Task<std::expected<Mailbox, Tagged>> find_destination(Session& session, std::string mailbox);
// RFC 4314, 4: flags that the person may not set there are not set.
void keep_to_rights(store::RightBits rights, store::NewMessage& message);
// The answer to messages that were stored there (RFC 4315, 3).
std::string appenduid(const store::Appending& appended);

class MessageIntake {
 public:
  // `freed`: what the message replaces; without it there may be several messages.
  explicit MessageIntake(Session& session, std::optional<store::Usage> freed = std::nullopt)
      : session_(session), account_(session.account), freed_(freed) {}

  // Nothing is wanted any more; the first reason counts.
  void refuse(Tagged why);
  // Reads all messages; `text` is what the first one was parsed from. closed: the connection ended.
  Task<Result<void>> run(wire::AppendMessage first, std::string text);
  // After a syntax error in `line`: what the client sends without waiting belongs to the command.
  Task<Result<void>> give_up(std::string line, Tagged why);

  // The account whose quota counts; the person's own unless told.
  void use_account(std::shared_ptr<store::Account> account) { account_ = std::move(account); }
  const std::optional<Tagged>& refusal() const { return refusal_; }
  std::vector<store::NewMessage> take_messages() { return std::move(messages_); }

 private:
  void check_size(std::uint64_t size);
  void check_total(std::uint64_t more);
  Task<Result<void>> take_literal(const wire::AppendMessage& message);
  Task<Result<void>> take_parts(const wire::AppendMessage& message, std::size_t at);
  Task<Result<std::string>> take_part(wire::CatPart part);
  Task<Result<std::string>> take_url(std::string url);
  Task<Result<std::string>> take_data(wire::LiteralMark literal);
  Task<Result<void>> read_rest();
  void keep(std::string raw, const wire::AppendMessage& message);

  Session& session_;
  std::shared_ptr<store::Account> account_;
  std::optional<store::Usage> freed_;
  std::string line_;  // what is not parsed yet
  std::vector<store::NewMessage> messages_;
  std::uint64_t total_ = 0;
  std::optional<Tagged> refusal_;
  bool stopped_ = false;  // refused in front of a literal that the client does not send then
};

}  // namespace kontor::imap
