// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/rules/rewrite/add_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "base/core/text.hpp"
#include "base/crypto/digest.hpp"
#include "base/mime/encode.hpp"
#include "base/mime/fields.hpp"
#include "base/mime/html_text.hpp"
#include "base/mime/letter.hpp"
#include "server/rules/rewrite/edits.hpp"
#include "server/rules/rewrite/html_tags.hpp"
#include "server/rules/rewrite/structure.hpp"
#include "server/rules/rewrite/text_part.hpp"

namespace kontor::rules {
namespace {

constexpr std::uint32_t k_none = UINT32_MAX;

std::string_view trimmed_lines(std::string_view text) {
  while (text.ends_with('\n') || text.ends_with('\r')) text.remove_suffix(1);
  return text;
}

std::string with_line_ends(std::string_view text, std::string_view line_end) {
  std::string out;
  for (const char c : text) {
    if (c == '\r') continue;
    if (c == '\n')
      out.append(line_end);
    else
      out.push_back(c);
  }
  return out;
}

// RFC 3676, 4.4 and 4.2: no line of ours is a flowed one, none looks quoted.
std::string for_flowed(std::string_view text) {
  std::string out;
  for (std::size_t begin = 0; begin <= text.size();) {
    const auto end = std::min(text.find('\n', begin), text.size());
    auto line = text.substr(begin, end - begin);
    if (line != "-- ")
      while (line.ends_with(' ')) line.remove_suffix(1);
    if (line.starts_with(' ') || line.starts_with('>') || line.starts_with("From ")) out += ' ';
    out.append(line);
    if (end < text.size()) out.push_back('\n');
    begin = end + 1;
  }
  return out;
}

class Adder {
 public:
  Adder(std::string_view raw,
        const mime::Message& message,
        const Structure& structure,
        const Addition& addition)
      : raw_(raw), message_(message), structure_(structure), addition_(addition) {
    for (std::uint32_t i = 0; i < message.parts.size(); ++i)
      for (const auto child : message.parts[i].children) parents_.emplace_back(child, i);
    std::ranges::sort(parents_);
  }

  bool has_words_already() const {
    const auto& text = addition_.text.empty() ? mime::html_text(addition_.html) : addition_.text;
    const auto words = mime::plain_words(text);
    if (words.size() < 3) return false;
    return std::ranges::any_of(structure_.body, [&](std::uint32_t index) {
      const auto part = TextPart::read(raw_, message_.parts[index]);
      if (!part) return false;
      const auto there = part->is_html() ? mime::html_text(part->text()) : part->text();
      return mime::plain_words(there).contains(words);
    });
  }

  // Nothing: no part could take it.
  std::optional<std::string> run() {
    bool is_done = false;
    for (const auto index : structure_.body) is_done = change(index) || is_done;
    if (structure_.body.empty()) is_done = add_part();
    if (!is_done) return std::nullopt;
    return edits_.apply(raw_);
  }

 private:
  std::uint32_t parent_of(std::uint32_t index) const {
    const auto found = std::ranges::lower_bound(parents_, std::pair(index, 0U));
    return found != parents_.end() && found->first == index ? found->second : k_none;
  }

  std::string plain_text(const TextPart& part, std::uint32_t index) const {
    std::string text(trimmed_lines(addition_.text));
    if (iequals(message_.parts[index].parameter("format"), "flowed")) text = for_flowed(text);
    return with_line_ends(text, part.line_end());
  }

  template <class Text>
  Text plain_with(const Text& bytes, const Text& added, std::string_view line_end) const {
    if (addition_.at_start) return added + std::string(line_end) + bytes;
    const bool is_ended = bytes.empty() || bytes.ends_with('\n');
    auto out = bytes;
    if (!is_ended) out += line_end;
    out += added;
    if (is_ended && !bytes.empty()) out += line_end;
    return out;
  }

  Written plain(const TextPart& part, std::uint32_t index) const {
    const auto text = plain_text(part, index);
    if (const auto added = part.in_charset(text))
      return part.with_bytes(plain_with(part.bytes(), *added, part.line_end()));
    return part.with_text(plain_with(part.text(), text, part.line_end()));
  }

  static std::string put(std::string html, std::string_view added, bool at_start) {
    const auto at = at_start ? start_of_html_body(html) : end_of_html_body(html);
    return html.insert(at, added);
  }

  Written html(const TextPart& part) const {
    auto text = with_line_ends(html_with_names(), part.line_end());
    if (!part.is_ascii_based()) return part.with_text(put(part.text(), text, addition_.at_start));
    if (!part.is_utf8()) text = with_references(text);
    return part.with_bytes(put(part.bytes(), text, addition_.at_start));
  }

  std::vector<const Picture*> pictures() const {
    std::vector<const Picture*> out;
    for (const auto& picture : addition_.pictures)
      if (addition_.html.contains("cid:" + picture.name)) out.push_back(&picture);
    return out;
  }

  // The same picture has the same name in every message.
  static std::string content_id(const Picture& picture) {
    return picture.name + '.' + hex_encode(crypto::sha256(picture.bytes)).substr(0, 16) + "@kontor";
  }

  std::string html_with_names() const {
    auto out = addition_.html;
    for (const auto* picture : pictures()) {
      const auto name = "cid:" + picture->name, id = "cid:" + content_id(*picture);
      for (std::size_t at = out.find(name); at != std::string::npos; at = out.find(name, at)) {
        out.replace(at, name.size(), id);
        at += id.size();
      }
    }
    return out;
  }

  // Each with a line break and a boundary line before it.
  std::string picture_parts(const std::string& boundary) const {
    std::string out;
    for (const auto* picture : pictures()) {
      const auto id = content_id(*picture);
      if (raw_.contains('<' + id + '>')) continue;
      out += "\r\n--" + boundary + "\r\nContent-Type: " + picture->media_type +
             mime::parameter("name", picture->name) + "\r\nContent-ID: <" + id +
             ">\r\nContent-Disposition: inline" + mime::parameter("filename", picture->name) +
             "\r\nContent-Transfer-Encoding: base64\r\n\r\n" +
             mime::encode_base64_lines(picture->bytes);
      out.resize(out.size() - 2);
    }
    return out;
  }

  bool change(std::uint32_t index) {
    const auto part = TextPart::read(raw_, message_.parts[index]);
    if (!part) return false;
    auto written = part->is_html() ? html(*part) : plain(*part, index);
    if (!part->is_html() || pictures().empty()) {
      put_part(index, std::move(written));
      return true;
    }
    const auto parent = parent_of(index);
    if (parent != k_none && message_.parts[parent].subtype == "related" &&
        message_.parts[parent].is_multipart()) {
      put_part(index, std::move(written));
      const auto& around = message_.parts[parent];
      const auto last = whole_of(message_.parts[around.children.back()]);
      const auto more = picture_parts(std::string(around.parameter("boundary")));
      // The part itself may be the last one: behind its new body then.
      if (around.children.back() == index)
        tail_ = more;
      else if (!more.empty())
        edits_.insert(last.offset + last.size, more);
      if (!tail_.empty()) edits_.insert(last.offset + last.size, std::exchange(tail_, {}));
      return true;
    }
    wrap(index, written);
    return true;
  }

  void put_part(std::uint32_t index, Written written) {
    const auto& part = message_.parts[index];
    if (written.header != part.header.of(raw_))
      edits_.replace(part.header, index == 0 ? with_version(std::move(written.header))
                                             : std::move(written.header));
    edits_.replace(part.body, std::move(written.body));
  }

  static std::string with_version(std::string header) {
    return mime::field_value(header, "MIME-Version") ? std::move(header)
                                                     : "MIME-Version: 1.0\r\n" + header;
  }

  // Content fields of the message's own header, which become those of a part, and the rest.
  struct Divided {
    std::string content, rest;
  };
  static Divided divide(std::string_view header) {
    Divided out;
    Edits edits;
    mime::HeaderField field;
    std::uint64_t end = 0;
    for (mime::FieldCursor cursor(header); cursor.next(field);) {
      end = field.range.offset + field.range.size;
      if (!istarts_with(field.name, "Content-")) continue;
      out.content += field.range.of(header);
      if (!out.content.ends_with('\n')) out.content += "\r\n";
      edits.replace(field.range, {});
    }
    out.rest = edits.apply(header.substr(0, end));
    if (!out.rest.empty() && !out.rest.ends_with('\n')) out.rest += "\r\n";
    return out;
  }

  // The HTML part becomes the first of a multipart/related.
  void wrap(std::uint32_t index, const Written& written) {
    const auto boundary = new_boundary(raw_);
    const auto type = "Content-Type: multipart/related; type=\"text/html\";\r\n boundary=\"" +
                      boundary + "\"\r\n";
    const auto& part = message_.parts[index];
    const auto close = "\r\n--" + boundary + "--";
    if (index != 0) {
      edits_.replace(whole_of(part), type + "\r\n--" + boundary + "\r\n" + written.header +
                                         written.body + picture_parts(boundary) + close);
      return;
    }
    const auto divided = divide(written.header);
    edits_.replace(part.header, with_version(divided.rest + type + "\r\n"));
    edits_.replace(part.body, "--" + boundary + "\r\n" + divided.content + "\r\n" + written.body +
                                  picture_parts(boundary) + close + "\r\n");
  }

  std::string own_part() const {
    const auto text = addition_.text.empty() ? mime::html_text(addition_.html) : addition_.text;
    const auto written = new_text_part(trimmed_lines(text), "Content-Disposition: inline\r\n");
    return written.header + written.body;
  }

  // Of a message without a text.
  bool add_part() {
    const auto& root = message_.parts.front();
    if (root.is_multipart()) {
      const auto boundary = std::string(root.parameter("boundary"));
      if (root.subtype != "mixed" || root.children.empty() || boundary.empty()) return false;
      edits_.insert(message_.parts[root.children.front()].header.offset,
                    own_part() + "\r\n--" + boundary + "\r\n");
      return true;
    }
    if (root.type == "text" || root.type == "message") return false;
    const auto boundary = new_boundary(raw_);
    const auto divided = divide(root.header.of(raw_));
    edits_.replace(root.header,
                   with_version(divided.rest + "Content-Type: multipart/mixed;\r\n boundary=\"" +
                                boundary + "\"\r\n\r\n"));
    edits_.insert(root.body.offset, "--" + boundary + "\r\n" + own_part() + "\r\n--" + boundary +
                                        "\r\n" + divided.content + "\r\n");
    edits_.insert(root.body.offset + root.body.size, "\r\n--" + boundary + "--\r\n");
    return true;
  }

  std::string_view raw_;
  const mime::Message& message_;
  const Structure& structure_;
  const Addition& addition_;
  std::vector<std::pair<std::uint32_t, std::uint32_t>> parents_;  // child, parent
  Edits edits_;
  std::string tail_;
};

// The end of a header that has none, so that a body can follow.
void end_header(std::string& message, const mime::Limits& limits) {
  const auto parsed = mime::parse(message, limits);
  const auto& root = parsed.parts.front();
  if (root.header.size < message.size() || has_blank_line(root.header.of(message))) return;
  message += message.empty() || message.ends_with('\n') ? "\r\n" : "\r\n\r\n";
}

}  // namespace

std::string escape_html(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '&')
      out += "&amp;";
    else if (c == '<')
      out += "&lt;";
    else if (c == '>')
      out += "&gt;";
    else if (c == '"')
      out += "&quot;";
    else
      out.push_back(c);
  }
  return out;
}

std::string html_of_text(std::string_view text) {
  const auto escaped = escape_html(trimmed_lines(text));
  std::string out = "<div>";
  for (const char c : escaped) {
    if (c == '\r') continue;
    if (c == '\n')
      out += "<br>\n";
    else
      out.push_back(c);
  }
  return out + "</div>\n";
}

std::string with_references(std::string_view utf8) {
  const auto text = to_valid_utf8(utf8);
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    const auto lead = static_cast<unsigned char>(text[at]);
    const std::size_t size = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    if (size == 1) {
      out.push_back(text[at++]);
      continue;
    }
    std::uint32_t code = lead & (0xFFU >> (size + 1));
    for (std::size_t i = 1; i < size && at + i < text.size(); ++i)
      code = code << 6U | (static_cast<unsigned char>(text[at + i]) & 0x3FU);
    out += fmt::format("&#{};", code);
    at += size;
  }
  return out;
}

std::size_t end_of_html_body(std::string_view html) {
  std::size_t end = html.size();
  std::size_t whole = std::string_view::npos, body = std::string_view::npos;
  for (HtmlTags tags(html); const auto tag = tags.next();) {
    if (!tag->is_end) continue;
    if (tag->name == "body") body = tag->range.offset;
    if (tag->name == "html") whole = tag->range.offset;
  }
  if (body != std::string_view::npos) return body;
  if (whole != std::string_view::npos) return whole;
  while (end > 0 && (html[end - 1] == '\n' || html[end - 1] == '\r')) --end;
  return end;
}

std::size_t start_of_html_body(std::string_view html) {
  std::size_t behind = 0;
  for (HtmlTags tags(html); const auto tag = tags.next();) {
    const auto after = tag->range.offset + tag->range.size;
    if (!tag->is_end && tag->name == "body") return after;
    if ((tag->is_end && tag->name == "head") || (!tag->is_end && tag->name == "html"))
      behind = after;
  }
  return behind;
}

WithText add_text(std::string message, const Addition& addition, const mime::Limits& limits) {
  auto wanted = addition;
  if (wanted.html.empty()) wanted.html = html_of_text(wanted.text);
  if (wanted.text.empty()) wanted.text = mime::html_text(wanted.html);
  if (trim(wanted.text).empty() && trim(wanted.html).empty())
    return {std::move(message), Added::no_place};
  const auto before = message.size();
  end_header(message, limits);
  const auto parsed = mime::parse(message, limits);
  const auto structure = structure_of(message, parsed);
  const auto unchanged = [&](Added outcome) {
    message.resize(before);
    return WithText{std::move(message), outcome};
  };
  if (structure.is_signed || structure.is_encrypted) return unchanged(Added::sealed);
  if (!structure.is_open()) return unchanged(Added::no_place);
  Adder adder(message, parsed, structure, wanted);
  if (wanted.once && adder.has_words_already()) return unchanged(Added::there_already);
  auto changed = adder.run();
  if (!changed) return unchanged(Added::no_place);
  return {*std::move(changed), Added::done};
}

}  // namespace kontor::rules
