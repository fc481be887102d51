// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/smtp/wire/command.hpp"

#include <algorithm>

#include "base/core/text.hpp"
#include "server/smtp/wire/wishes.hpp"
#include "server/smtp/wire/xtext.hpp"

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
  } else if (iequals(value, "BINARYMIME")) {
    mail.body = Body::binary;
  } else {
    return fail(Errc::unsupported, "BODY");
  }
  return {};
}

// RFC 3461, 4.2 and 4.4: printable ASCII and blanks before it was encoded; a line break or another
// control character would forge fields of a notice.
bool is_printable(std::string_view text) noexcept {
  return std::ranges::all_of(text, [](char c) { return c >= ' ' && c <= '~'; });
}

Result<void> set_return(MailCommand& mail, std::string_view value) {
  if (mail.returned != Return::unspecified) return fail(Errc::bad_input, "RET twice");
  if (!iequals(value, "FULL") && !iequals(value, "HDRS")) return fail(Errc::bad_input, "RET");
  mail.returned = iequals(value, "FULL") ? Return::full : Return::headers;
  return {};
}

Result<void> set_envelope_id(MailCommand& mail, std::string_view value) {
  if (mail.envelope_id) return fail(Errc::bad_input, "ENVID twice");
  auto decoded = xtext_decode(value);
  if (value.empty() || value.size() > k_max_envelope_id || !decoded || !is_printable(*decoded))
    return fail(Errc::bad_input, "ENVID");
  mail.envelope_id = *std::move(decoded);
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
    if (!has_value || !xtext_decode(value)) return fail(Errc::bad_input, "AUTH");
    return {};
  }
  if (iequals(keyword, "RET")) return set_return(mail, value);
  if (iequals(keyword, "ENVID")) return set_envelope_id(mail, value);
  if (auto taken = set_wish(mail, keyword, value, has_value)) return *std::move(taken);
  return fail(Errc::not_found, "unknown parameter");
}

// RFC 3461, 4.1: NEVER alone, or a list of the others.
Result<void> set_notify(RcptCommand& rcpt, std::string_view value) {
  if (rcpt.notify) return fail(Errc::bad_input, "NOTIFY twice");
  unsigned char bits = k_notify_never;
  if (!iequals(value, "NEVER")) {
    for (const auto word : split(value, ',')) {
      if (iequals(word, "SUCCESS")) {
        bits |= k_notify_success;
      } else if (iequals(word, "FAILURE")) {
        bits |= k_notify_failure;
      } else if (iequals(word, "DELAY")) {
        bits |= k_notify_delay;
      } else {
        return fail(Errc::bad_input, "NOTIFY");
      }
    }
  }
  rcpt.notify = bits;
  return {};
}

// RFC 3461, 4.2: addr-type ";" xtext. The type utf-8 has an encoding of its own (RFC 6533, 3),
// which is handed on as it stands.
Result<void> set_original(RcptCommand& rcpt, std::string_view value) {
  if (!rcpt.original.empty()) return fail(Errc::bad_input, "ORCPT twice");
  const auto semicolon = std::min(value.find(';'), value.size());
  const auto type = value.substr(0, semicolon);
  const auto encoded = value.substr(std::min(semicolon + 1, value.size()));
  const auto in_type = [](char c) { return is_alnum(c) || c == '-'; };
  if (type.empty() || encoded.empty() || value.size() > k_max_original ||
      !std::ranges::all_of(type, in_type))
    return fail(Errc::bad_input, "ORCPT");
  std::string address(encoded);
  if (iequals(type, "utf-8")) {
    if (!is_utf8(encoded)) return fail(Errc::bad_input, "ORCPT");
  } else {
    KONTOR_TRY(address, xtext_decode(encoded));
    if (!is_printable(address)) return fail(Errc::bad_input, "ORCPT");
  }
  rcpt.original = std::string(type) + ';' + address;
  return {};
}

Result<void> set_rcpt_parameter(RcptCommand& rcpt,
                                std::string_view keyword,
                                std::string_view value,
                                bool) {
  if (iequals(keyword, "NOTIFY")) return set_notify(rcpt, value);
  if (iequals(keyword, "ORCPT")) return set_original(rcpt, value);
  return fail(Errc::not_found, "unknown parameter");
}

// What follows a path; `set` takes {command, keyword, value, has_value}.
template <class Command, class Set>
Result<void> read_parameters(Command& command, std::string_view rest, Set set) {
  if (!rest.empty() && !rest.starts_with(' ')) return fail(Errc::bad_input, "after the path");
  while (!(rest = skip_blanks(rest)).empty()) {
    const auto word = rest.substr(0, std::min(rest.find(' '), rest.size()));
    rest.remove_prefix(word.size());
    const auto equals = word.find('=');
    const bool has_value = equals != std::string_view::npos;
    const auto keyword = word.substr(0, equals);
    const auto value = has_value ? word.substr(equals + 1) : std::string_view();
    if (!is_parameter(keyword, value, has_value)) return fail(Errc::bad_input, "parameter");
    KONTOR_TRY(set(command, keyword, value, has_value));
  }
  return {};
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
  KONTOR_TRY(read_parameters(mail, rest, set_mail_parameter));
  return mail;
}

Result<RcptCommand> parse_rcpt(std::string_view arguments) {
  KONTOR_TRY(const auto text, after_keyword(arguments, "TO:"));
  RcptCommand rcpt;
  std::string_view rest;
  KONTOR_TRY(rcpt.recipient, parse_path(text, false, rest));
  KONTOR_TRY(read_parameters(rcpt, rest, set_rcpt_parameter));
  return rcpt;
}

Result<BdatCommand> parse_bdat(std::string_view arguments) {
  const auto space = std::min(arguments.find(' '), arguments.size());
  const auto digits = arguments.substr(0, space);
  const auto word = skip_blanks(arguments.substr(space));
  const auto size = parse_number<std::uint64_t>(digits);
  if (!size || digits.size() > 20) return fail(Errc::bad_input, "chunk size");
  if (!word.empty() && !iequals(word, "LAST")) return fail(Errc::bad_input, "after the chunk size");
  BdatCommand bdat;
  bdat.size = *size;
  bdat.is_last = !word.empty();
  return bdat;
}

Result<BurlCommand> parse_burl(std::string_view arguments) {
  const auto space = std::min(arguments.find(' '), arguments.size());
  const auto word = skip_blanks(arguments.substr(space));
  BurlCommand burl;
  burl.url = arguments.substr(0, space);
  if (burl.url.empty()) return fail(Errc::bad_input, "URL");
  if (!word.empty() && !iequals(word, "LAST")) return fail(Errc::bad_input, "after the URL");
  burl.is_last = !word.empty();
  return burl;
}

Result<EtrnCommand> parse_etrn(std::string_view arguments) {
  EtrnCommand etrn;
  etrn.is_below = arguments.starts_with('@');
  etrn.is_queue = arguments.starts_with('#');
  if (etrn.is_below || etrn.is_queue) arguments.remove_prefix(1);
  etrn.domain = to_lower(arguments);
  const auto is_word = [](char c) { return static_cast<unsigned char>(c) > ' ' && c != 0x7F; };
  const bool is_good = etrn.is_queue ? !arguments.empty() && std::ranges::all_of(arguments, is_word)
                                     : is_domain(arguments);
  if (!is_good || arguments.size() > k_max_domain) return fail(Errc::bad_input, "node name");
  return etrn;
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
