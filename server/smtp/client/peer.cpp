// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/smtp/client/peer.hpp"

#include <algorithm>

namespace kontor::smtp::client {
namespace {

constexpr net::Limit k_goodbye = std::chrono::seconds(5);

}  // namespace

Task<Result<void>> Peer::send(std::string bytes) {
  if (is_broken_) co_return fail(Errc::closed);
  auto sent = co_await stream_->write(bytes, timeout_);
  if (!sent) is_broken_ = true;
  co_return sent;
}

Task<Result<wire::PeerReply>> Peer::read_reply(net::Limit limit) {
  // One limit for the whole reply: a line now and then does not hold us.
  const auto end = std::chrono::steady_clock::now() + limit;
  wire::PeerReplyReader reply;
  while (true) {
    const auto left = std::chrono::ceil<net::Limit>(end - std::chrono::steady_clock::now());
    auto line = co_await reader_.read_line(wire::k_max_reply_line, std::max(left, net::Limit(0)));
    auto done = line ? reply.add(*line) : Result<bool>(std::move(line).error());
    if (!done) {
      is_broken_ = true;
      co_return fail(std::move(done).error());
    }
    if (*done) break;
  }
  auto complete = reply.take();
  if (complete.code == 421) is_broken_ = true;  // RFC 5321, 3.8: it closes the connection
  co_return complete;
}

Task<Result<wire::PeerReply>> Peer::command(std::string line) {
  line.append("\r\n");
  KONTOR_CO_TRY(co_await send(std::move(line)));
  co_return co_await read_reply(timeout_);
}

Task<Result<void>> Peer::start_tls(const Terms& terms) {
  reader_.discard();  // RFC 3207, 6: nothing that came in the clear counts
  auto context = terms.tls_context;
  Result<void> started;
  if (const auto trust = target_.demand.dane; trust && terms.tls != TlsPolicy::verify) {
    started = co_await net::start_dane_tls(*stream_, std::move(context), trust, timeout_);
  } else {
    const auto& authorities = target_.demand.authorities;
    const bool must = terms.tls == TlsPolicy::verify || (authorities && !target_.demand.is_tested);
    if (authorities && terms.tls != TlsPolicy::verify) context = authorities;
    const auto verify = must ? net::Verify::certificate : net::Verify::none;
    std::string host = target_.host;
    started = co_await net::start_client_tls(*stream_, std::move(context), std::move(host), verify,
                                             timeout_);
  }
  if (!started) is_broken_ = true;
  co_return started;
}

Task<bool> Peer::has_input() {
  if (!reader_.buffered().empty()) co_return true;
  const auto wake = co_await stream_->wait(nullptr, net::Limit(0));
  co_return !wake || *wake == net::Wake::readable;
}

Task<void> Peer::quit() {
  if (!is_broken_) {
    const auto patience = std::min(k_goodbye, timeout_);
    auto said = co_await stream_->write("QUIT\r\n", patience);
    if (said) (void)co_await reader_.read_line(wire::k_max_reply_line, patience);
  }
  is_broken_ = true;
  co_await stream_->close();
}

}  // namespace kontor::smtp::client
