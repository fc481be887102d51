// SPDX-License-Identifier: GPL-3.0-or-later
// Peer: a connection to another server that is greeted, encrypted and signed in as it has to be,
// and the words that go over it.
//
// Limits are those of RFC 5321, 4.5.3.2 by queue.timeout. After a failure of the connection, or a
// 421, nothing more is said on it. One coroutine at a time.
#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "base/core/result.hpp"
#include "base/core/task.hpp"
#include "base/net/connect.hpp"
#include "base/net/line_reader.hpp"
#include "server/queue/message.hpp"
#include "server/reports/tls_tally.hpp"
#include "server/smtp/client/extensions.hpp"

namespace kontor::smtp::client {

// What the owner of a host asks of TLS with it, whatever our own settings say.
struct Demand {
  bool needs_tls = false;
  std::shared_ptr<const net::DaneTrust> dane;  // RFC 7672: whom the certificate has to be of
  // RFC 8461: whose word on the certificate and the host's name counts.
  std::shared_ptr<const net::ClientTlsContext> authorities;
  // RFC 8461, 5: mode testing: what they say is told to the domain, and changes nothing.
  bool is_tested = false;
  bool is_left_out = false;  // and the policy does not name the host
  // Where that comes from, for reports (RFC 8460); null: nobody asks for anything.
  std::shared_ptr<const reports::TlsPolicy> told;
};

struct Target {  // one address of one host
  std::string host;
  net::Endpoint endpoint;
  Demand demand = {};
  bool is_name_sure = false;  // named by the settings, or by a DNS that was validated
};

// dane: to hosts with usable TLSA records alone.
enum class TlsPolicy : unsigned char { none, may, require, verify, dane };

struct Login {
  std::string user, password;
};

// How connections are made. Everything referred to outlives the peers.
struct Terms {
  std::string own_name;  // for EHLO
  TlsPolicy tls = TlsPolicy::may;
  bool is_tls_first = false;   // port 465 (RFC 8314, 3.3)
  std::optional<Login> login;  // never given in the clear
  std::string source;
  net::Limit connect_timeout{}, timeout{}, timeout_after_dot{};
  std::shared_ptr<const net::ClientTlsContext> tls_context;
  std::function<Task<Result<std::unique_ptr<net::Stream>>>(net::Endpoint, std::string, net::Limit)>
      connect;
};

class Peer {
 public:
  Peer(std::unique_ptr<net::Stream> stream, Target target, net::Limit timeout)
      : stream_(std::move(stream)),
        reader_(*stream_),
        target_(std::move(target)),
        timeout_(timeout) {}

  // A failure of either breaks the peer; so does a reply 421.
  Task<Result<void>> send(std::string bytes);
  Task<Result<wire::PeerReply>> read_reply(net::Limit limit);
  Task<Result<wire::PeerReply>> command(std::string line);  // without its CRLF
  Task<Result<void>> start_tls(const Terms& terms);         // the handshake
  Task<bool> has_input();                                   // it spoke, or went away
  Task<void> quit();                                        // RFC 5321, 4.1.1.10; then closes

  void break_off() noexcept { is_broken_ = true; }
  bool is_broken() const noexcept { return is_broken_; }
  bool is_tls() const { return stream_->is_tls(); }
  std::string tls() const { return stream_->tls_info().version; }
  std::string certificate() const { return net::peer_certificate(*stream_); }
  net::CertificateVerdict verdict() const { return net::certificate_verdict(*stream_); }
  const net::Endpoint& local() const { return stream_->local(); }
  const Target& target() const noexcept { return target_; }
  net::Limit timeout() const noexcept { return timeout_; }
  const Demand& demand() const noexcept { return target_.demand; }

  Extensions offered;
  std::size_t messages = 0;  // transactions begun
  bool needs_reset = false;  // a transaction is half done: RSET before the next one

 private:
  std::unique_ptr<net::Stream> stream_;
  net::LineReader reader_;
  Target target_;
  net::Limit timeout_;
  bool is_broken_ = false;
};

// Why a connection is not usable for mail.
struct OpenFailure {
  queue::Outcome why;
  bool is_final = false;                 // 5xx as its greeting: it will say so again
  bool is_tls = false;                   // of the handshake: without TLS it may work (RFC 7435)
  bool has_no_tls = false;               // it does not offer what is required
  bool lacks_tls = false;                // it has none, or none that is good enough
  net::CertificateVerdict verdict = {};  // of the handshake
  std::string local = {};                // our numeric address
  bool is_sign_in = false;               // our name or password, not the host
};
struct Opened {
  std::unique_ptr<Peer> peer;  // or
  OpenFailure failure;
};

Task<Opened> open_peer(Target target, const Terms& terms);

}  // namespace kontor::smtp::client
