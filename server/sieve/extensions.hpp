// SPDX-License-Identifier: GPL-3.0-or-later
// The extensions of Sieve that are known here: what `require` may name and ManageSieve announces.
#pragma once
#include <bitset>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace kontor::sieve {

enum class Extension : std::uint8_t {
  body,
  numeric,  // comparator-i;ascii-numeric
  casemap,  // comparator-i;unicode-casemap
  octet,
  ascii_casemap,
  copy,
  date,
  duplicate,
  editheader,
  encoded_character,
  envelope,
  environment,
  ereject,
  fileinto,
  ihave,
  imap4flags,
  include,
  index,
  mailbox,
  mailboxid,
  reject,
  relational,
  spamtest,
  spamtestplus,
  special_use,
  subaddress,
  vacation,
  vacation_seconds,
  variables,
  virustest,
};
inline constexpr std::size_t k_extensions = static_cast<std::size_t>(Extension::virustest) + 1;
using Extensions = std::bitset<k_extensions>;

std::string_view name_of(Extension extension) noexcept;
std::optional<Extension> find_extension(std::string_view name) noexcept;
// The names, separated by blanks, as ManageSieve announces them (RFC 5804, 1.7).
std::string extension_names();

}  // namespace kontor::sieve
