// SPDX-License-Identifier: GPL-3.0-or-later
// STAT, LIST and UIDL (RFC 1939, 5 and 7): memory only. Long listings are written in pieces.
#include "server/pop3/commands.hpp"
#include "server/pop3/wire/command.hpp"

namespace kontor::pop3 {
namespace {

constexpr std::uint32_t k_rows_a_piece = 2'048;

// "1 120" or "1 whqtswO00WBw418f9t5JxYwZ", without the line's end.
using Print = void (*)(std::string& out, const Maildrop& maildrop, const Message& message);

void print_size(std::string& out, const Maildrop&, const Message& message) {
  out.append(std::to_string(message.number)).append(" ").append(std::to_string(message.size));
}

void print_unique_id(std::string& out, const Maildrop& maildrop, const Message& message) {
  out.append(std::to_string(message.number)).append(" ").append(maildrop.unique_id(message.uid));
}

void list_one(Session& session, std::string_view arguments, Print print) {
  const auto number = wire::parse_message_number(arguments);
  if (!number) return session.bad(number.error().detail());
  const auto message = session.maildrop->find(*number);
  if (!message) return session.error(message.error().detail());
  std::string line;
  print(line, *session.maildrop, *message);
  session.ok(line);
}

Task<Result<void>> list(Session& session, std::string arguments, Print print) {
  if (!arguments.empty()) {
    list_one(session, arguments, print);
    co_return Result<void>();
  }
  const auto& maildrop = *session.maildrop;
  const auto sum = maildrop.listing();
  session.ok(std::to_string(sum.messages) + " messages (" + std::to_string(sum.octets) +
             " octets)");
  for (std::uint32_t first = 1; first <= maildrop.count(); first += k_rows_a_piece) {
    maildrop.for_each(first, first + k_rows_a_piece - 1, [&](const Message& message) {
      print(session.out(), maildrop, message);
      session.out().append("\r\n");
    });
    KONTOR_CO_TRY(co_await session.flush_if_large());
  }
  session.out().append(".\r\n");
  co_return Result<void>();
}

}  // namespace

Task<Result<void>> cmd_list(Session& session, std::string arguments) {
  co_return co_await list(session, std::move(arguments), print_size);
}

Task<Result<void>> cmd_uidl(Session& session, std::string arguments) {
  co_return co_await list(session, std::move(arguments), print_unique_id);
}

Task<Result<void>> cmd_stat(Session& session, std::string) {
  const auto sum = session.maildrop->listing();
  session.ok(std::to_string(sum.messages) + ' ' + std::to_string(sum.octets));
  co_return Result<void>();
}

}  // namespace kontor::pop3
