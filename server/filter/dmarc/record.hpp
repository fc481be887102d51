// SPDX-License-Identifier: GPL-3.0-or-later
// A DMARC record (RFC 7489, 6.3). Pure.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/core/result.hpp"

namespace kontor::filter::dmarc {

enum class Policy : std::uint8_t { none, quarantine, reject };
std::string_view word_of(Policy policy) noexcept;

struct Record {
  Policy policy = Policy::none;
  std::optional<Policy> below;  // sp=: of domains below this one
  bool is_dkim_strict = false, is_spf_strict = false;
  unsigned percent = 100;
  std::string reports;  // rua=, as written
};

// "v=DMARC1" as the first tag.
bool is_dmarc_record(std::string_view text) noexcept;
// bad_input: no policy can be read of it. Other tags that are wrong are passed over (6.3).
Result<Record> parse_record(std::string_view text);

}  // namespace kontor::filter::dmarc
