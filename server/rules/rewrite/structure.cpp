// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/rules/rewrite/structure.hpp"

#include <algorithm>
#include <array>

#include "base/core/text.hpp"
#include "base/mime/content.hpp"
#include "base/mime/decode.hpp"
#include "base/mime/fields.hpp"
#include "base/mime/header.hpp"

namespace kontor::rules {
namespace {

struct Labels {
  std::string disposition, file_name;
  bool has_content_id = false;
};

std::string name_in(const mime::Parametrized& value, std::string_view wanted) {
  for (const auto& parameter : value.parameters)
    if (parameter.name == wanted) return mime::decode_words(parameter.value);
  return {};
}

Labels labels_of(std::string_view header) {
  Labels out;
  mime::HeaderField field;
  std::string of_type;
  for (mime::FieldCursor cursor(header); cursor.next(field);) {
    if (iequals(field.name, "Content-Disposition") && out.disposition.empty()) {
      const auto value = mime::parse_parametrized(field.value);
      out.disposition = value.word;
      out.file_name = name_in(value, "filename");
    } else if (iequals(field.name, "Content-Type") && of_type.empty()) {
      of_type = name_in(mime::parse_parametrized(field.value), "name");
    } else if (iequals(field.name, "Content-ID")) {
      out.has_content_id = true;
    }
  }
  if (out.file_name.empty()) out.file_name = std::move(of_type);
  return out;
}

bool is_body_text(const mime::Part& part) {
  return part.type == "text" && (part.subtype == "plain" || part.subtype == "html");
}

bool is_sealed_type(const mime::Part& part) {
  constexpr auto k_types = std::to_array<std::string_view>({"pkcs7-mime", "x-pkcs7-mime"});
  return part.type == "application" && std::ranges::find(k_types, part.subtype) != k_types.end();
}

bool is_signature(const mime::Part& part) {
  constexpr auto k_types = std::to_array<std::string_view>(
      {"pgp-encrypted", "pgp-signature", "pkcs7-signature", "x-pkcs7-signature"});
  return part.type == "application" && std::ranges::find(k_types, part.subtype) != k_types.end();
}

std::uint64_t decoded_size(std::string_view raw, const mime::Part& part) {
  if (part.encoding == "base64") {
    const auto body = part.body.of(raw);
    const auto digits = std::ranges::count_if(
        body, [](char c) { return c > ' ' && c != '=' && static_cast<unsigned char>(c) < 0x7F; });
    return static_cast<std::uint64_t>(digits) / 4 * 3 +
           static_cast<std::uint64_t>(digits) % 4 * 3 / 4;
  }
  if (part.encoding == "quoted-printable")
    if (const auto decoded = mime::decode_transfer(part.body.of(raw), part.encoding))
      return decoded->size();
  return part.body.size;
}

class Walk {
 public:
  Walk(std::string_view raw, const mime::Message& message) : raw_(raw), message_(message) {}

  Structure run() {
    visit(0, {});
    (void)find_body(0);
    for (const auto index : out_.body) look_for_armour(message_.parts[index]);
    return std::move(out_);
  }

 private:
  struct Place {
    bool is_closed = false;   // within what is signed or encrypted
    bool is_inside = false;   // of a message within
    bool is_related = false;  // a child of multipart/related
  };

  // Depth is bounded by mime::Limits.
  void visit(std::uint32_t index, Place place) {
    const auto& part = message_.parts[index];
    if (part.is_multipart()) {
      const bool is_signed = part.subtype == "signed", is_encrypted = part.subtype == "encrypted";
      if (!place.is_inside) {
        out_.is_signed = out_.is_signed || is_signed;
        out_.is_encrypted = out_.is_encrypted || is_encrypted;
        out_.is_report = out_.is_report || part.subtype == "report";
      }
      place.is_closed = place.is_closed || is_signed || is_encrypted;
      place.is_related = part.subtype == "related";
      for (const auto child : part.children) visit(child, place);
      return;
    }
    add_leaf(index, part, place);
    place.is_inside = true;
    place.is_related = false;
    for (const auto child : part.children) visit(child, place);
  }

  void add_leaf(std::uint32_t index, const mime::Part& part, const Place& place) {
    const auto labels = labels_of(part.header.of(raw_));
    if (is_sealed_type(part) && !place.is_inside) seal(part);
    const bool is_file = labels.disposition == "attachment" || !labels.file_name.empty();
    if (is_body_text(part) && !place.is_closed) out_.texts.push_back(index);
    if (is_signature(part)) return;
    if (part.is_message() && index == 0) return;
    const bool is_shown = place.is_related && part.type == "image" && labels.has_content_id;
    const bool is_attached =
        is_file || part.is_message() || (part.type != "text" && part.type != "message");
    if (!is_attached || is_shown || is_sealed_type(part)) return;
    out_.files.push_back({index, labels.file_name, part.type + '/' + part.subtype,
                          decoded_size(raw_, part), place.is_closed});
  }

  // RFC 8551, 3.2: one media type for both.
  void seal(const mime::Part& part) {
    const auto kind = to_lower(part.parameter("smime-type"));
    if (kind == "signed-data" || kind == "certs-only")
      out_.is_signed = true;
    else
      out_.is_encrypted = true;
  }

  // True: something of the text was found there.
  bool find_body(std::uint32_t index) {
    const auto& part = message_.parts[index];
    if (!part.is_multipart()) {
      if (!is_body_text(part)) return false;
      if (labels_of(part.header.of(raw_)).disposition == "attachment") return false;
      out_.body.push_back(index);
      return true;
    }
    bool is_found = false;
    if (part.subtype == "alternative") {
      for (const auto child : part.children) is_found = find_body(child) || is_found;
      return is_found;
    }
    return std::ranges::any_of(part.children,
                               [&](std::uint32_t child) { return find_body(child); });
  }

  // PGP without MIME.
  void look_for_armour(const mime::Part& part) {
    constexpr std::size_t k_looked_at = 4'096;
    const auto begin = part.body.of(raw_).substr(0, k_looked_at);
    if (begin.find("-----BEGIN PGP SIGNED MESSAGE-----") != std::string_view::npos)
      out_.is_signed = true;
    if (begin.find("-----BEGIN PGP MESSAGE-----") != std::string_view::npos)
      out_.is_encrypted = true;
  }

  std::string_view raw_;
  const mime::Message& message_;
  Structure out_;
};

}  // namespace

Structure structure_of(std::string_view raw, const mime::Message& message) {
  return Walk(raw, message).run();
}

mime::Range whole_of(const mime::Part& part) {
  return {part.header.offset, part.body.offset + part.body.size - part.header.offset};
}

}  // namespace kontor::rules
