// SPDX-License-Identifier: GPL-3.0-or-later
// TlsSocket: the non-blocking socket under a TLS connection as OpenSSL sees it, a BIO. What is
// written can be gathered and sent by one call, so that many records cost one trip to the kernel.
// Only for base/net/*.cpp.
#pragma once
#include <openssl/bio.h>

#include <cstdint>
#include <string>

namespace kontor::net {

class TlsSocket {
 public:
  enum class Sent : std::uint8_t { all, some, failed };  // some: the socket takes no more now

  explicit TlsSocket(int fd) : fd_(fd) {}  // which stays the caller's
  TlsSocket(const TlsSocket&) = delete;    // its BIO knows where it is
  TlsSocket& operator=(const TlsSocket&) = delete;
  ~TlsSocket() = default;

  // For SSL_set_bio, which owns it then; the socket must outlive it. nullptr: no memory.
  BIO* make_bio();
  // From now on records stay in memory until send().
  void gather() { is_gathering_ = true; }
  // Ends gather(). What is left goes by the next call, and before all that is written later.
  Sent send();

 private:
  friend struct TlsSocketCalls;
  int write(BIO* bio, const char* data, int size);
  int read(BIO* bio, char* data, int size);

  int fd_;
  bool is_gathering_ = false;
  bool has_ended_ = false;
  std::string gathered_;  // no memory while it is empty
};

}  // namespace kontor::net
