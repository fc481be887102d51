// SPDX-License-Identifier: GPL-3.0-or-later
// Signs messages (RFC 6376, 5; RFC 8463): relaxed in both parts, the whole body. Pure; takes as
// long as the message, and an RSA key most of a millisecond: for the pool.
#pragma once
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "base/core/time.hpp"
#include "base/crypto/private_key.hpp"
#include "server/filter/dkim/message.hpp"

namespace kontor::filter::dkim {

struct SigningKey {
  std::string domain, selector;  // d= and s=
  std::shared_ptr<const crypto::PrivateKey> key;
};

// What is signed of a header: its fields of those that make up what the reader sees, each as often
// as it is there; and once more those that may be there but once, so that none can be added (5.4).
std::vector<std::string> names_to_sign(const Message& message);

// A DKIM-Signature field of each key, with its CRLF, for the start of the message.
Result<std::string> sign(std::string_view message,
                         std::span<const SigningKey> keys,
                         UtcSeconds now);

// "b=" and base64 in lines for the end of such a field. ARC's fields end so too.
std::string folded_value(std::string_view bytes);
// "From:From:To…" in lines.
std::string folded_names(const std::vector<std::string>& names);

}  // namespace kontor::filter::dkim
