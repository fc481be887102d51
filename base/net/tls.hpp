// SPDX-License-Identifier: GPL-3.0-or-later
// TlsContext: our certificate and the rules of TLS for new connections; certificates made by the
// server itself where none is configured.
//
// A context never changes: a renewed certificate is a new context, connections keep theirs.
// Any thread. Failures are bad_input with a sentence for the administrator, or the error of the
// file.
#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/core/result.hpp"
#include "base/core/time.hpp"

namespace kontor::net {

struct TlsFiles {
  std::string certificate;  // PEM: ours first, then those between it and the root
  std::string key;          // PEM, without a passphrase
};

class TlsContext {
 public:
  // `minimum_version` is "1.2" or "1.3". With `before`, session tickets of that context stay good.
  static Result<std::shared_ptr<const TlsContext>> load(const TlsFiles& files,
                                                        const std::string& minimum_version,
                                                        const TlsContext* before = nullptr);
  ~TlsContext();
  TlsContext(const TlsContext&) = delete;
  TlsContext& operator=(const TlsContext&) = delete;

  // Sentences about what will trouble clients: expired, not yet valid, near its end, another name.
  std::vector<std::string> check(const std::string& host_name,
                                 UtcSeconds now,
                                 std::uint32_t warn_days) const;
  UtcSeconds expires() const;
  std::string subject() const;
  // RFC 5929, section 4: the hash of our certificate; empty when its signature has no hash.
  const std::string& endpoint_binding() const noexcept { return endpoint_binding_; }

  struct Handle;  // base/net/tls_handle.hpp
  const Handle& handle() const noexcept { return *handle_; }

 private:
  explicit TlsContext(std::unique_ptr<Handle> handle);
  std::unique_ptr<Handle> handle_;
  std::string endpoint_binding_;
};

// The certificate the server makes for itself: FOLDER/ca.pem (what clients may trust), ca.key,
// server.pem and server.key (P-256, keys with mode 0600), for `host_name`, localhost, 127.0.0.1
// and ::1. Existing files are used; the server's is made anew, under the same ca.pem, when it is
// for another name or ends within 30 days.
Result<TlsFiles> own_certificate(const std::string& folder,
                                 const std::string& host_name,
                                 UtcSeconds now);

}  // namespace kontor::net
