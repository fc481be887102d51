// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/pop3/wire/command.hpp"

#include <algorithm>
#include <limits>

#include "base/core/text.hpp"

namespace kontor::pop3::wire {
namespace {

std::string_view without_end(std::string_view line) noexcept {
  if (line.ends_with('\n')) line.remove_suffix(1);
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

// A tabulator may stand in a password; no other control character anywhere.
bool is_control(char c) noexcept {
  const auto byte = static_cast<unsigned char>(c);
  return (byte < 0x20 && c != '\t') || byte == 0x7F;
}

std::string_view skip_blanks(std::string_view text) noexcept {
  while (text.starts_with(' ')) text.remove_prefix(1);
  return text;
}

std::string_view take_word(std::string_view& text) noexcept {
  text = skip_blanks(text);
  const auto word = text.substr(0, std::min(text.find(' '), text.size()));
  text = skip_blanks(text.substr(word.size()));
  return word;
}

// Digits of any length; what does not fit stands for "more than there can be".
Result<std::uint32_t> saturated(std::string_view digits) {
  if (digits.empty() || !std::ranges::all_of(digits, is_digit))
    return fail(Errc::bad_input, "a number is wanted");
  return parse_number<std::uint32_t>(digits).value_or(std::numeric_limits<std::uint32_t>::max());
}

bool is_mechanism_char(char c) noexcept {
  return is_digit(c) || (c >= 'A' && c <= 'Z') || c == '-' || c == '_';
}

}  // namespace

Result<Line> parse_line(std::string_view line) {
  line = without_end(line);
  if (std::ranges::any_of(line, is_control))
    return fail(Errc::bad_input, "a control character in a command");
  const auto blank = std::min(line.find(' '), line.size());
  Line out;
  out.keyword = to_upper(line.substr(0, blank));
  if (out.keyword.empty()) return fail(Errc::bad_input, "a command is wanted");
  if (blank < line.size()) out.arguments = line.substr(blank + 1);
  return out;
}

Result<std::uint32_t> parse_message_number(std::string_view arguments) {
  const auto word = take_word(arguments);
  if (!arguments.empty()) return fail(Errc::bad_input, "one message number is wanted");
  KONTOR_TRY(const auto number, saturated(word));
  // RFC 1939, 5: messages are numbered from 1
  if (number == 0) return fail(Errc::bad_input, "messages are numbered from 1");
  return number;
}

Result<TopCommand> parse_top(std::string_view arguments) {
  const auto message = take_word(arguments);
  const auto lines = take_word(arguments);
  if (!arguments.empty() || lines.empty())
    return fail(Errc::bad_input, "a message number and a number of lines are wanted");
  TopCommand top;
  KONTOR_TRY(top.message, parse_message_number(message));
  KONTOR_TRY(top.lines, saturated(lines));
  return top;
}

Result<AuthCommand> parse_auth(std::string_view arguments) {
  AuthCommand auth;
  auth.mechanism = to_upper(take_word(arguments));
  const auto response = take_word(arguments);
  // RFC 4422, 3.1: sasl-mech = 1*20mech-char
  if (auth.mechanism.empty() || auth.mechanism.size() > 20 ||
      !std::ranges::all_of(auth.mechanism, is_mechanism_char))
    return fail(Errc::bad_input, "not the name of a mechanism");
  if (!arguments.empty()) return fail(Errc::bad_input, "too many arguments");
  if (response.empty()) return auth;
  auth.response = std::string();
  if (response == "=") return auth;
  auto decoded = base64_decode(response);
  if (!decoded) return fail(Errc::bad_input, "the response is not base64");
  auth.response = *std::move(decoded);
  return auth;
}

Result<std::string> parse_auth_response(std::string_view line) {
  line = without_end(line);
  if (line == "*") return fail(Errc::cancelled, "authentication given up");
  auto decoded = base64_decode(line);
  if (!decoded) return fail(Errc::bad_input, "the response is not base64");
  return *std::move(decoded);
}

}  // namespace kontor::pop3::wire
