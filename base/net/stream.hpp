// SPDX-License-Identifier: GPL-3.0-or-later
// Stream: one connection, plain or TLS or in memory, read and written by one coroutine on one
// strand.
//
// Every wait has a limit; a wait that runs out gives timed_out and leaves the stream usable for a
// last goodbye. A peer that goes away gives closed. TLS is OpenSSL straight over the socket's
// readiness, so an idle session keeps no buffers (docs/architecture.md). start_tls() throws away
// what was read before it (RFC 3207 section 6, RFC 9051 section 11.1: no plaintext command may slip
// into the secure session).
#pragma once
#include <chrono>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "base/core/result.hpp"
#include "base/core/task.hpp"

namespace kontor::net {

class TlsContext;  // base/net/tls.hpp
class Signal;      // base/net/signal.hpp

using Limit = std::chrono::milliseconds;  // how long one wait may take

struct Endpoint {
  std::string address;  // numeric
  unsigned port = 0;
  std::string text() const;  // "127.0.0.1:143", "[::1]:143"
  bool is_loopback() const;
};

struct TlsInfo {
  std::string version;  // "TLSv1.3"
  std::string cipher;
  std::string channel_binding_unique;    // tls-unique (TLS 1.2); empty when there is none
  std::string channel_binding_endpoint;  // RFC 5929 tls-server-end-point of our certificate
  std::string channel_binding_exporter;  // RFC 9266 tls-exporter
};

enum class Wake : unsigned char { readable, signalled, timed_out };

class Stream {
 public:
  virtual ~Stream() = default;

  // Reads 1..buffer.size() bytes, or 0 at the peer's orderly end. `buffer` must outlive the task.
  virtual Task<Result<std::size_t>> read_some(std::span<char> buffer, Limit limit) = 0;
  // Writes all of `data`, which must outlive the task; `limit` is for each step of progress.
  virtual Task<Result<void>> write(std::string_view data, Limit limit) = 0;
  // Waits until a read would not block, `signal` was raised, or the limit ran out. Holds no buffer.
  virtual Task<Result<Wake>> wait(Signal* signal, Limit limit) = 0;
  // Becomes the TLS server of this connection. bad_input: the handshake failed; close it.
  virtual Task<Result<void>> start_tls(std::shared_ptr<const TlsContext> context, Limit limit) = 0;
  // Says goodbye (TLS close_notify, then FIN) and closes. Never fails.
  virtual Task<void> close() = 0;

  virtual bool is_tls() const = 0;
  virtual TlsInfo tls_info() const = 0;  // empty when plain
  virtual const Endpoint& peer() const = 0;
  virtual const Endpoint& local() const = 0;
};

}  // namespace kontor::net
