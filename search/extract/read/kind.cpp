// SPDX-License-Identifier: GPL-3.0-or-later
#include "search/extract/read/kind.hpp"

#include <algorithm>
#include <array>

#include "base/core/text.hpp"
#include "base/mime/detect.hpp"

namespace kontor::search {
namespace {

struct Magic {
  std::size_t at;
  std::string_view bytes;
  Kind kind;
};
constexpr std::array k_magic{
    Magic{0, "PK\x03\x04", Kind::zip},
    Magic{0, "PK\x05\x06", Kind::zip},
    Magic{0, "{\\rt", Kind::rtf},
    Magic{0, "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", Kind::compound},
    Magic{0, "\x78\x9F\x3E\x22", Kind::tnef},
    Magic{0, "7z\xBC\xAF\x27\x1C", Kind::archive},
    Magic{0, "Rar!\x1A\x07", Kind::archive},
    Magic{0, "\x1F\x8B\x08", Kind::archive},
    Magic{0, "BZh", Kind::archive},
    Magic{0,
          {"\xFD"
           "7zXZ\0",
           6},
          Kind::archive},
    Magic{0, "\x28\xB5\x2F\xFD", Kind::archive},
    Magic{257, "ustar", Kind::archive},
    Magic{0, "\x89PNG", Kind::none},
    Magic{0, "\xFF\xD8\xFF", Kind::none},
    Magic{0, "GIF8", Kind::none},
    Magic{0, {"II*\0", 4}, Kind::none},
    Magic{0, {"MM\0*", 4}, Kind::none},
    Magic{0, "RIFF", Kind::none},
    Magic{0, "OggS", Kind::none},
    Magic{0, "ID3", Kind::none},
    Magic{0, "fLaC", Kind::none},
    Magic{4, "ftyp", Kind::none},
    Magic{0,
          "\x7F"
          "ELF",
          Kind::none},
    Magic{0, {"MZ\x90\0", 4}, Kind::none},
};

struct Name {
  std::string_view name;
  Kind kind;
};
// Of text that shows no magic. By what follows the last dot.
constexpr std::array k_endings{
    Name{"txt", Kind::plain},  Name{"log", Kind::plain},  Name{"csv", Kind::plain},
    Name{"tsv", Kind::plain},  Name{"md", Kind::plain},   Name{"ics", Kind::plain},
    Name{"vcf", Kind::plain},  Name{"json", Kind::plain}, Name{"ini", Kind::plain},
    Name{"conf", Kind::plain}, Name{"yaml", Kind::plain}, Name{"yml", Kind::plain},
    Name{"htm", Kind::html},   Name{"html", Kind::html},  Name{"xhtml", Kind::html},
    Name{"xml", Kind::xml},    Name{"fodt", Kind::xml},   Name{"fods", Kind::xml},
    Name{"fodp", Kind::xml},   Name{"eml", Kind::mail},   Name{"mht", Kind::mail},
    Name{"mhtml", Kind::mail}, Name{"tar", Kind::archive}};
constexpr std::array k_types{Name{"text/html", Kind::html},
                             Name{"application/xhtml+xml", Kind::html},
                             Name{"text/xml", Kind::xml},
                             Name{"application/xml", Kind::xml},
                             Name{"message/rfc822", Kind::mail},
                             Name{"message/global", Kind::mail},
                             Name{"application/x-tar", Kind::archive}};

template <std::size_t Size>
const Name* find_name(const std::array<Name, Size>& names, std::string_view name) {
  for (const auto& entry : names)
    if (iequals(entry.name, name)) return &entry;
  return nullptr;
}

std::string_view ending_of(std::string_view name) {
  const auto dot = name.rfind('.');
  return dot == std::string_view::npos ? std::string_view() : name.substr(dot + 1);
}

bool is_html(std::string_view head) {
  return istarts_with(head, "<!doctype html") || istarts_with(head, "<html") ||
         istarts_with(head, "<head") || istarts_with(head, "<body");
}

bool is_field(std::string_view line) {
  const auto colon = line.find(':');
  return colon != std::string_view::npos && colon > 0 &&
         line.substr(0, colon).find_first_of(" \t") == std::string_view::npos;
}

// The header of a message at the beginning of the file: three fields that messages have.
bool is_mail(std::string_view head) {
  constexpr std::array<std::string_view, 12> names{
      "received:",   "return-path:",  "from:",         "to:",           "date:", "subject:",
      "message-id:", "mime-version:", "delivered-to:", "content-type:", "x-",    "reply-to:"};
  int fields = 0;
  for (const auto line : split(head.substr(0, 4'096), '\n')) {
    if (line.starts_with(' ') || line.starts_with('\t')) continue;
    const bool known =
        std::ranges::any_of(names, [&](std::string_view name) { return istarts_with(line, name); });
    if (!known && !is_field(line)) break;
    fields += known ? 1 : 0;
  }
  return fields >= 3;
}

Kind kind_of_text(const Attachment& file, std::string_view head) {
  const auto* by_type = find_name(k_types, file.media_type);
  const auto* by_name = find_name(k_endings, ending_of(file.file_name));
  if (is_html(head)) return Kind::html;
  if (head.starts_with("<?xml"))
    return by_type != nullptr && by_type->kind == Kind::html ? Kind::html : Kind::xml;
  if (by_type != nullptr) return by_type->kind;
  if (by_name != nullptr && by_name->kind != Kind::plain) return by_name->kind;
  return is_mail(head) ? Kind::mail : Kind::plain;
}

// Neither magic nor text: what is said of it has to be likely. Parts of messages may be binary, tar
// as it was before POSIX has no magic, and text may hold a few strange bytes.
Kind kind_of_binary(const Attachment& file, std::string_view head) {
  const auto* by_type = find_name(k_types, file.media_type);
  const auto* by_name = find_name(k_endings, ending_of(file.file_name));
  const auto says = [&](Kind kind) {
    return (by_type != nullptr && by_type->kind == kind) ||
           (by_name != nullptr && by_name->kind == kind);
  };
  if (says(Kind::mail) || is_mail(head)) return Kind::mail;
  if (says(Kind::archive)) return Kind::archive;
  const bool is_said_text = istarts_with(file.media_type, "text/") || says(Kind::plain);
  return is_said_text && !head.contains('\0') ? kind_of_text(file, head) : Kind::none;
}

}  // namespace

Kind kind_of(const Attachment& file) {
  const auto bytes = file.bytes;
  const bool is_text = mime::looks_like_text(bytes);
  for (const auto& magic : k_magic) {
    const bool is_it = bytes.size() >= magic.at && bytes.substr(magic.at).starts_with(magic.bytes);
    // A letter about RIFF files is not one.
    const bool is_binary = magic.kind == Kind::none || magic.kind == Kind::archive;
    if (is_it && !(is_binary && is_text)) return magic.kind;
  }
  // ISO 32000-1, annex H, 3.4.1: within the first 1024 bytes.
  if (bytes.substr(0, 1'024).contains("%PDF-")) return Kind::pdf;
  auto head = bytes.substr(0, 4'096);
  if (head.starts_with("\xEF\xBB\xBF")) head.remove_prefix(3);
  head = trim(head);
  return is_text ? kind_of_text(file, head) : kind_of_binary(file, head);
}

}  // namespace kontor::search
