// SPDX-License-Identifier: GPL-3.0-or-later
// The preview of a message (RFC 8970): the first text a person would read.
#include <algorithm>
#include <array>

#include "base/core/text.hpp"
#include "base/mime/decode.hpp"
#include "base/mime/header.hpp"
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

struct Entity {
  std::string_view name;
  char32_t code_point;
};
constexpr std::array<Entity, 12> k_entities{{{"amp", '&'},
                                             {"lt", '<'},
                                             {"gt", '>'},
                                             {"quot", '"'},
                                             {"apos", '\''},
                                             {"nbsp", ' '},
                                             {"ndash", 0x2013},
                                             {"mdash", 0x2014},
                                             {"laquo", 0xAB},
                                             {"raquo", 0xBB},
                                             {"hellip", 0x2026},
                                             {"copy", 0xA9}}};

// Text of HTML as far as a preview needs it: tags, comments, style and script dropped.
class HtmlText {
 public:
  explicit HtmlText(std::string_view html) : html_(html) {}

  std::string run() {
    while (pos_ < html_.size()) {
      const char c = html_[pos_];
      if (c == '<')
        skip_tag();
      else if (c == '&')
        read_entity();
      else
        out_.push_back(html_[pos_++]);
    }
    return std::move(out_);
  }

 private:
  void skip_tag() {
    if (html_.substr(pos_).starts_with("<!--")) return skip_behind("-->", 4);
    const auto name_end = html_.find_first_of(" \t\r\n/>", pos_ + 1);
    const auto name = html_.substr(pos_ + 1, std::min(name_end, html_.size()) - pos_ - 1);
    std::string close;
    for (const std::string_view hidden : {"style", "script", "head", "title"})
      if (iequals(name, hidden)) close = "</" + std::string(hidden);
    skip_behind(">", 1);
    if (!close.empty()) skip_element(close);
    out_.push_back(' ');
  }

  void skip_behind(std::string_view mark, std::size_t from) {
    const auto found = html_.find(mark, pos_ + from);
    pos_ = found == std::string_view::npos ? html_.size() : found + mark.size();
  }

  void skip_element(std::string_view close) {
    for (; pos_ < html_.size(); ++pos_)
      if (html_[pos_] == '<' && istarts_with(html_.substr(pos_), close)) return skip_behind(">", 0);
  }

  void read_entity() {
    const auto end = html_.substr(0, std::min(html_.size(), pos_ + 12)).find(';', pos_);
    const auto name =
        end == std::string_view::npos ? std::string_view() : html_.substr(pos_ + 1, end - pos_ - 1);
    char32_t code_point = 0;
    if (name.starts_with('#'))
      code_point = read_number(name.substr(1));
    else
      for (const auto& entity : k_entities)
        if (name == entity.name) code_point = entity.code_point;
    if (code_point == 0) {
      out_.push_back(html_[pos_++]);
      return;
    }
    append_utf8(out_, code_point);
    pos_ = end + 1;
  }

  static char32_t read_number(std::string_view digits) {
    std::uint32_t value = 0;
    const bool hex = digits.starts_with('x') || digits.starts_with('X');
    const auto from = digits.substr(hex ? 1 : 0);
    std::from_chars(from.data(), from.data() + from.size(), value, hex ? 16 : 10);
    const bool scalar = value < 0xD800 || (value > 0xDFFF && value <= 0x10FFFF);
    return scalar ? static_cast<char32_t>(value) : 0;
  }

  std::string_view html_;
  std::string out_;
  std::size_t pos_ = 0;
};

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
  return squeeze(part.subtype == "html" ? HtmlText(text).run() : text, max_characters);
}

}  // namespace kontor::mime
