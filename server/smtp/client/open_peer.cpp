// SPDX-License-Identifier: GPL-3.0-or-later
// From a TCP connection to one that takes MAIL: greeting, EHLO, STARTTLS, AUTH.
#include <fmt/format.h>

#include "base/core/text.hpp"
#include "server/smtp/client/peer.hpp"

namespace kontor::smtp::client {
namespace {

using Step = Result<void>;

class Opening {
 public:
  Opening(Target target, const Terms& terms) : target_(std::move(target)), terms_(terms) {}

  Task<Opened> run() {
    Opened opened;
    const bool is_open = co_await open();
    if (!is_open && peer_) {
      failure_.local = peer_->local().address;
      co_await peer_->quit();
    }
    if (is_open)
      opened.peer = std::move(peer_);
    else
      opened.failure = std::move(failure_);
    opened.failure.why.remote = target_.host;
    co_return opened;
  }

 private:
  Task<bool> open() {
    auto stream = co_await terms_.connect(target_.endpoint, terms_.source, terms_.connect_timeout);
    if (!stream) co_return refuse("4.4.1", stream.error().detail());
    peer_ = std::make_unique<Peer>(*std::move(stream), target_, terms_.timeout);
    if (terms_.is_tls_first && !co_await shake_hands()) co_return false;
    if (!co_await hear_greeting()) co_return false;
    if (!co_await say_hello()) co_return false;
    if (!co_await encrypt()) co_return false;
    if (terms_.login) co_return co_await sign_in();
    co_return true;
  }

  Task<bool> hear_greeting() {
    auto greeting = co_await peer_->read_reply(terms_.timeout);
    if (!greeting) co_return lost("the greeting", greeting.error());
    // RFC 5321, 3.1: 554 instead of a greeting; 4xx for the time being.
    if (!greeting->is_done()) co_return refuse_by(*greeting, "greeted with");
    co_return true;
  }

  // RFC 5321, 4.1.4: HELO where EHLO is not known. There is nothing to be had by it where TLS or
  // AUTH is needed, but it then says so below.
  Task<bool> say_hello() {
    auto reply = co_await peer_->command("EHLO " + terms_.own_name);
    if (!reply) co_return lost("EHLO", reply.error());
    peer_->offered = reply->is_done() ? read_extensions(*reply) : Extensions();
    if (reply->is_done()) co_return true;
    if (!reply->is_permanent()) co_return refuse_by(*reply, "answered EHLO with");
    reply = co_await peer_->command("HELO " + terms_.own_name);
    if (!reply) co_return lost("HELO", reply.error());
    if (reply->is_done()) co_return true;
    co_return refuse_by(*reply, "answered HELO with");
  }

  Task<bool> encrypt() {
    if (peer_->is_tls()) co_return true;
    if (terms_.tls == TlsPolicy::none && !target_.demand.needs_tls) co_return true;
    const bool is_needed = terms_.tls != TlsPolicy::may || target_.demand.needs_tls;
    failure_.lacks_tls = is_needed;
    if (!peer_->offered.starttls) {
      failure_.has_no_tls = is_needed;
      co_return is_needed ? refuse("4.7.4", fmt::format("{} offers no TLS, which is required{}",
                                                        target_.host, by_whom()))
                          : true;
    }
    auto reply = co_await peer_->command("STARTTLS");
    failure_.lacks_tls = is_needed && reply;
    if (!reply) co_return lost("STARTTLS", reply.error());
    if (reply->code != 220) {  // RFC 3207, 4
      if (!is_needed && !peer_->is_broken()) co_return true;
      refuse_by(*reply, "answered STARTTLS with");
      failure_.why.status = "4.7.4";
      failure_.has_no_tls = true;
      failure_.is_final = false;
      co_return false;
    }
    if (!co_await shake_hands()) co_return false;
    failure_.lacks_tls = false;
    co_return co_await say_hello();  // RFC 3207, 4.2: what was learnt before does not count
  }

  Task<bool> shake_hands() {
    auto started = co_await peer_->start_tls(terms_);
    if (started) co_return true;
    failure_.is_tls = true;
    failure_.verdict = peer_->verdict();
    failure_.lacks_tls = true;
    co_return refuse("4.7.5", fmt::format("TLS with {} failed{}: {}", target_.host, why_it_counts(),
                                          started.error().text()));
  }

  std::string_view by_whom() const {
    if (!target_.demand.needs_tls) return "";
    return target_.demand.authorities ? " by its domain's policy (MTA-STS)"
                                      : " by its TLSA records (DANE)";
  }
  std::string_view why_it_counts() const {
    if (target_.demand.dane) return " (its TLSA records count: DANE)";
    const bool counts = target_.demand.authorities && !target_.demand.is_tested;
    return counts ? " (its domain's policy counts: MTA-STS)" : "";
  }

  // RFC 4954; TLS is on: Terms with a login always need it.
  Task<bool> sign_in() {
    failure_.is_sign_in = true;
    if (!peer_->is_tls()) co_return refuse("4.7.0", "no password is given without TLS");
    Result<wire::PeerReply> reply = fail(Errc::unsupported, "no mechanism in common");
    if (peer_->offered.plain)
      reply = co_await plain();
    else if (peer_->offered.login)
      reply = co_await login();
    else
      co_return refuse("4.7.0", target_.host + " offers neither AUTH PLAIN nor AUTH LOGIN");
    if (!reply) co_return lost("AUTH", reply.error());
    if (reply->code == 235) co_return true;
    refuse_by(*reply, "refuses our name or password:");
    failure_.why.status = "4.7.8";  // ours to mend: nobody's mail may fail for it
    failure_.is_final = false;
    co_return false;
  }

  Task<Result<wire::PeerReply>> plain() {  // RFC 4616
    const auto& [user, password] = *terms_.login;
    const std::string message = std::string(1, '\0') + user + std::string(1, '\0') + password;
    return peer_->command("AUTH PLAIN " + base64_encode(message));
  }

  Task<Result<wire::PeerReply>> login() {
    auto reply = co_await peer_->command("AUTH LOGIN");
    if (!reply || reply->code != 334) co_return reply;
    reply = co_await peer_->command(base64_encode(terms_.login->user));
    if (!reply || reply->code != 334) co_return reply;
    co_return co_await peer_->command(base64_encode(terms_.login->password));
  }

  // Always false: the opening failed.
  bool refuse(std::string_view status, std::string reason) {
    failure_.why.status = status;
    failure_.why.reason = std::move(reason);
    return false;
  }
  bool refuse_by(const wire::PeerReply& reply, std::string_view what) {
    failure_.is_final = reply.is_permanent();
    failure_.why.diagnostic = reply.text();
    const auto otherwise = reply.is_permanent() ? "5.3.2" : "4.3.2";  // RFC 3463: not accepting
    return refuse(reply.enhanced.empty() ? otherwise : reply.enhanced,
                  fmt::format("{} {} {}", target_.host, what, reply.text()));
  }
  bool lost(std::string_view at, const Error& error) {
    return refuse("4.4.2", fmt::format("the connection to {} failed at {}: {}", target_.host, at,
                                       error.text()));
  }

  Target target_;
  const Terms& terms_;
  std::unique_ptr<Peer> peer_;
  OpenFailure failure_;
};

}  // namespace

Task<Opened> open_peer(Target target, const Terms& terms) {
  Opening opening(std::move(target), terms);
  co_return co_await opening.run();
}

}  // namespace kontor::smtp::client
