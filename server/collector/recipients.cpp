// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/collector/recipients.hpp"

#include <algorithm>

#include "base/core/text.hpp"
#include "base/mime/header.hpp"

namespace kontor::collector {
namespace {

constexpr std::string_view k_collected = "X-Kontor-Collected";
constexpr std::size_t k_most = 100;
constexpr std::size_t k_max_address = 320;

// Nothing in it ends a line, a path or a header field.
bool is_address(std::string_view address) {
  const auto is_bad = [](char c) {
    return static_cast<unsigned char>(c) <= ' ' || c == 0x7F || c == '<' || c == '>';
  };
  const auto at = address.rfind('@');
  return at != std::string_view::npos && at > 0 && at + 1 < address.size() &&
         address.size() <= k_max_address && is_utf8(address) &&
         std::ranges::none_of(address, is_bad);
}

std::vector<std::string> addresses_of(const mime::HeaderField& field) {
  std::vector<std::string> out;
  const auto add = [&out](const mime::Mailbox& mailbox) {
    auto address = mailbox.address();
    if (is_address(address)) out.push_back(std::move(address));
  };
  for (const auto& one : mime::parse_addresses(mime::unfold(field.value))) {
    if (!one.is_group) add(one.mailbox);
    for (const auto& member : one.members) add(member);
  }
  return out;
}

// A word of a Received field's clauses; comments are passed over (RFC 5322, 3.2.2).
std::string_view next_word(std::string_view& rest) {
  for (;;) {
    rest = trim(rest);
    if (!rest.starts_with('(')) break;
    std::size_t depth = 0, i = 0;
    for (; i < rest.size(); ++i) {
      if (rest[i] == '\\')
        ++i;
      else if (rest[i] == '(')
        ++depth;
      else if (rest[i] == ')' && --depth == 0)
        break;
    }
    rest.remove_prefix(std::min(i + 1, rest.size()));
  }
  const auto end = rest.find_first_of(" \t\r\n(;");
  const auto length = end == 0 ? std::size_t{1} : end;
  const auto word = rest.substr(0, length);
  rest.remove_prefix(word.size());
  return word;
}

}  // namespace

std::string collected_field(const Uuid& source) {
  return std::string(k_collected) + ": " + source.text() + "\r\n";
}

bool was_collected(std::string_view header, const Uuid& source) {
  const auto text = source.text();
  return std::ranges::any_of(mime::parse_fields(header), [&](const mime::HeaderField& field) {
    return iequals(field.name, k_collected) && trim(field.value) == text;
  });
}

std::string received_for(std::string_view value) {
  auto rest = value;
  while (!trim(rest).empty()) {
    const auto word = next_word(rest);
    if (word == ";" || word.empty()) break;
    if (!iequals(word, "for")) continue;
    auto address = next_word(rest);
    if (address.starts_with('<')) address.remove_prefix(1);
    if (address.ends_with('>')) address.remove_suffix(1);
    return is_address(address) ? std::string(address) : std::string();
  }
  return {};
}

std::vector<std::string> addresses_in(std::string_view header,
                                      const std::vector<std::string>& names,
                                      std::size_t hops,
                                      bool (*is_ours)(void* context, std::string_view address),
                                      void* context) {
  const auto fields = mime::parse_fields(header);
  std::vector<std::string> out;
  const auto add = [&](std::string address) {
    const auto same = [&](const std::string& one) { return iequals(one, address); };
    if (out.size() < k_most && is_ours(context, address) && std::ranges::none_of(out, same))
      out.push_back(std::move(address));
  };
  for (const auto& name : names) {
    const bool is_received = iequals(name, "Received");
    std::size_t seen = 0;
    for (const auto& field : fields) {
      if (!iequals(field.name, name) || (is_received && seen++ >= hops)) continue;
      if (!is_received) {
        for (auto& address : addresses_of(field)) add(std::move(address));
      } else if (auto address = received_for(field.value); out.empty() && !address.empty()) {
        add(std::move(address));
      }
    }
    if (!out.empty()) return out;
  }
  return out;
}

std::string sender_in(std::string_view header) {
  for (const auto& field : mime::parse_fields(header)) {
    if (!iequals(field.name, "Return-Path")) continue;
    const auto addresses = addresses_of(field);
    return addresses.size() == 1 ? addresses.front() : std::string();
  }
  return {};
}

std::size_t count_received(std::string_view header) {
  const auto fields = mime::parse_fields(header);
  const auto is_one = [](const mime::HeaderField& one) { return iequals(one.name, "Received"); };
  return static_cast<std::size_t>(std::ranges::count_if(fields, is_one));
}

std::string_view header_of(std::string_view message) noexcept {
  if (message.starts_with("\r\n")) return message.substr(0, 2);
  const auto end = message.find("\r\n\r\n");
  return end == std::string_view::npos ? message : message.substr(0, end + 4);
}

std::string_view without_first_return_path(std::string_view message) noexcept {
  constexpr std::string_view k_name = "Return-Path:";
  if (!istarts_with(message, k_name)) return message;
  auto end = message.find("\r\n");
  while (end != std::string_view::npos && end + 2 < message.size() &&
         (message[end + 2] == ' ' || message[end + 2] == '\t'))
    end = message.find("\r\n", end + 2);
  return end == std::string_view::npos ? std::string_view() : message.substr(end + 2);
}

std::string with_crlf(std::string bytes) {
  std::ranges::replace(bytes, '\0', ' ');
  std::size_t bare = 0;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    const bool is_lf = bytes[i] == '\n' && (i == 0 || bytes[i - 1] != '\r');
    const bool is_cr = bytes[i] == '\r' && (i + 1 == bytes.size() || bytes[i + 1] != '\n');
    bare += is_lf || is_cr ? 1U : 0U;
  }
  if (bare == 0) return bytes;
  std::string out;
  out.reserve(bytes.size() + bare);
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    const char c = bytes[i];
    if (c == '\n' && (i == 0 || bytes[i - 1] != '\r')) out += '\r';
    out += c;
    if (c == '\r' && (i + 1 == bytes.size() || bytes[i + 1] != '\n')) out += '\n';
  }
  return out;
}

}  // namespace kontor::collector
