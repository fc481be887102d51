// SPDX-License-Identifier: GPL-3.0-or-later
#include "search/fields/parts.hpp"

#include <algorithm>
#include <array>

#include "base/core/text.hpp"
#include "base/mime/content.hpp"
#include "base/mime/decode.hpp"
#include "base/mime/header.hpp"
#include "base/mime/html_text.hpp"
#include "search/extract/worth.hpp"

namespace kontor::search {
namespace {

// What of a part's own header names it.
struct Labels {
  std::string disposition;  // lower case
  std::string file_name;    // of Content-Disposition, else of Content-Type
  std::vector<std::string> all;
  bool has_content_id = false;
};

void add_names(const mime::HeaderField& field, bool is_disposition, Labels& labels) {
  const auto value = mime::parse_parametrized(field.value);
  if (is_disposition && labels.disposition.empty()) labels.disposition = value.word;
  for (const auto& parameter : value.parameters) {
    if (parameter.name != "name" && parameter.name != "filename") continue;
    auto name = mime::decode_words(parameter.value);
    if (name.empty()) continue;
    if (is_disposition || labels.file_name.empty()) labels.file_name = name;
    if (std::ranges::find(labels.all, name) == labels.all.end())
      labels.all.push_back(std::move(name));
  }
}

Labels labels_of(std::string_view header) {
  Labels labels;
  for (const auto& field : mime::parse_fields(header)) {
    if (iequals(field.name, "Content-Type"))
      add_names(field, false, labels);
    else if (iequals(field.name, "Content-Disposition"))
      add_names(field, true, labels);
    else if (iequals(field.name, "Content-Description"))
      labels.all.push_back(mime::decode_words(field.value));
    else if (iequals(field.name, "Content-ID"))
      labels.has_content_id = true;
  }
  return labels;
}

// What a server says of a delivery, for one (RFC 3464, 2.1); a piece of a message is no text.
bool is_report(const mime::Part& part) {
  return part.type == "message" && !part.is_message() && part.subtype != "partial" &&
         part.subtype != "external-body";
}

// Its text is decoded here. A multipart without parts is text as well.
bool is_text(const mime::Part& part) {
  if (!part.children.empty()) return false;
  return (part.type == "text" && part.subtype != "rtf") || part.is_multipart() || is_report(part);
}

bool is_signature(const mime::Part& part) {
  constexpr auto subtypes = std::to_array<std::string_view>(
      {"pgp-encrypted", "pgp-keys", "pgp-signature", "pkcs7-signature", "x-pkcs7-signature"});
  return part.type == "application" && std::ranges::find(subtypes, part.subtype) != subtypes.end();
}

// Without a name it is a part of the message as its sender made it up.
bool is_picture_or_sound(const mime::Part& part) {
  return part.type == "image" || part.type == "audio" || part.type == "video" ||
         part.type == "font";
}

class Walk {
 public:
  Walk(std::string_view raw, const mime::Message& message) : raw_(raw), message_(message) {}

  std::vector<FieldText> run() {
    add_part(message_.parts.front(), false);
    return std::move(out_);
  }

 private:
  // Depth is bounded by mime::Limits.
  void add_part(const mime::Part& part, bool inside_message) {
    const auto header = part.header.of(raw_);
    if (inside_message) {
      for (const auto& field : mime::parse_fields(header))
        add(Field::body, mime::decode_words(field.value));
    } else {
      for (auto& label : labels_of(header).all) add(Field::attachment_name, std::move(label));
    }
    if (is_text(part)) {
      auto text = mime::part_text(raw_, part);
      add(Field::body, part.subtype == "html" ? mime::html_text(text) : std::move(text));
    }
    for (const auto child : part.children) add_part(message_.parts[child], part.is_message());
  }

  void add(Field field, std::string text) {
    if (!text.empty()) out_.push_back({field, std::move(text)});
  }

  std::string_view raw_;
  const mime::Message& message_;
  std::vector<FieldText> out_;
};

}  // namespace

std::vector<HeaderText> header_texts(std::string_view raw) {
  std::vector<HeaderText> out;
  for (const auto& field : mime::parse_fields(raw))
    out.push_back({to_lower(field.name), mime::decode_words(field.value)});
  return out;
}

std::vector<FieldText> part_texts(std::string_view raw, const mime::Message& message) {
  return Walk(raw, message).run();
}

std::vector<AttachmentPart> attachment_parts(std::string_view raw, const mime::Message& message) {
  std::vector<AttachmentPart> out;
  for (const auto& part : message.parts) {
    if (!part.children.empty() || is_text(part) || part.body.size == 0) continue;
    AttachmentPart found{part.body, part.encoding, part.type + "/" + part.subtype,
                         labels_of(part.header.of(raw)).file_name};
    if (is_worth_reading(found.media_type, found.file_name)) out.push_back(std::move(found));
  }
  return out;
}

std::string attachment_bytes(std::string_view raw, const AttachmentPart& part) {
  const auto body = part.body.of(raw);
  auto decoded = mime::decode_transfer(body, part.encoding);
  return decoded ? *std::move(decoded) : std::string(body);
}

bool has_attachment(std::string_view raw, const mime::Message& message) {
  return std::ranges::any_of(message.parts, [&](const mime::Part& part) {
    if (part.is_message() && &part != &message.parts.front()) return true;
    if (!part.children.empty() || part.is_multipart() || is_signature(part)) return false;
    const auto labels = labels_of(part.header.of(raw));
    if (labels.disposition == "attachment") return true;
    if (labels.file_name.empty()) return !is_text(part) && !is_picture_or_sound(part);
    return !(part.type == "image" && labels.has_content_id);  // shown by the text
  });
}

}  // namespace kontor::search
