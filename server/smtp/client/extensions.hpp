// SPDX-License-Identifier: GPL-3.0-or-later
// What another server offers in its answer to EHLO (RFC 5321, 4.1.1.1). Pure.
#pragma once
#include <cstdint>

#include "server/smtp/wire/peer_reply.hpp"

namespace kontor::smtp::client {

struct Extensions {
  bool pipelining = false;  // RFC 2920
  bool mime8 = false;       // RFC 6152
  bool utf8 = false;        // RFC 6531
  bool chunking = false;    // RFC 3030
  bool binary = false;      // RFC 3030
  bool dsn = false;         // RFC 3461
  bool starttls = false;    // RFC 3207
  bool has_size = false;    // RFC 1870
  std::uint64_t size = 0;   // largest message; 0: no limit is told
  bool plain = false;       // RFC 4954, mechanisms of AUTH
  bool login = false;
  bool requiretls = false;            // RFC 8689
  bool deliverby = false;             // RFC 2852
  std::uint64_t deliverby_least = 0;  // seconds; 0: no shortest time is told
  bool priority = false;              // RFC 6710
};

Extensions read_extensions(const wire::PeerReply& reply);

}  // namespace kontor::smtp::client
