// SPDX-License-Identifier: GPL-3.0-or-later
// The bytes that a FETCH section names (RFC 9051, 6.4.5.1). Pure: a message in, bytes out.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "base/core/result.hpp"
#include "base/mime/message.hpp"
#include "server/imap/wire/fetch_args.hpp"

namespace kontor::imap {

// A stretch of a message, counted from its first byte.
struct Stretch {
  std::uint64_t offset = 0;
  std::uint64_t size = 0;
};

// Sections that lie at a place known without reading the message: all of it, HEADER and TEXT.
std::optional<Stretch> known_stretch(const wire::BodyItem& item,
                                     std::uint64_t header_size,
                                     std::uint64_t size);
// The section can be made of the message's header alone: HEADER.FIELDS and HEADER.FIELDS.NOT.
bool needs_header_only(const wire::BodyItem& item);
// What of `size` bytes a partial fetch gives.
Stretch cut(Stretch whole, const std::optional<wire::Partial>& partial);

// A message with its structure, made when a section first needs it.
class SectionSource {
 public:
  SectionSource(std::string raw, const mime::Limits& limits)
      : raw_(std::move(raw)), limits_(limits) {}
  // Where its header ends is known: fields of it are found without the structure, and nothing
  // behind the header need be in `raw` for them.
  SectionSource(std::string raw, std::uint64_t header_size, const mime::Limits& limits)
      : raw_(std::move(raw)), limits_(limits), header_size_(header_size) {}

  const std::string& raw() const { return raw_; }
  // The whole section, not cut. Nothing: there is no such part (answered NIL). unsupported: BINARY
  // of a transfer encoding that is not known (RFC 9051, 7.1: UNKNOWN-CTE).
  Result<std::optional<std::string>> bytes(const wire::BodyItem& item);

 private:
  std::optional<std::string> body_bytes(const wire::Section& section);
  bool is_of_known_header(const wire::Section& section) const;

  std::string raw_;
  mime::Limits limits_;
  std::optional<std::uint64_t> header_size_;
  std::optional<mime::Message> message_;
};

}  // namespace kontor::imap
