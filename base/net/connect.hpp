// SPDX-License-Identifier: GPL-3.0-or-later
// Connections that this server makes itself, and their TLS as a client.
//
// A connected Stream is used like an accepted one, with start_client_tls() in place of start_tls().
// Failure: unavailable (refused, unreachable; the detail names why), timed_out, cancelled.
#pragma once
#include <memory>
#include <string>

#include "base/core/result.hpp"
#include "base/core/task.hpp"
#include "base/net/dane.hpp"
#include "base/net/stream.hpp"

namespace kontor::net {

class ClientTlsContext;  // below

// To a numeric address; from `source` when it is not empty. Runs on the executor that awaits it.
Task<Result<std::unique_ptr<Stream>>> connect(Endpoint to, std::string source, Limit limit);
// To a Unix socket; the peer's address is "unix".
Task<Result<std::unique_ptr<Stream>>> connect_unix(std::string path, Limit limit);

// What a client asks of the other side's certificate.
class ClientTlsContext {
 public:
  // `ca_file` empty: the authorities that the system trusts. bad_input: the file is none.
  static Result<std::shared_ptr<const ClientTlsContext>> make(const std::string& ca_file);
  ~ClientTlsContext();
  ClientTlsContext(const ClientTlsContext&) = delete;
  ClientTlsContext& operator=(const ClientTlsContext&) = delete;
  struct Handle;
  const Handle& handle() const noexcept { return *handle_; }

 private:
  explicit ClientTlsContext(std::unique_ptr<Handle> handle);
  std::unique_ptr<Handle> handle_;
};

enum class Verify : unsigned char {
  none,        // RFC 7435: encryption without knowing to whom
  certificate  // a trusted authority, and the host's name (RFC 6125)
};

// Becomes the TLS client of a stream made by connect(); `host` goes out as SNI. bad_input: the
// handshake failed, or the certificate is not good: close it.
Task<Result<void>> start_client_tls(Stream& stream,
                                    std::shared_ptr<const ClientTlsContext> context,
                                    std::string host,
                                    Verify verify,
                                    Limit limit);

// The same where the DNS says whom to believe (RFC 7672): the certificate has to be one that
// `trust` speaks for. Of records that OpenSSL can use none, TLS begins without knowing to whom.
Task<Result<void>> start_dane_tls(Stream& stream,
                                  std::shared_ptr<const ClientTlsContext> context,
                                  std::shared_ptr<const DaneTrust> trust,
                                  Limit limit);

// What a look at the certificate of the other side came to, whether it had to be good or not.
enum class Trust : unsigned char {
  none,         // there was no certificate to look at
  good,         // it would have passed, or did
  expired,      // its time is over
  other_host,   // it is for another name
  not_by_tlsa,  // it is none of those that the DNS names
  untrusted     // nobody who is trusted has signed it, or anything else is wrong
};
struct CertificateVerdict {
  Trust trust = Trust::none;
  std::string text;  // OpenSSL's words; empty: good, or none
};
// Of a TLS client, also after a handshake that failed.
CertificateVerdict certificate_verdict(const Stream& stream);

// For the log, once TLS is on: who the certificate of the other side is for, who signed it, and
// whether it would have passed Verify::certificate. Empty without TLS as a client.
std::string peer_certificate(const Stream& stream);

}  // namespace kontor::net
