// SPDX-License-Identifier: GPL-3.0-or-later
// What the DNS says about the certificates of a host: TLSA records (RFC 6698, 7671). Values.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

namespace kontor::net {

struct TlsaRecord {
  std::uint8_t usage = 0;     // 0 PKIX-TA, 1 PKIX-EE, 2 DANE-TA, 3 DANE-EE (RFC 7218)
  std::uint8_t selector = 0;  // 0 the certificate, 1 its public key
  std::uint8_t matching = 0;  // 0 all of it, 1 SHA-256, 2 SHA-512
  std::string data;
  auto operator<=>(const TlsaRecord&) const = default;
};

// Whom TLS believes instead of authorities.
struct DaneTrust {
  std::string base;                 // TLSA base domain: goes out as SNI (RFC 7672, 8.1)
  std::vector<std::string> names;   // besides base, of certificates that DANE-TA vouches for
  std::vector<TlsaRecord> records;  // not empty; of usage 2 or 3
};

// "3 1 1 0123..." with the data in hexadecimal (RFC 6698, 2.2).
std::string text_of(const TlsaRecord& record);

}  // namespace kontor::net
