// SPDX-License-Identifier: GPL-3.0-or-later
// mime_dump FILE...: what base/mime reads in each file, one line of JSON a file, for comparison
// with other readers (tests/functional/mime_compare.py). Byte strings are in base64.
#include <boost/json.hpp>
#include <fstream>
#include <iostream>
#include <sstream>

#include "base/core/text.hpp"
#include "base/mime/decode.hpp"
#include "base/mime/header.hpp"
#include "base/mime/imap_structure.hpp"
#include "base/mime/message.hpp"

namespace {

namespace json = boost::json;
namespace mime = kontor::mime;

json::array range(const mime::Range& value) { return {value.offset, value.size}; }

json::object dump_part(std::string_view raw, const mime::Part& part) {
  json::object out;
  out["type"] = part.type + "/" + part.subtype;
  out["encoding"] = part.encoding;
  out["header"] = range(part.header);
  out["body"] = range(part.body);
  out["lines"] = part.lines;
  out["children"] = json::array(part.children.begin(), part.children.end());
  json::object parameters;
  for (const auto& parameter : part.parameters)
    parameters[kontor::base64_encode(parameter.name)] = kontor::base64_encode(parameter.value);
  out["parameters"] = parameters;
  const auto body = part.body.of(raw);
  const auto decoded = mime::decode_transfer(body, part.encoding);
  if (part.children.empty())
    out["decoded"] = kontor::base64_encode(decoded ? *decoded : std::string(body));
  return out;
}

json::array dump_addresses(std::string_view header, std::string_view name) {
  json::array out;
  const auto add = [&](const mime::Mailbox& mailbox) {
    out.push_back(json::array{kontor::base64_encode(mime::decode_words(mailbox.name)),
                              kontor::base64_encode(mailbox.address())});
  };
  const auto value = mime::field_value(header, name);
  for (const auto& address : mime::parse_addresses(value.value_or(""))) {
    if (!address.is_group) add(address.mailbox);
    for (const auto& member : address.members) add(member);
  }
  return out;
}

json::object dump(std::string_view raw) {
  const mime::Message message = mime::parse(raw, {});
  json::object out;
  json::array parts;
  for (const auto& part : message.parts) parts.push_back(dump_part(raw, part));
  out["parts"] = std::move(parts);
  const auto header = message.parts.front().header.of(raw);
  if (const auto subject = mime::field_value(header, "Subject"))
    out["subject"] = kontor::base64_encode(mime::decode_words(*subject));
  const auto date = mime::parse_date(mime::field_value(header, "Date").value_or(""));
  if (date) out["date"] = date->time_since_epoch().count();
  for (const std::string_view name : {"From", "To", "Cc"})
    out[kontor::to_lower(name)] = dump_addresses(header, name);
  out["envelope"] = kontor::base64_encode(mime::imap_envelope(raw, message));
  out["bodystructure"] = kontor::base64_encode(mime::imap_bodystructure(raw, message));
  out["preview"] = kontor::base64_encode(mime::preview(raw, message));
  return out;
}

}  // namespace

int main(int argc, char** argv) {
  for (int i = 1; i < argc; ++i) {
    std::ifstream file(argv[i], std::ios::binary);
    std::ostringstream bytes;
    bytes << file.rdbuf();
    std::cout << json::serialize(dump(bytes.str())) << "\n";
  }
  return 0;
}
