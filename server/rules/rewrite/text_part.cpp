// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/rules/rewrite/text_part.hpp"

#include <algorithm>
#include <array>

#include "base/core/text.hpp"
#include "base/crypto/digest.hpp"
#include "base/mime/content.hpp"
#include "base/mime/decode.hpp"
#include "base/mime/detect.hpp"
#include "base/mime/encode.hpp"
#include "base/mime/fields.hpp"
#include "base/mime/letter.hpp"
#include "server/rules/rewrite/edits.hpp"

namespace kontor::rules {
namespace {

bool is_ascii(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

bool is_utf8_name(std::string_view name) { return iequals(name, "utf-8") || iequals(name, "utf8"); }

bool is_ascii_name(std::string_view name) {
  return name.empty() || iequals(name, "us-ascii") || iequals(name, "ascii");
}

// ASCII bytes may mean something else, by what stands before them.
bool is_stateful(std::string_view charset) {
  constexpr auto k_begins = std::to_array<std::string_view>(
      {"iso-2022", "csiso2022", "utf-7", "utf7", "hz", "unicode-1-1-utf-7"});
  return std::ranges::any_of(k_begins,
                             [&](std::string_view begin) { return istarts_with(charset, begin); });
}

bool is_based_on_ascii(std::string_view charset) {
  constexpr std::string_view k_probe = "Az09<>&/\"=\r\n";
  if (is_ascii_name(charset) || is_utf8_name(charset)) return true;
  if (is_stateful(charset)) return false;
  const auto probe = mime::from_utf8(k_probe, charset);
  return probe && *probe == k_probe;
}

bool has_long_line(std::string_view text) {  // RFC 5322, 2.1.1
  constexpr std::size_t k_longest = 998;
  for (std::size_t begin = 0; begin < text.size();) {
    const auto end = std::min(text.find('\n', begin), text.size());
    if (end - begin > k_longest) return true;
    begin = end + 1;
  }
  return false;
}

// The value of a Content-Type with another charset. What cannot be kept is not: the type, format
// and the rest of the parameters stay.
std::string type_with_utf8(const mime::Part& part) {
  auto out = part.type + '/' + part.subtype + "; charset=utf-8";
  for (const auto& one : part.parameters)
    if (one.name != "charset") out += mime::parameter(one.name, one.value);
  return out;
}

}  // namespace

bool has_blank_line(std::string_view header) {
  return header == "\r\n" || header == "\n" || header.ends_with("\n\r\n") ||
         header.ends_with("\n\n");
}

std::string with_content(std::string_view header,
                         const std::optional<std::string>& type,
                         const std::optional<std::string>& encoding) {
  Edits edits;
  bool has_type = false, has_encoding = false;
  const auto take = [&](const mime::HeaderField& field, const std::optional<std::string>& value,
                        std::string_view name, bool& is_there) {
    if (!value || !iequals(field.name, name)) return;
    edits.replace(field.range,
                  is_there ? std::string() : std::string(name) + ": " + *value + "\r\n");
    is_there = true;
  };
  mime::HeaderField field;
  std::uint64_t end = 0;
  for (mime::FieldCursor cursor(header); cursor.next(field);) {
    take(field, type, "Content-Type", has_type);
    take(field, encoding, "Content-Transfer-Encoding", has_encoding);
    end = field.range.offset + field.range.size;
  }
  std::string more;
  if (end > 0 && header[end - 1] != '\n') more += "\r\n";
  if (type && !has_type) more += "Content-Type: " + *type + "\r\n";
  if (encoding && !has_encoding) more += "Content-Transfer-Encoding: " + *encoding + "\r\n";
  if (!more.empty()) edits.insert(end, more);
  auto out = edits.apply(header);
  if (!has_blank_line(out)) out += out.empty() || out.ends_with('\n') ? "\r\n" : "\r\n\r\n";
  return out;
}

std::string new_boundary(std::string_view raw) {
  auto digest = crypto::sha256(raw);
  for (;;) {
    auto boundary = "=_kontor_" + hex_encode(digest).substr(0, 32);
    if (raw.find(boundary) == std::string_view::npos) return boundary;
    digest = crypto::sha256(digest);
  }
}

Written new_text_part(std::string_view utf8, std::string_view fields) {
  Written out;
  out.header = "Content-Type: text/plain; charset=utf-8\r\n" + std::string(fields);
  const bool is_plain = is_ascii(utf8) && !has_long_line(utf8);
  out.header += is_plain ? "Content-Transfer-Encoding: 7bit\r\n\r\n"
                         : "Content-Transfer-Encoding: quoted-printable\r\n\r\n";
  std::string text;
  for (const char c : utf8) {
    if (c == '\r') continue;
    if (c == '\n') text.push_back('\r');
    text.push_back(c);
  }
  out.body = is_plain ? std::move(text) : mime::encode_quoted(text);
  return out;
}

std::optional<TextPart> TextPart::read(std::string_view raw, const mime::Part& part) {
  auto bytes = mime::decode_transfer(part.body.of(raw), part.encoding);
  if (!bytes) return std::nullopt;
  TextPart out;
  out.raw_ = raw;
  out.part_ = &part;
  out.bytes_ = *std::move(bytes);
  out.charset_ = std::string(part.parameter("charset"));
  if (is_ascii_name(out.charset_) && !is_ascii(out.bytes_))
    out.charset_ = std::string(mime::detect_charset(out.bytes_));
  else if (!is_ascii_name(out.charset_) && !mime::is_known_charset(out.charset_))
    out.charset_ = std::string(mime::detect_charset(out.bytes_));
  out.is_utf8_ = is_utf8_name(out.charset_) && !is_ascii_name(part.parameter("charset"));
  out.is_ascii_based_ = is_based_on_ascii(out.charset_);
  const auto readable = out.is_ascii_based_ ? std::string() : out.text();
  const std::string_view lines = out.is_ascii_based_ ? out.bytes_ : readable;
  const auto feed = lines.find('\n');
  if (feed != std::string::npos && (feed == 0 || lines[feed - 1] != '\r')) out.line_end_ = "\n";
  return out;
}

std::string TextPart::text() const { return mime::to_utf8(bytes_, charset_); }

std::optional<std::string> TextPart::in_charset(std::string_view utf8) const {
  if (!is_ascii_based_) return std::nullopt;
  if (is_ascii(utf8)) return std::string(utf8);
  // UTF-8 that nobody had said: it would have to be said now.
  if (is_utf8_name(charset_) && !is_utf8_) return std::nullopt;
  return mime::from_utf8(utf8, charset_);
}

Written TextPart::write(const std::string& bytes, bool is_raised) const {
  const auto& encoding = part_->encoding;
  const bool is_coded = encoding == "base64" || encoding == "quoted-printable";
  const bool has_more =
      (!is_ascii(bytes) && is_ascii(bytes_)) || (has_long_line(bytes) && !has_long_line(bytes_));
  const bool is_recoded = !is_coded && encoding != "binary" && (is_raised || has_more) &&
                          (has_more || encoding != "8bit");
  Written out;
  std::optional<std::string> type, other;
  if (is_raised) type = type_with_utf8(*part_);
  if (is_recoded && !is_ascii(bytes)) other = "quoted-printable";
  if (is_recoded && has_long_line(bytes)) other = "quoted-printable";
  const auto header = part_->header.of(raw_);
  out.header = !type && !other && has_blank_line(header) ? std::string(header)
                                                         : with_content(header, type, other);
  if (encoding == "base64")
    out.body = mime::encode_base64_lines(bytes);
  else if (encoding == "quoted-printable" || other)
    out.body = mime::encode_quoted(bytes);
  else
    out.body = bytes;
  // The last line break belongs to the boundary behind a part.
  if (encoding == "base64" && !part_->body.of(raw_).ends_with('\n') && out.body.ends_with("\r\n"))
    out.body.resize(out.body.size() - 2);
  return out;
}

Written TextPart::with_bytes(const std::string& bytes) const { return write(bytes, false); }

Written TextPart::with_text(const std::string& utf8) const {
  // Only what comes back the same way may stay in the charset.
  const auto same = is_ascii_based_ || is_ascii(bytes_) ? mime::from_utf8(text(), charset_)
                                                        : std::optional<std::string>();
  if (same && *same == bytes_)
    if (const auto bytes = in_charset(utf8)) return write(*bytes, false);
  return write(utf8, true);
}

}  // namespace kontor::rules
