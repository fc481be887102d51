// SPDX-License-Identifier: GPL-3.0-or-later
// The text of one part taken out of its transfer encoding and charset, and put back changed.
// Charset and encoding stay as long as they can carry the text; else it becomes UTF-8,
// quoted-printable. Pure.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "base/mime/message.hpp"

namespace kontor::rules {

// A part's own header and body as they are to stand in the message.
struct Written {
  std::string header, body;
};

class TextPart {
 public:
  // Nothing: its transfer encoding is unknown.
  static std::optional<TextPart> read(std::string_view raw, const mime::Part& part);

  bool is_html() const noexcept { return part_->subtype == "html"; }
  // In its charset, transfer encoding undone.
  const std::string& bytes() const noexcept { return bytes_; }
  std::string text() const;  // UTF-8
  // ASCII stands for itself everywhere in it, so that bytes may be put between.
  bool is_ascii_based() const noexcept { return is_ascii_based_; }
  bool is_utf8() const noexcept { return is_utf8_; }
  // How lines of it end.
  std::string_view line_end() const noexcept { return line_end_; }
  // In its charset; nothing: not all of it has a place there.
  std::optional<std::string> in_charset(std::string_view utf8) const;

  // With these bytes in the part's charset.
  Written with_bytes(const std::string& bytes) const;
  // With this text, in the part's charset when that carries it.
  Written with_text(const std::string& utf8) const;

 private:
  Written write(const std::string& bytes, bool is_raised) const;

  std::string_view raw_;
  const mime::Part* part_ = nullptr;
  std::string bytes_, charset_;  // charset_: what the bytes are in, by label or by their looks
  std::string_view line_end_ = "\r\n";
  bool is_ascii_based_ = true, is_utf8_ = false;
};

// The header of a part with other values of Content-Type and Content-Transfer-Encoding; nothing:
// it stays. Ends with the blank line.
std::string with_content(std::string_view header,
                         const std::optional<std::string>& type,
                         const std::optional<std::string>& encoding);
// A text part of its own: header and body in UTF-8.
Written new_text_part(std::string_view utf8, std::string_view fields = {});
// A boundary line's text that is nowhere in `raw`.
std::string new_boundary(std::string_view raw);
// Ends with the line break that a body's first line needs before it.
bool has_blank_line(std::string_view header);

}  // namespace kontor::rules
