// SPDX-License-Identifier: GPL-3.0-or-later
// Any bytes have a structure whose ranges lie within them, and IMAP's fragments can be made of it.
#include <cstdint>
#include <cstdlib>

#include "base/core/text.hpp"
#include "base/mime/decode.hpp"
#include "base/mime/imap_structure.hpp"
#include "base/mime/message.hpp"

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

void check_part(const kontor::mime::Message& message,
                const kontor::mime::Part& part,
                std::size_t size) {
  require(part.header.offset <= size && part.header.size <= size - part.header.offset);
  require(part.body.offset <= size && part.body.size <= size - part.body.offset);
  require(part.header.offset + part.header.size == part.body.offset);
  require(part.lines <= part.body.size);
  const auto index = static_cast<std::size_t>(&part - message.parts.data());
  for (const auto child : part.children) {
    require(child > index && child < message.parts.size());
    const auto& inner = message.parts[child];
    require(inner.header.offset >= part.body.offset);
    require(inner.body.offset + inner.body.size <= part.body.offset + part.body.size);
  }
}

// Every quoted string, literal and parenthesis of a fragment is closed.
bool is_balanced(std::string_view text) {
  int depth = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '(') ++depth;
    if (text[i] == ')' && --depth < 0) return false;
    if (text[i] == '"')
      for (++i; i < text.size() && text[i] != '"'; ++i) i += text[i] == '\\' ? 1 : 0;
    if (i >= text.size()) return false;
    if (text[i] != '{') continue;
    const auto end = text.find("}\r\n", i);
    if (end == std::string_view::npos) return false;
    i = end + 2 +
        kontor::parse_number<std::size_t>(text.substr(i + 1, end - i - 1)).value_or(text.size());
    if (i >= text.size()) return false;
  }
  return depth == 0;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  namespace mime = kontor::mime;
  const std::string_view raw(reinterpret_cast<const char*>(data), size);
  const mime::Limits limits{.max_depth = 30, .max_parts = 500};
  const mime::Message message = mime::parse(raw, limits);
  require(!message.parts.empty() && message.parts.size() <= limits.max_parts);
  require(message.parts[0].body.offset + message.parts[0].body.size == size);
  for (const auto& part : message.parts) {
    check_part(message, part, size);
    require(kontor::is_utf8(mime::part_text(raw, part)));
  }
  require(is_balanced(mime::imap_envelope(raw, message)));
  require(is_balanced(mime::imap_body(raw, message)));
  require(is_balanced(mime::imap_bodystructure(raw, message)));
  require(kontor::is_utf8(mime::preview(raw, message)));
  (void)mime::find_part(message, {1, 2, 1});
  return 0;
}
