// SPDX-License-Identifier: GPL-3.0-or-later
// What a DKIM-Signature field and a key record say (RFC 6376, 3.5 and 3.6.1; RFC 8463). Pure.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/core/result.hpp"
#include "base/core/time.hpp"
#include "base/crypto/signature.hpp"

namespace kontor::filter::dkim {

enum class Form : std::uint8_t { simple, relaxed };  // 3.4

struct Signature {
  crypto::KeyKind algorithm = crypto::KeyKind::rsa;
  Form header_form = Form::simple, body_form = Form::simple;
  std::string domain, selector;            // lower case
  std::string agent;                       // i=, as written; empty: none
  std::vector<std::string> fields;         // h=, as written
  std::string body_digest, value;          // bh= and b=, decoded
  std::optional<std::uint64_t> body_size;  // l=
  std::optional<UtcSeconds> signed_at, expires;
};

inline constexpr std::size_t k_most_fields = 500;  // of h=

// The value of the field, folded as it came. bad_input: what is wrong; unsupported: of a version or
// an algorithm that is not for us (RFC 8301 forbids rsa-sha1).
Result<Signature> parse_signature(std::string_view value);

// The fields of ARC, which have the same tags but v= and a number in i= (RFC 8617, 4.1.2
// and 4.1.3).
struct ArcSignature {
  Signature signature;    // of a seal: without forms, fields and digest of the body
  unsigned instance = 0;  // 1 to k_most_instances
  std::string chain;      // cv=, of a seal
};
inline constexpr unsigned k_most_instances = 50;
Result<ArcSignature> parse_arc_message_signature(std::string_view value);
Result<ArcSignature> parse_arc_seal(std::string_view value);

struct Key {
  crypto::KeyKind kind = crypto::KeyKind::rsa;
  std::string bytes;         // p=, decoded; empty: the key is revoked
  bool is_testing = false;   // t=y
  bool is_own_only = false;  // t=s: i= may not be below d=
};
// bad_input: not such a record; unsupported: for another purpose or with an algorithm we lack.
Result<Key> parse_key(std::string_view text);

// The value with b='s contents taken out (3.5), as it was when it was signed.
std::string without_signature(std::string_view value);

}  // namespace kontor::filter::dkim
