// SPDX-License-Identifier: GPL-3.0-or-later
// The preview of a message (RFC 8970): the first text a person would read.
#include <algorithm>

#include "base/core/text.hpp"
#include "base/mime/decode.hpp"
#include "base/mime/header.hpp"
#include "base/mime/html_text.hpp"
#include "base/mime/imap_structure.hpp"

namespace kontor::mime {
namespace {

constexpr std::size_t k_read = 64 * 1024;  // bytes of a part that are looked at

bool is_attachment(std::string_view raw, const Part& part) {
  const auto disposition = field_value(part.header.of(raw), "Content-Disposition");
  return disposition && istarts_with(*disposition, "attachment");
}

// The first text/plain part, else the first text/html one; attachments and messages inside messages
// are looked at last.
const Part* first_text(std::string_view raw, const Message& message) {
  const Part* html = nullptr;
  const Part* attached = nullptr;
  for (const auto& part : message.parts) {
    const bool leaf_text = part.type == "text" || (part.is_multipart() && part.children.empty());
    if (!leaf_text || part.body.size == 0) continue;
    if (is_attachment(raw, part)) {
      if (attached == nullptr) attached = &part;
    } else if (part.subtype != "html") {
      return &part;
    } else if (html == nullptr) {
      html = &part;
    }
  }
  return html != nullptr ? html : attached;
}

bool is_space_at(std::string_view text, std::size_t i) noexcept {
  return static_cast<unsigned char>(text[i]) <= ' ' || text[i] == 0x7F ||
         text.substr(i).starts_with("\xC2\xA0");
}

// White space and control characters folded to one blank; at most `limit` code points.
std::string squeeze(std::string_view text, std::size_t limit) {
  std::string out;
  std::size_t count = 0;
  bool blank = false;
  for (std::size_t i = 0; i < text.size();) {
    std::size_t length = 1;
    while (i + length < text.size() && (text[i + length] & 0xC0) == 0x80) ++length;
    if (is_space_at(text, i)) {
      blank = !out.empty();
    } else {
      if (count + (blank ? 2 : 1) > limit) break;
      count += blank ? 2 : 1;
      if (blank) out.push_back(' ');
      out.append(text.substr(i, length));
      blank = false;
    }
    i += length;
  }
  return out;
}

}  // namespace

std::string preview(std::string_view raw, const Message& message, std::size_t max_characters) {
  const Part* found = first_text(raw, message);
  if (found == nullptr) return {};
  Part part;
  part.type = found->type;
  part.subtype = found->subtype;
  part.parameters = found->parameters;
  part.encoding = found->encoding;
  part.body = Range{found->body.offset, std::min<std::uint64_t>(found->body.size, k_read)};
  const std::string text = part_text(raw, part);
  return squeeze(part.subtype == "html" ? html_text(text) : text, max_characters);
}

}  // namespace kontor::mime
