// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/smtp/wire/address.hpp"

#include <arpa/inet.h>

#include <algorithm>

#include "base/core/text.hpp"

namespace kontor::smtp::wire {
namespace {

bool is_alnum(char c) noexcept {
  const char lower = ascii_lower(c);
  return is_digit(c) || (lower >= 'a' && lower <= 'z');
}
bool is_8bit(char c) noexcept { return static_cast<unsigned char>(c) >= 0x80; }

// RFC 5322, 3.2.3; with UTF8-non-ascii of RFC 6531, 3.3.
bool is_atext(char c) noexcept {
  return is_alnum(c) || is_8bit(c) ||
         std::string_view("!#$%&'*+-/=?^_`{|}~").find(c) != std::string_view::npos;
}

bool is_dot_string(std::string_view text) noexcept {
  if (text.empty()) return false;
  for (const auto atom : split(text, '.'))
    if (atom.empty() || !std::ranges::all_of(atom, is_atext)) return false;
  return true;
}

bool is_label(std::string_view label) noexcept {
  const auto inner = [](char c) { return is_alnum(c) || is_8bit(c) || c == '-' || c == '_'; };
  return !label.empty() && label.size() <= 63 && label.front() != '-' && label.back() != '-' &&
         std::ranges::all_of(label, inner);
}

// Length of the quoted-string at the start of `text` with its quotes, its content in `out`; 0 when
// there is none (RFC 5321, 4.1.2: qtextSMTP and quoted-pairSMTP are printable ASCII).
std::size_t read_quoted(std::string_view text, std::string& out) {
  if (text.empty() || text.front() != '"') return 0;
  for (std::size_t i = 1; i < text.size(); ++i) {
    if (text[i] == '"') return i + 1;
    if (text[i] == '\\' && ++i == text.size()) return 0;
    const auto byte = static_cast<unsigned char>(text[i]);
    if (byte < 0x20 || byte == 0x7F) return 0;
    out.push_back(text[i]);
  }
  return 0;
}

// Where the path that starts at text[0] == '<' ends: the index of its '>', quotes respected.
std::size_t find_path_end(std::string_view text) noexcept {
  bool quoted = false;
  for (std::size_t i = 1; i < text.size(); ++i) {
    if (quoted && text[i] == '\\') {
      ++i;
    } else if (text[i] == '"') {
      quoted = !quoted;
    } else if (text[i] == '>' && !quoted) {
      return i;
    }
  }
  return std::string_view::npos;
}

// A-d-l ":" of RFC 5321, 4.1.2, dropped.
Result<std::string_view> drop_source_route(std::string_view text) {
  if (!text.starts_with('@')) return text;
  const auto colon = text.find(':');
  if (colon == std::string_view::npos) return fail(Errc::bad_input, "source route without a colon");
  for (const auto hop : split(text.substr(0, colon), ','))
    if (!hop.starts_with('@') || !is_domain(hop.substr(1)))
      return fail(Errc::bad_input, "source route");
  return text.substr(colon + 1);
}

}  // namespace

bool is_domain(std::string_view text) noexcept {
  if (text.empty() || text.size() > k_max_domain || !is_utf8(text)) return false;
  return std::ranges::all_of(split(text, '.'), is_label);
}

bool is_address_literal(std::string_view text) noexcept {
  if (text.size() < 3 || text.size() > 64 || text.front() != '[' || text.back() != ']')
    return false;
  const std::string inner(text.substr(1, text.size() - 2));
  in6_addr address{};
  if (istarts_with(inner, "IPv6:")) return inet_pton(AF_INET6, inner.c_str() + 5, &address) == 1;
  return inet_pton(AF_INET, inner.c_str(), &address) == 1;
}

std::string Mailbox::address() const { return domain.empty() ? local : local + '@' + domain; }

std::string Mailbox::text() const {
  std::string out;
  if (is_dot_string(local)) {
    out = local;
  } else {
    out.push_back('"');
    for (const char c : local) {
      if (c == '"' || c == '\\') out.push_back('\\');
      out.push_back(c);
    }
    out.push_back('"');
  }
  if (!domain.empty()) out.append("@").append(domain);
  return out;
}

bool Mailbox::is_ascii() const noexcept {
  return std::ranges::none_of(local, is_8bit) && std::ranges::none_of(domain, is_8bit);
}

Result<Mailbox> parse_mailbox(std::string_view text) {
  Mailbox mailbox;
  std::size_t end = 0;
  if (text.starts_with('"')) {
    end = read_quoted(text, mailbox.local);
    if (end == 0) return fail(Errc::bad_input, "quoted local part");
  } else {
    end = std::min(text.find('@'), text.size());
    if (!is_dot_string(text.substr(0, end))) return fail(Errc::bad_input, "local part");
    mailbox.local = text.substr(0, end);
  }
  if (end >= text.size() || text[end] != '@') return fail(Errc::bad_input, "no domain");
  mailbox.domain = text.substr(end + 1);
  if (!is_domain(mailbox.domain) && !is_address_literal(mailbox.domain))
    return fail(Errc::bad_input, "domain");
  if (mailbox.local.size() > k_max_local) return fail(Errc::bad_input, "local part too long");
  if (!is_utf8(mailbox.local)) return fail(Errc::bad_input, "local part is not UTF-8");
  return mailbox;
}

Result<Path> parse_path(std::string_view text, bool null_allowed, std::string_view& rest) {
  if (!text.starts_with('<')) return fail(Errc::bad_input, "a path stands in angle brackets");
  const auto end = find_path_end(text);
  if (end == std::string_view::npos) return fail(Errc::bad_input, "path without its end");
  rest = text.substr(end + 1);
  const auto inner = text.substr(1, end - 1);
  Path path;
  if (inner.empty()) {
    if (!null_allowed) return fail(Errc::bad_input, "the null path is no recipient");
    path.is_null = true;
    return path;
  }
  if (is_dot_string(inner) && inner.size() <= k_max_local && is_utf8(inner)) {
    path.mailbox.local = inner;
    return path;
  }
  KONTOR_TRY(const auto mailbox, drop_source_route(inner));
  KONTOR_TRY(path.mailbox, parse_mailbox(mailbox));
  return path;
}

}  // namespace kontor::smtp::wire
