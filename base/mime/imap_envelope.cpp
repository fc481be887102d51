// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <array>

#include "base/core/text.hpp"
#include "base/mime/fields.hpp"
#include "base/mime/header.hpp"
#include "base/mime/imap_structure.hpp"
#include "base/mime/imap_text.hpp"

namespace kontor::mime {
namespace {

enum Field : std::size_t { date, subject, from, sender, reply_to, to, cc, bcc, in_reply_to, id };
constexpr std::array<std::string_view, 10> k_names{"Date",        "Subject",   "From", "Sender",
                                                   "Reply-To",    "To",        "Cc",   "Bcc",
                                                   "In-Reply-To", "Message-ID"};
using Values = std::array<std::optional<std::string>, k_names.size()>;

// The first field of a name counts; To, Cc and Bcc given again are joined (RFC 5322, 4.5.3).
Values read_values(std::string_view header) {
  Values values;
  HeaderField field;
  for (FieldCursor cursor(header); cursor.next(field);) {
    const auto found = std::ranges::find_if(
        k_names, [&](std::string_view name) { return iequals(name, field.name); });
    if (found == k_names.end()) continue;
    const auto which = static_cast<std::size_t>(found - k_names.begin());
    auto& value = values[which];
    if (!value)
      value = trim(unfold(field.value));
    else if (which == to || which == cc || which == bcc)
      value->append(", ").append(trim(unfold(field.value)));
  }
  return values;
}

void append_address(std::string& out, const Mailbox& mailbox) {
  const auto or_nil = [&](std::string_view text) {
    if (text.empty())
      out.append("NIL");
    else
      append_imap_string(out, text);
    out.push_back(' ');
  };
  out.push_back('(');
  or_nil(mailbox.name);
  or_nil(mailbox.route);
  // RFC 9051, 7.5.2: NIL here would mean the syntax of groups, so what is missing is "".
  append_imap_string(out, mailbox.local);
  out.push_back(' ');
  append_imap_string(out, mailbox.domain);
  out.push_back(')');
}

void append_addresses(std::string& out, const std::optional<std::string>& value) {
  const auto addresses = parse_addresses(value ? std::string_view(*value) : std::string_view());
  if (addresses.empty()) {  // RFC 9051, 7.5.2: absent or empty is NIL
    out.append("NIL");
    return;
  }
  out.push_back('(');
  for (const auto& address : addresses) {
    if (!address.is_group) {
      append_address(out, address.mailbox);
      continue;
    }
    out.append("(NIL NIL ");
    append_imap_string(out, address.group_name);
    out.append(" NIL)");
    for (const auto& member : address.members) append_address(out, member);
    out.append("(NIL NIL NIL NIL)");
  }
  out.push_back(')');
}

}  // namespace

void append_imap_string(std::string& out, std::string_view text) {
  const bool quotable = std::ranges::all_of(text, [](char c) {
    return static_cast<unsigned char>(c) < 0x80 && c != '\r' && c != '\n' && c != '\0';
  });
  if (quotable) {
    out.push_back('"');
    for (const char c : text) {
      if (c == '"' || c == '\\') out.push_back('\\');
      out.push_back(c);
    }
    out.push_back('"');
    return;
  }
  std::string bytes(text);
  std::erase(bytes, '\0');
  out.append("{").append(std::to_string(bytes.size())).append("}\r\n").append(bytes);
}

void append_imap_nstring(std::string& out, const std::optional<std::string>& text) {
  if (text)
    append_imap_string(out, *text);
  else
    out.append("NIL");
}

void append_imap_envelope(std::string& out, std::string_view header) {
  Values values = read_values(header);
  // RFC 9051, 7.5.2: Sender and Reply-To that are absent or empty are the same as From.
  for (const auto which : {sender, reply_to})
    if (!values[which] || values[which]->empty()) values[which] = values[from];
  out.push_back('(');
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (i != 0) out.push_back(' ');
    if (i >= from && i <= bcc)
      append_addresses(out, values[i]);
    else
      append_imap_nstring(out, values[i]);
  }
  out.push_back(')');
}

std::string imap_envelope(std::string_view raw, const Message& message) {
  std::string out;
  append_imap_envelope(
      out, message.parts.empty() ? std::string_view() : message.parts.front().header.of(raw));
  return out;
}

}  // namespace kontor::mime
