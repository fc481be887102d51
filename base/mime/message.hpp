// SPDX-License-Identifier: GPL-3.0-or-later
// The structure of a message (RFC 5322, 2045, 2046), byte-exact: every part is a pair of ranges
// into the original bytes, which are never changed or copied.
//
// Pure: bytes in, value out; any input gives a structure (a message that breaks the rules is read
// as the field's best readers do, docs/standards.md). Depth and number of parts are bounded by
// Limits: what lies deeper is one opaque part.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace kontor::mime {

struct Limits {
  std::uint32_t max_depth = 100;
  std::uint32_t max_parts = 10'000;
};

struct Range {
  std::uint64_t offset = 0;
  std::uint64_t size = 0;
  std::string_view of(std::string_view bytes) const { return bytes.substr(offset, size); }
};

struct Parameter {
  std::string name;   // lower case; RFC 2231 pieces joined
  std::string value;  // as bytes: quoted-string undone, RFC 2231 value decoded to UTF-8
};

struct Part {
  Range header;  // from the part's first byte through the blank line that ends the header
  Range body;  // after it; for a part of a multipart without the CRLF that belongs to the boundary
  std::string type = "text";      // lower case
  std::string subtype = "plain";  // lower case
  std::vector<Parameter> parameters;
  std::string encoding = "7bit";  // Content-Transfer-Encoding, lower case
  std::uint64_t lines = 0;        // lines of the body as stored
  std::vector<std::uint32_t>
      children;  // indexes into Message::parts: of a multipart, or the one of message/rfc822
  bool is_multipart() const { return type == "multipart"; }
  bool is_message() const {
    return type == "message" && (subtype == "rfc822" || subtype == "global");
  }
  std::string_view parameter(std::string_view name) const;  // empty when absent
};

struct Message {
  std::vector<Part> parts;  // parts[0] is the message itself
};

// Parses the whole of `raw`. Cost: one pass over the bytes.
Message parse(std::string_view raw, const Limits& limits);

// The part that an IMAP section number names ("1.2.3", RFC 9051 6.4.5.1); nullptr when there is
// none. An empty path is the message itself.
const Part* find_part(const Message& message, const std::vector<std::uint32_t>& path);

}  // namespace kontor::mime
