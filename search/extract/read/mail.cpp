// SPDX-License-Identifier: GPL-3.0-or-later
// A message kept as a file: its subject, people, texts, and what is attached to it.
#include <array>

#include "base/core/text.hpp"
#include "base/mime/content.hpp"
#include "base/mime/decode.hpp"
#include "base/mime/detect.hpp"
#include "base/mime/header.hpp"
#include "base/mime/message.hpp"
#include "search/extract/read/readers.hpp"

namespace kontor::search {
namespace {

constexpr std::array k_fields{"Subject", "From", "To", "Cc", "Date"};

void add_header(std::string_view header, Reading& reading) {
  for (const auto* name : k_fields)
    if (const auto value = mime::field_value(header, name))
      reading.add_line(mime::decode_words(*value));
}

std::string file_name(std::string_view raw, const mime::Part& part) {
  if (const auto value = mime::field_value(part.header.of(raw), "Content-Disposition"))
    for (const auto& parameter : mime::parse_parametrized(*value).parameters)
      if (parameter.name == "filename") return mime::decode_words(parameter.value);
  return mime::decode_words(part.parameter("name"));
}

Verdict read_part(std::string_view raw, const mime::Part& part, Reading& reading) {
  const auto name = file_name(raw, part);
  if (!name.empty()) reading.add_line(name);
  const bool is_named_charset = part.type == "text" && !part.parameter("charset").empty();
  if (is_named_charset && name.empty() && part.subtype != "html") {
    reading.add_line(mime::part_text(raw, part));
    return {};
  }
  const auto body = part.body.of(raw);
  const auto decoded = mime::decode_transfer(body, part.encoding);
  auto bytes = decoded ? *decoded : std::string(body);
  // The charset of its own is undone here: the inner reader knows of none.
  if (is_named_charset) bytes = mime::to_utf8(bytes, part.parameter("charset"));
  auto verdict = reading.read_inner({bytes, part.type + "/" + part.subtype, name});
  reading.add("\n");
  return verdict;
}

}  // namespace

Verdict read_mail(std::string_view bytes, Reading& reading) {
  const auto message = mime::parse(bytes, {});
  Members members;
  for (const auto& part : message.parts) {
    if (reading.is_full()) break;
    if (&part == message.parts.data()) add_header(part.header.of(bytes), reading);
    if (part.is_multipart()) continue;
    if (part.is_message() && !part.children.empty()) {
      const auto& inner = message.parts[part.children.front()];
      add_header(inner.header.of(bytes), reading);
      continue;
    }
    if (!reading.may_open_file()) {
      members.left_out("the message has more parts than are looked through");
      break;
    }
    members.saw(file_name(bytes, part), read_part(bytes, part, reading));
  }
  return members.verdict();
}

}  // namespace kontor::search
