// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/managesieve/session.hpp"

#include <algorithm>

#include "base/core/answers.hpp"
#include "base/core/text.hpp"
#include "base/log/events/managesieve.hpp"
#include "base/log/keys.hpp"
#include "server/managesieve/commands.hpp"
#include "server/sieve/extensions.hpp"

namespace kontor::managesieve {
namespace {

using log::Keys;

constexpr net::Limit k_sign_in_limit{180'000};  // to wait for a command before sign-in
constexpr net::Limit k_line_limit{60'000};      // from the first byte of a line to its last
constexpr std::size_t k_max_line = 8'192;
// AUTHENTICATE carries tickets: one with many groups in it reaches 48 KB ([MS-KILE] 3.1.1.5).
constexpr std::size_t k_max_auth = 98'304;
constexpr std::uint64_t k_most_skipped = 16U << 20U;  // of a literal that is too large
constexpr std::uint32_t k_most_bad = 10;              // commands; then BYE

}  // namespace

const line::Protocol k_protocol{"managesieve", log::events::k_managesieve_connection_opened,
                                log::events::k_managesieve_connection_refused,
                                log::events::k_managesieve_tls_failed};

Session::Session(std::unique_ptr<net::Stream> stream,
                 const Environment& environment,
                 std::unique_ptr<trace::Session> row)
    : Connection(std::move(stream), environment, k_protocol, std::move(row)),
      environment_(&environment) {}

Task<Result<std::string>> Session::read_line(bool is_first) {
  KONTOR_CO_TRY(check_end());  // between the commands of a pipeline too
  if (is_first && !reader().buffered().contains('\n')) {
    const net::Limit idle = environment_->settings.sieve.idle_timeout;
    KONTOR_CO_TRY(co_await wait_for_input(identity() ? idle : std::min(idle, k_sign_in_limit)));
  }
  auto line = co_await reader().read_line(identity() ? k_max_line : k_max_auth, k_line_limit);
  if (!line && line.error().code() == Errc::limit) {
    KONTOR_CO_TRY(co_await reader().skip_line(k_line_limit));
  }
  co_return line;
}

// Says whether the command goes on; false: nothing sensible can follow.
Task<Result<bool>> Session::read_literal(std::uint64_t size, Command& command) {
  const auto most = identity() ? environment_->settings.sieve.max_script : k_max_auth;
  if (size > std::max<std::uint64_t>(most, k_most_skipped)) co_return false;
  wire::Word word;
  word.kind = wire::Word::Kind::string;
  if (size <= most) {
    KONTOR_CO_TRY(word.text, co_await reader().read_exactly(size, k_line_limit));
  } else {
    if (!identity()) co_return false;
    command.is_too_large = true;
    for (auto left = size; left > 0;) {
      const auto piece = std::min<std::uint64_t>(left, 65'536);
      KONTOR_CO_TRY(const auto skipped, co_await reader().read_exactly(piece, k_line_limit));
      left -= skipped.size();
    }
  }
  command.arguments.push_back(std::move(word));
  co_return true;
}

Task<Result<Command>> Session::read_command() {
  Command command;
  for (bool is_first = true;; is_first = false) {
    KONTOR_CO_TRY(const auto text, co_await read_line(is_first));
    KONTOR_CO_TRY(auto line, wire::parse_line(text));
    for (auto& word : line.words) command.arguments.push_back(std::move(word));
    if (!line.literal) break;
    KONTOR_CO_TRY(const bool goes_on, co_await read_literal(*line.literal, command));
    if (!goes_on) {
      out().append("BYE \"the literal is too large\"\r\n");
      is_closing = true;
      co_return command;
    }
    if (command.arguments.size() > 8) co_return fail(Errc::bad_input, "too many arguments");
  }
  if (!command.arguments.empty() && command.arguments.front().kind == wire::Word::Kind::atom) {
    command.name = std::move(command.arguments.front().text);
    command.arguments.erase(command.arguments.begin());
  }
  co_return command;
}

Task<Result<void>> Session::talk() {
  append_capabilities();  // RFC 5804, 1.7: the greeting
  ok({}, environment().settings.server.name + " Kontor ready");
  while (!is_closing) {
    auto read = co_await read_command();
    if (read && is_closing) break;
    if (read) {
      KONTOR_CO_TRY(co_await dispatch(*this, *std::move(read)));
    } else if (read.error().code() == Errc::limit) {
      bad("line too long");
    } else if (read.error().code() == Errc::bad_input) {
      bad(read.error().detail());
    } else {
      co_return fail(read.error());
    }
    if (bad_commands > k_most_bad) {
      out().append("BYE \"too many errors\"\r\n");
      is_closing = true;
    }
    KONTOR_CO_TRY(co_await flush_if_large());
  }
  co_return Result<void>();
}

void Session::append_capabilities() {
  const auto line = [this](std::string_view name, std::string_view value) {
    out().append("\"").append(name).append("\" ");
    wire::append_string(out(), value);
    out().append("\r\n");
  };
  const auto& settings = environment_->settings;
  line("IMPLEMENTATION", "Kontor " KONTOR_VERSION);
  line("VERSION", "1.0");
  if (identity()) {
    line("OWNER", identity()->mail);
  } else {
    line("SASL", join(environment_->sign_in.mechanisms(stream().is_tls()), " "));
  }
  line("SIEVE", sieve::extension_names());
  line("MAXREDIRECTS", std::to_string(settings.sieve.max_redirects));
  if (!identity() && !stream().is_tls() && environment_->tls() != nullptr)
    out().append("\"STARTTLS\"\r\n");
  out().append("\"UNAUTHENTICATE\"\r\n");
}

void Session::answer(std::string_view word, std::string_view code, std::string_view text) {
  out().append(word);
  if (!code.empty()) out().append(" (").append(code).append(")");
  if (!text.empty()) {
    out().push_back(' ');
    wire::append_string(out(), text);
  }
  out().append("\r\n");
}

void Session::ok(std::string_view code, std::string_view text) { answer("OK", code, text); }

void Session::no(std::string_view code, std::string_view text) {
  log().emit(log::events::k_managesieve_command_refused,
             {{Keys::command, running}, {Keys::reason, text}});
  answer("NO", code, text);
}

void Session::bad(std::string_view text) {
  ++bad_commands;
  no({}, text);
}

void Session::refuse(const Error& error) {
  const auto& row = answer_for(error.code());
  log().emit(log::events::k_managesieve_command_refused,
             {{Keys::command, running}, {Keys::reason, error.text()}});
  answer("NO", row.retry ? "TRYLATER" : "", row.text);
}

Result<void> Session::enter(directory::Identity identity) {
  const std::string login = identity.login;
  KONTOR_TRY(take_identity(std::move(identity)));
  log_with({{Keys::user, login}});
  row().set_state("signed in");
  return {};
}

void Session::leave() {
  drop_identity();
  account.reset();
}

void Session::say_goodbye(const Error& error) {
  if (error.code() == Errc::cancelled) answer("BYE", "TRYLATER", error.detail());
  if (error.code() == Errc::timed_out) answer("BYE", "", "no command for too long");
}

void Session::note_failure(std::string_view what) const {
  log().emit(log::events::k_managesieve_command_failed,
             {{Keys::command, running}, {Keys::detail, what}});
}

void Session::note_end(std::string_view reason) const {
  log().emit(log::events::k_managesieve_connection_closed,
             {{Keys::reason, reason}, {Keys::bytes, written}});
}

Task<void> serve(std::unique_ptr<net::Stream> stream, const Environment& environment) {
  auto row = co_await line::admit(*stream, false, environment, k_protocol,
                                  "BYE (TRYLATER) \"too many connections\"\r\n");
  if (row == nullptr) co_return;
  Session session(std::move(stream), environment, std::move(row));
  co_await session.live(false);
}

}  // namespace kontor::managesieve
