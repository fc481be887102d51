// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/smtp/wire/command.hpp"

#include <algorithm>

#include "base/core/text.hpp"

namespace kontor::smtp::wire {
namespace {

bool is_alnum(char c) noexcept {
  const char lower = ascii_lower(c);
  return is_digit(c) || (lower >= 'a' && lower <= 'z');
}

std::string_view skip_blanks(std::string_view text) noexcept {
  while (text.starts_with(' ') || text.starts_with('\t')) text.remove_prefix(1);
  return text;
}

// "FROM:" or "TO:" and what follows; a blank after the colon is let through as every server does.
Result<std::string_view> after_keyword(std::string_view arguments, std::string_view keyword) {
  if (!istarts_with(arguments, keyword)) return fail(Errc::bad_input, "keyword missing");
  return skip_blanks(arguments.substr(keyword.size()));
}

// RFC 5321, 4.1.2: esmtp-keyword and esmtp-value (any of %d33-60, %d62-126; UTF-8 by RFC 6531).
bool is_parameter(std::string_view keyword, std::string_view value, bool has_value) noexcept {
  if (keyword.empty() || !is_alnum(keyword.front())) return false;
  if (!std::ranges::all_of(keyword, [](char c) { return is_alnum(c) || c == '-'; })) return false;
  const auto in_value = [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte > 0x20 && byte != '=' && byte != 0x7F;
  };
  return !has_value || (!value.empty() && std::ranges::all_of(value, in_value));
}

// RFC 3461, 4: "+" and two upper-case hexadecimal digits stand for a byte.
bool is_xtext(std::string_view text) noexcept {
  const auto is_hex = [](char c) { return is_digit(c) || (c >= 'A' && c <= 'F'); };
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '+') continue;
    if (i + 2 >= text.size() || !is_hex(text[i + 1]) || !is_hex(text[i + 2])) return false;
    i += 2;
  }
  return true;
}

Result<void> set_size(MailCommand& mail, std::string_view value, bool has_value) {
  const auto size = parse_number<std::uint64_t>(value);
  if (!has_value || !size || value.size() > 20) return fail(Errc::bad_input, "SIZE");
  mail.size = *size;
  return {};
}

Result<void> set_body(MailCommand& mail, std::string_view value) {
  if (iequals(value, "7BIT")) {
    mail.body = Body::bits7;
  } else if (iequals(value, "8BITMIME")) {
    mail.body = Body::mime8;
  } else {
    return fail(Errc::unsupported, "BODY");  // BINARYMIME needs CHUNKING (RFC 3030)
  }
  return {};
}

Result<void> set_mail_parameter(MailCommand& mail,
                                std::string_view keyword,
                                std::string_view value,
                                bool has_value) {
  if (iequals(keyword, "SIZE")) return set_size(mail, value, has_value);
  if (iequals(keyword, "BODY")) return set_body(mail, value);
  if (iequals(keyword, "SMTPUTF8")) {
    if (has_value) return fail(Errc::bad_input, "SMTPUTF8 takes no value");  // RFC 6531, 3.4
    mail.smtputf8 = true;
    return {};
  }
  if (iequals(keyword, "AUTH")) {  // RFC 4954, 5: read and not believed
    if (!has_value || !is_xtext(value)) return fail(Errc::bad_input, "AUTH");
    return {};
  }
  return fail(Errc::not_found, "unknown parameter");
}

}  // namespace

Result<Line> parse_line(std::string_view line) {
  if (!line.ends_with("\r\n")) return fail(Errc::bad_input, "a line ends in CRLF");
  line.remove_suffix(2);
  if (line.find_first_of(std::string_view("\r\n\0", 3)) != std::string_view::npos)
    return fail(Errc::bad_input, "bare CR, LF or NUL in a command");
  const auto space = std::min(line.find(' '), line.size());
  Line out;
  out.verb = to_upper(line.substr(0, space));
  // RFC 5321, 4.1.1: blanks before the CRLF are let through.
  auto arguments = skip_blanks(line.substr(space));
  while (arguments.ends_with(' ') || arguments.ends_with('\t')) arguments.remove_suffix(1);
  out.arguments = arguments;
  return out;
}

Result<MailCommand> parse_mail(std::string_view arguments) {
  KONTOR_TRY(const auto text, after_keyword(arguments, "FROM:"));
  MailCommand mail;
  std::string_view rest;
  KONTOR_TRY(mail.sender, parse_path(text, true, rest));
  if (!rest.empty() && !rest.starts_with(' ')) return fail(Errc::bad_input, "after the path");
  while (!(rest = skip_blanks(rest)).empty()) {
    const auto word = rest.substr(0, std::min(rest.find(' '), rest.size()));
    rest.remove_prefix(word.size());
    const auto equals = word.find('=');
    const bool has_value = equals != std::string_view::npos;
    const auto keyword = word.substr(0, equals);
    const auto value = has_value ? word.substr(equals + 1) : std::string_view();
    if (!is_parameter(keyword, value, has_value)) return fail(Errc::bad_input, "parameter");
    KONTOR_TRY(set_mail_parameter(mail, keyword, value, has_value));
  }
  return mail;
}

Result<RcptCommand> parse_rcpt(std::string_view arguments) {
  KONTOR_TRY(const auto text, after_keyword(arguments, "TO:"));
  RcptCommand rcpt;
  std::string_view rest;
  KONTOR_TRY(rcpt.recipient, parse_path(text, false, rest));
  if (!rest.empty() && !rest.starts_with(' ')) return fail(Errc::bad_input, "after the path");
  if (!skip_blanks(rest).empty()) return fail(Errc::not_found, "unknown parameter");
  return rcpt;
}

Result<AuthCommand> parse_auth(std::string_view arguments) {
  AuthCommand auth;
  const auto space = std::min(arguments.find(' '), arguments.size());
  auth.mechanism = to_upper(arguments.substr(0, space));
  // RFC 4422, 3.1: sasl-mech = 1*20mech-char.
  const auto is_mech = [](char c) { return is_alnum(c) || c == '-' || c == '_'; };
  if (auth.mechanism.empty() || auth.mechanism.size() > 20 ||
      !std::ranges::all_of(auth.mechanism, is_mech))
    return fail(Errc::bad_input, "mechanism");
  const auto response = skip_blanks(arguments.substr(space));
  if (response == "=") {
    auth.response = std::string();
  } else if (!response.empty()) {
    KONTOR_TRY(auth.response, base64_decode(response));
  }
  return auth;
}

Result<HelloCommand> parse_hello(std::string_view arguments) {
  HelloCommand hello;
  hello.name = arguments;
  hello.is_literal = is_address_literal(arguments);
  hello.is_valid = hello.is_literal || is_domain(arguments);
  // RFC 5321, 4.1.4: a wrong name is no reason to refuse; one that is no word at all is.
  const auto is_word = [](char c) { return static_cast<unsigned char>(c) > 0x20 && c != 0x7F; };
  if (arguments.empty() || arguments.size() > k_max_domain ||
      !std::ranges::all_of(arguments, is_word))
    return fail(Errc::bad_input, "host name");
  return hello;
}

Result<std::string> parse_auth_response(std::string_view line) {
  if (!line.ends_with("\r\n")) return fail(Errc::bad_input, "a line ends in CRLF");
  line.remove_suffix(2);
  if (line == "*") return fail(Errc::cancelled, "by the client");
  return base64_decode(line);
}

}  // namespace kontor::smtp::wire
