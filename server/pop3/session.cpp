// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/pop3/session.hpp"

#include <algorithm>

#include "base/core/answers.hpp"
#include "base/log/events/pop3.hpp"
#include "base/log/keys.hpp"

namespace kontor::pop3 {
namespace {

using log::Keys;

constexpr net::Limit k_sign_in_limit{180'000};  // to wait for a command before sign-in
constexpr net::Limit k_line_limit{60'000};      // from the first byte of a line to its last
constexpr net::Limit k_pause{1'000};            // what was read ahead is kept for so long

}  // namespace

const line::Protocol k_protocol{"pop3", log::events::k_pop3_connection_opened,
                                log::events::k_pop3_connection_refused,
                                log::events::k_pop3_tls_failed};

Session::Session(std::unique_ptr<net::Stream> stream,
                 const Environment& environment,
                 std::unique_ptr<trace::Session> row)
    : Connection(std::move(stream), environment, k_protocol, std::move(row)),
      environment_(&environment) {}

Task<Result<void>> Session::wait_for_command() {
  if (!ahead.empty()) {
    KONTOR_CO_TRY(const bool came, co_await wait_shortly(k_pause));
    if (came) co_return Result<void>();
    ahead.clear();  // an idle session keeps nothing
  }
  const net::Limit idle = environment_->settings.pop3.idle_timeout;
  const net::Limit limit = identity() ? idle : std::min(idle, k_sign_in_limit);
  co_return co_await wait_for_input(limit);
}

Task<Result<std::string>> Session::read_line(std::size_t max) {
  KONTOR_CO_TRY(check_end());  // between the commands of a pipeline too
  if (!reader().buffered().contains('\n')) {
    KONTOR_CO_TRY(co_await wait_for_command());
  }
  auto line = co_await reader().read_line(max, k_line_limit);
  if (!line && line.error().code() == Errc::limit) {
    KONTOR_CO_TRY(co_await reader().skip_line(k_line_limit));
  }
  co_return line;
}

void Session::ok(std::string_view text) { out().append("+OK ").append(text).append("\r\n"); }

void Session::error(std::string_view text) {
  note_refusal(text);
  out().append("-ERR ").append(text).append("\r\n");
}

void Session::bad(std::string_view text) {
  ++bad_commands;
  error(text);
}

void Session::refuse(const Error& error) {
  const auto& answer = answer_for(error.code());
  note_refusal(error.text());
  out().append("-ERR ");
  // RFC 2449, 8
  if (!answer.pop3_code.empty()) out().append("[").append(answer.pop3_code).append("] ");
  out().append(answer.text).append("\r\n");
}

void Session::note_refusal(std::string_view reason) const {
  log().emit(log::events::k_pop3_command_refused,
             {{Keys::command, command}, {Keys::reason, reason}});
}

Result<void> Session::enter(directory::Identity identity) {
  const std::string login = identity.login;
  KONTOR_TRY(take_identity(std::move(identity)));
  log_with({{Keys::user, login}});
  row().set_state("transaction");
  return {};
}

}  // namespace kontor::pop3
