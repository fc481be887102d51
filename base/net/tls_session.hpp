// SPDX-License-Identifier: GPL-3.0-or-later
// TlsSession: one TLS connection of OpenSSL over a non-blocking socket, step by step; who waits
// for readiness between the steps is the caller. Only for base/net/*.cpp.
#pragma once
#include <cstdint>
#include <span>
#include <string_view>

#include "base/core/result.hpp"
#include "base/net/client_tls.hpp"
#include "base/net/stream.hpp"
#include "base/net/tls_handle.hpp"
#include "base/net/tls_socket.hpp"

namespace kontor::net {

enum class IoStep : std::uint8_t { done, want_read, want_write, ended, failed };

class TlsSession {
 public:
  // `fd` stays the caller's.
  static Result<std::unique_ptr<TlsSession>> accept(std::shared_ptr<const TlsContext> context,
                                                    int fd);
  static Result<std::unique_ptr<TlsSession>> connect(TlsWish wish, int fd);

  IoStep handshake();
  IoStep read(std::span<char> buffer, std::size_t& got);
  IoStep peek();  // done: a read would give bytes
  // Several records of it by one call of the kernel. done: `put` bytes are taken, if there are any;
  // some of them may wait here (has_unsent()) until write() is called again, with nothing if need
  // be.
  IoStep write(std::string_view data, std::size_t& put);
  bool has_unsent() const { return has_unsent_; }
  void say_goodbye();  // close_notify, as far as it goes at once
  TlsInfo info() const;
  std::string peer_certificate() const;
  CertificateVerdict certificate_verdict() const;
  const std::string& failure() const noexcept { return failure_; }  // of the step that failed

 private:
  explicit TlsSession(int fd) : socket_(fd) {}
  Result<void> make(SSL_CTX* context);
  IoStep step_of(int result);
  IoStep send();

  std::shared_ptr<const TlsContext> context_;  // the certificate this connection began with
  std::shared_ptr<const ClientTlsContext> client_context_;  // instead, where we are the client
  TlsSocket socket_;
  SslHandle ssl_;
  std::string failure_;
  bool has_unsent_ = false;
  bool broken_ = false;  // OpenSSL forbids SSL_shutdown after a fatal error
};

}  // namespace kontor::net
