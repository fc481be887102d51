// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/smtp/session.hpp"

#include <algorithm>
#include <array>

#include "base/log/events/smtp.hpp"

namespace kontor::smtp {
namespace {

log::Context context_of(const Environment& environment,
                        Role role,
                        const net::Stream& stream,
                        const trace::Session& row) {
  using log::Keys;
  return environment.log.with({{Keys::protocol, protocol_of(role)},
                               {Keys::session, row.id()},
                               {Keys::peer, stream.peer().text()}});
}

}  // namespace

std::string_view protocol_of(Role role) noexcept {
  static constexpr std::array<std::string_view, 3> k_names{"smtp", "submission", "lmtp"};
  return k_names[static_cast<std::size_t>(role)];
}

Session::Session(std::unique_ptr<net::Stream> stream,
                 Role role,
                 const Environment& environment,
                 std::unique_ptr<trace::Session> row)
    : stream_(std::move(stream)),
      reader_(*stream_),
      role_(role),
      environment_(&environment),
      is_trusted_(role == Role::mx && environment.gate.is_trusted(stream_->peer().address)),
      log_(context_of(environment, role, *stream_, *row)),
      row_(std::move(row)) {
  end_.listen(*row_);
}

Task<Result<void>> Session::wait_for_input() {
  KONTOR_CO_TRY(co_await flush());
  KONTOR_CO_TRY(const auto wake, co_await stream_->wait(&end_.wake(), limit()));
  KONTOR_CO_TRY(end_.check());
  if (wake == net::Wake::timed_out) co_return fail(Errc::timed_out, "no command came");
  co_return Result<void>();
}

Task<Result<std::string>> Session::read_next_line(std::size_t max) {
  // RFC 2920, 3.2: replies are written before waiting for the client, not while his commands wait.
  if (reader_.buffered().find('\n') == std::string_view::npos) {
    KONTOR_CO_TRY(co_await wait_for_input());
  }
  KONTOR_CO_TRY(end_.check());  // a pipeline is not gone through to its end
  co_return co_await reader_.read_line(max, limit());
}

Task<Result<std::string>> Session::read_line(std::size_t max) {
  if (broken_) co_return fail(*broken_);
  auto line = co_await read_next_line(max);
  if (line) co_return line;
  auto error = line.error();
  if (error.code() == Errc::limit) {
    const auto skipped = co_await reader_.skip_line(limit());
    if (skipped) co_return line;
    error = skipped.error();
  }
  broken_ = error;
  co_return fail(error);
}

Task<Result<void>> Session::read_data(wire::DataDecoder& decoder) {
  for (;;) {
    const auto used = decoder.feed(reader_.buffered());
    reader_.consume(used);
    if (decoder.is_done()) co_return Result<void>();
    // What is too large is read to its end, so that the refusal is read; but not for ever.
    if (decoder.size() / 2 > limits().max_message)
      co_return fail(Errc::limit, "data far beyond the limit");
    KONTOR_CO_TRY(co_await wait_for_input());
    KONTOR_CO_TRY(co_await reader_.fill(limit()));
  }
}

Task<Result<void>> Session::read_chunk(wire::ChunkDecoder* decoder, std::uint64_t size) {
  while (size > 0) {
    const auto piece = reader_.buffered().substr(0, std::min<std::uint64_t>(size, SIZE_MAX));
    if (decoder != nullptr) decoder->feed(piece);
    size -= piece.size();
    reader_.consume(piece.size());
    if (size == 0) break;
    KONTOR_CO_TRY(co_await wait_for_input());
    KONTOR_CO_TRY(co_await reader_.fill(limit()));
  }
  co_return Result<void>();
}

Task<bool> Session::is_spoken_to(net::Limit wait) {
  const auto wake = co_await stream_->wait(&end_.wake(), wait);
  if (!wake || *wake != net::Wake::readable) co_return false;
  const auto filled = co_await reader_.fill(limit());
  co_return filled.has_value();
}

void Session::reply(const wire::Reply& reply) {
  if (reply.is_error())
    log_.emit(log::events::k_smtp_command_refused,
              {{log::Keys::detail, std::to_string(reply.code) + ' ' + reply.enhanced}});
  out_.append(wire::format(reply));
}

Task<Result<void>> Session::flush() {
  if (out_.empty()) co_return Result<void>();
  const std::string out = std::exchange(out_, {});
  co_return co_await stream_->write(out, limit());
}

Task<Result<void>> Session::start_tls() {
  auto context = environment_->tls();
  if (context == nullptr) co_return fail(Errc::unavailable, "no certificate");
  KONTOR_CO_TRY(co_await stream_->start_tls(std::move(context), limit()));
  // RFC 3207, 4.2: whatever came before TLS counts no more, plaintext bytes behind STARTTLS least.
  reader_.discard();
  hello.reset();
  is_extended = false;
  identity.reset();
  reset();
  row_->set_tls(true);
  log_ = log_.with({{log::Keys::tls, stream_->tls_info().version}});
  log_.emit(log::events::k_smtp_tls_started);
  co_return Result<void>();
}

Task<void> Session::close() {
  static_cast<void>(co_await flush());
  co_await stream_->close();
}

Result<void> Session::sign_in(directory::Identity who) {
  KONTOR_TRY(row_->set_identity(who));
  log_ = log_.with({{log::Keys::user, who.login}});
  identity = std::move(who);
  return {};
}

}  // namespace kontor::smtp
