// SPDX-License-Identifier: GPL-3.0-or-later
// The document of a report in a message: found among its parts, unpacked from gzip or ZIP. Pure;
// hostile input: parts, sizes and what is unpacked are bounded.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "base/core/result.hpp"

namespace kontor::reports {

enum class Kind : std::uint8_t { dmarc, tls };
std::string_view word_of(Kind kind) noexcept;  // "dmarc", "tls"

struct Document {
  Kind kind = Kind::dmarc;
  std::string text;  // XML of DMARC, JSON of TLS
  bool operator==(const Document&) const = default;
};

inline constexpr std::size_t k_longest_xml = 16'777'216;
inline constexpr std::size_t k_longest_json = 4'194'304;

// What is gzip, an archive of ZIP with one document in it, or the document itself; it is known by
// its bytes, whatever its type says. not_found: none of these. limit: it is too long. bad_input:
// damaged.
Result<Document> unpack(std::string_view bytes);

// Of the first part that holds one.
Result<Document> document_in(std::string_view message);

}  // namespace kontor::reports
