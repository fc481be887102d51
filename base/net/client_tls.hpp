// SPDX-License-Identifier: GPL-3.0-or-later
// TlsClientEnd: what a stream offers that can become the TLS client of its connection; reached
// through start_client_tls(). Only for base/net/*.cpp.
#pragma once
#include <memory>
#include <string>

#include "base/net/connect.hpp"

namespace kontor::net {

struct TlsWish {
  std::shared_ptr<const ClientTlsContext> context;
  std::string host;  // SNI, and the name that the certificate is checked for
  Verify verify = Verify::none;
  std::shared_ptr<const DaneTrust> dane;  // whom to believe instead; host is its base
};

class TlsClientEnd {
 public:
  virtual ~TlsClientEnd() = default;
  virtual Task<Result<void>> become_tls_client(TlsWish wish, Limit limit) = 0;
  virtual std::string peer_certificate() const = 0;
  virtual CertificateVerdict certificate_verdict() const = 0;
};

}  // namespace kontor::net
