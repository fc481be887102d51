// SPDX-License-Identifier: GPL-3.0-or-later
// The life of one connection: greeting, commands one after another, goodbye. Commands of a pipeline
// run in order (RFC 2449, 6.6).
#include "server/pop3/server.hpp"

#include "base/core/answers.hpp"
#include "base/log/events/pop3.hpp"
#include "base/log/keys.hpp"
#include "server/pop3/commands.hpp"

namespace kontor::pop3 {
namespace {

using log::Keys;

// RFC 2449, 4: a command has at most 255 octets; more for UTF-8 names and passwords (RFC 6856, 4).
constexpr std::size_t k_max_line = 1'024;
// AUTH carries tickets: one with many groups in it reaches 48 KB ([MS-KILE] 3.1.1.5).
constexpr std::size_t k_max_auth_line = 98'304;

std::size_t max_line(const Session& session) {
  return session.identity() ? k_max_line : k_max_auth_line;
}

}  // namespace

Task<Result<void>> Session::talk() {
  // RFC 1939, 4 and 7: without a timestamp in it, as APOP is not offered
  ok(environment().settings.server.name + " Kontor ready");
  while (!is_closing) {
    auto line = co_await read_line(max_line(*this));
    if (line) {
      KONTOR_CO_TRY(co_await dispatch(*this, *std::move(line)));
    } else if (line.error().code() == Errc::limit) {
      bad("line too long");
    } else {
      co_return fail(line.error());
    }
    if (bad_commands > environment().settings.pop3.max_bad_commands) {
      error("too many errors");
      is_closing = true;
    }
    KONTOR_CO_TRY(co_await flush_if_large());
  }
  co_return Result<void>();
}

void Session::say_goodbye(const Error& error) {
  // RFC 1939, 3: at a timeout the connection is closed without a word, and nothing is deleted.
  if (error.code() == Errc::cancelled)
    out().append("-ERR [SYS/TEMP] ").append(error.detail()).append("\r\n");
}

void Session::note_failure(std::string_view what) const {
  log().emit(log::events::k_pop3_command_failed, {{Keys::command, command}, {Keys::detail, what}});
}

void Session::note_end(std::string_view reason) const {
  log().emit(log::events::k_pop3_connection_closed,
             {{Keys::reason, reason}, {Keys::count, retrieved}, {Keys::bytes, written}});
}

Task<void> serve(std::unique_ptr<net::Stream> stream,
                 bool implicit_tls,
                 const Environment& environment) {
  auto row = co_await line::admit(*stream, implicit_tls, environment, k_protocol,
                                  "-ERR [SYS/TEMP] too many connections\r\n");
  if (row == nullptr) co_return;
  Session session(std::move(stream), environment, std::move(row));
  co_await session.live(implicit_tls);
}

}  // namespace kontor::pop3
