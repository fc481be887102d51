// SPDX-License-Identifier: GPL-3.0-or-later
// A key of a domain as it lies in DATA/dkim (docs/formats/dkim.md), and the record of the DNS that
// goes with it. Pure.
#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/core/result.hpp"
#include "base/core/time.hpp"
#include "base/crypto/private_key.hpp"

namespace kontor::filter::dkim {

enum class KeyState : std::uint8_t {
  waiting,  // its record has not been seen in the DNS yet
  active,   // signs
  retired,  // signed until `changed`: its record is still needed for mail under way
};
std::string_view word_of(KeyState state) noexcept;

struct StoredKey {
  std::string domain, selector;  // lower case
  KeyState state = KeyState::waiting;
  UtcSeconds created{}, changed{};  // changed: since when it is in that state
  std::shared_ptr<const crypto::PrivateKey> key;
};

std::string format_key(const StoredKey& key);  // a secret
// bad_input: what is wrong, never any of the bytes.
Result<StoredKey> parse_key_file(std::string domain, std::string selector, std::string_view text);

// "SELECTOR._domainkey.DOMAIN" and "v=DKIM1; k=rsa; p=…".
std::string record_name(const StoredKey& key);
std::string record_text(const StoredKey& key);
// A line of a zone file: the text in strings of at most 255 bytes (RFC 1035, 3.3.14; RFC 6376,
// 3.6.2.2).
std::string zone_line(std::string_view name, std::string_view text);

// Does one of the texts of that name carry this key? The record may say more (t=, s=, blanks).
enum class Seen : std::uint8_t { right, missing, different, unknown };
Seen compare_record(const StoredKey& key, const std::vector<std::string>& texts);

// A name of mail domains: labels of letters, digits and '-', lower case.
bool is_domain(std::string_view name) noexcept;
bool is_selector(std::string_view name) noexcept;

}  // namespace kontor::filter::dkim
