// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/smtp/trace_fields.hpp"

#include <algorithm>

#include "base/core/text.hpp"
#include "base/mime/header.hpp"

namespace kontor::smtp {
namespace {

// RFC 5321, 4.1.3 and 4.4: TCP-info is an address literal.
std::string literal(std::string_view address) {
  const bool is_v6 = address.find(':') != std::string_view::npos;
  return (is_v6 ? "[IPv6:" : "[") + std::string(address) + ']';
}

}  // namespace

std::string return_path_field(std::string_view sender) {
  return "Return-Path: <" + std::string(sender) + ">\r\n";
}

std::string protocol_word(const TraceInfo& info) {
  std::string word = info.is_utf8 ? "UTF8" : "";
  if (info.role == Role::lmtp) {
    word += "LMTP";
  } else {
    // RFC 3848 has the S and the A only behind ESMTP; RFC 6531, 4.3 leaves the E out.
    word += info.is_utf8 || (!info.is_extended && info.tls.version.empty()) ? "SMTP" : "ESMTP";
  }
  if (!info.tls.version.empty()) word += 'S';
  if (info.is_signed_in) word += 'A';
  return word;
}

std::string received_field(const TraceInfo& info) {
  const std::string peer = literal(info.peer_address);
  // A name that is no name (RFC 5321, 4.1.4 lets it in) would break the field's grammar.
  std::string field = "Received: from " + (info.hello.is_valid ? info.hello.name : peer);
  field += " (" + peer + ")\r\n\tby " + info.server_name + " (Kontor) with " + protocol_word(info);
  field += " id " + info.trace;
  if (!info.recipient.empty()) field += "\r\n\tfor <" + info.recipient + ">";
  if (!info.tls.cipher.empty()) field += "\r\n\ttls " + info.tls.cipher;  // RFC 8314, 4.3
  return field + ";\r\n\t" + mime::format_date(info.time) + "\r\n";
}

std::string_view header_of(std::string_view message) noexcept {
  if (message.starts_with("\r\n")) return message.substr(0, 2);
  const auto end = message.find("\r\n\r\n");
  return end == std::string_view::npos ? message : message.substr(0, end + 4);
}

std::size_t count_hops(std::string_view message) {
  const auto fields = mime::parse_fields(header_of(message));
  return static_cast<std::size_t>(std::ranges::count_if(
      fields, [](const mime::HeaderField& field) { return iequals(field.name, "Received"); }));
}

std::string delivered_to_field(std::string_view address) {
  return "Delivered-To: " + std::string(address) + "\r\n";
}

bool went_through(std::string_view message, std::string_view address) {
  const auto fields = mime::parse_fields(header_of(message));
  return std::ranges::any_of(fields, [&](const mime::HeaderField& field) {
    return iequals(field.name, "Delivered-To") && iequals(trim(field.value), address);
  });
}

}  // namespace kontor::smtp
