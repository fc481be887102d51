// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/imap/fetch_section.hpp"

#include <algorithm>

#include "base/mime/decode.hpp"
#include "base/mime/header.hpp"

namespace kontor::imap {
namespace {

using wire::SectionPart;

// The message that HEADER and TEXT of a part speak of: the one inside it (RFC 9051, 6.4.5.1:
// "HEADER, HEADER.FIELDS, and TEXT ... must be message/rfc822 or message/global").
const mime::Part* message_of(const mime::Message& message, const mime::Part& part, bool is_root) {
  if (is_root) return &part;
  if (!part.is_message() || part.children.empty()) return nullptr;
  return &message.parts[part.children.front()];
}

}  // namespace

std::optional<Stretch> known_stretch(const wire::BodyItem& item,
                                     std::uint64_t header_size,
                                     std::uint64_t size) {
  if (!item.section.path.empty()) return std::nullopt;
  header_size = std::min(header_size, size);
  switch (item.section.part) {
    case SectionPart::all:
      return Stretch{0, size};
    case SectionPart::header:
      return Stretch{0, header_size};
    case SectionPart::text:
      return Stretch{header_size, size - header_size};
    default:
      return std::nullopt;
  }
}

bool needs_header_only(const wire::BodyItem& item) {
  return item.section.path.empty() &&
         (item.section.part == SectionPart::fields || item.section.part == SectionPart::fields_not);
}

Stretch cut(Stretch whole, const std::optional<wire::Partial>& partial) {
  if (!partial) return whole;
  const auto from = std::min(partial->offset, whole.size);
  return {whole.offset + from, std::min(partial->size, whole.size - from)};
}

bool SectionSource::is_of_known_header(const wire::Section& section) const {
  return header_size_ && section.path.empty() &&
         (section.part == SectionPart::fields || section.part == SectionPart::fields_not);
}

std::optional<std::string> SectionSource::body_bytes(const wire::Section& section) {
  const mime::Part* part = mime::find_part(*message_, section.path);
  if (part == nullptr) return std::nullopt;
  const bool is_root = section.path.empty();
  if (section.part == SectionPart::all) return is_root ? raw_ : std::string(part->body.of(raw_));
  if (section.part == SectionPart::mime) return std::string(part->header.of(raw_));
  const mime::Part* inner = message_of(*message_, *part, is_root);
  if (inner == nullptr) return std::nullopt;
  const auto header = inner->header.of(raw_);
  if (section.part == SectionPart::header) return std::string(header);
  if (section.part == SectionPart::text) return std::string(inner->body.of(raw_));
  return mime::select_fields(header, section.names, section.part == SectionPart::fields_not);
}

Result<std::optional<std::string>> SectionSource::bytes(const wire::BodyItem& item) {
  if (is_of_known_header(item.section))
    return mime::select_fields(std::string_view(raw_).substr(0, *header_size_), item.section.names,
                               item.section.part == SectionPart::fields_not);
  if (!message_) message_ = mime::parse(raw_, limits_);
  auto found = body_bytes(item.section);
  if (!found || item.kind == wire::BodyKind::body || item.section.path.empty()) return found;
  const mime::Part* part = mime::find_part(*message_, item.section.path);
  // RFC 9051, 6.4.5: the encoding of a part with parts is never undone.
  if (!part->children.empty()) return found;
  KONTOR_TRY(auto decoded, mime::decode_transfer(*found, part->encoding));
  return std::optional<std::string>(std::move(decoded));
}

}  // namespace kontor::imap
