// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/collector/pop3_reply.hpp"

#include <algorithm>

#include "base/core/text.hpp"
#include "server/collector/state.hpp"

namespace kontor::collector {
namespace {

std::string_view without_end(std::string_view line) noexcept {
  if (line.ends_with('\n')) line.remove_suffix(1);
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

// The two words of a line; servers add more (RFC 1939, 5).
struct Words {
  std::string_view first, second;
};
Words words_of(std::string_view line) {
  line = trim(line);
  const auto blank = line.find(' ');
  if (blank == std::string_view::npos) return {line, {}};
  const auto rest = trim(line.substr(blank));
  return {line.substr(0, blank), rest.substr(0, rest.find(' '))};
}

}  // namespace

Result<Pop3Status> parse_pop3_status(std::string_view line) {
  line = without_end(line);
  for (const bool is_ok : {true, false}) {
    const std::string_view word = is_ok ? "+OK" : "-ERR";
    if (!istarts_with(line, word)) continue;
    const auto rest = line.substr(word.size());
    if (!rest.empty() && rest.front() != ' ') break;
    return Pop3Status{is_ok, std::string(trim(rest))};
  }
  return fail(Errc::bad_input, "the server's answer is not one of POP3");
}

bool is_pop3_challenge(std::string_view line) noexcept {
  return line.starts_with("+ ") || trim(line) == "+";
}

bool is_pop3_end(std::string_view line) noexcept { return without_end(line) == "."; }

std::string pop3_content(std::string_view line) {
  line = without_end(line);
  if (line.starts_with('.')) line.remove_prefix(1);
  return std::string(line) + "\r\n";
}

bool pop3_can(const std::vector<std::string>& capabilities, std::string_view word) {
  return std::ranges::any_of(
      capabilities, [&](const std::string& one) { return one.substr(0, one.find(' ')) == word; });
}

bool pop3_has_sasl(const std::vector<std::string>& capabilities, std::string_view mechanism) {
  for (const auto& one : capabilities) {
    const auto words = split(one, ' ');
    if (words.front() == "SASL" && std::ranges::find(words, mechanism) != words.end()) return true;
  }
  return false;
}

Result<Pop3Size> parse_pop3_size(std::string_view line) {
  const auto words = words_of(line);
  const auto number = parse_number<std::uint32_t>(words.first);
  const auto size = parse_number<std::uint64_t>(words.second);
  if (!number || *number == 0 || !size)
    return fail(Errc::bad_input, "the server's answer to LIST cannot be read");
  return Pop3Size{*number, *size};
}

Result<Pop3Id> parse_pop3_id(std::string_view line) {
  const auto words = words_of(line);
  const auto number = parse_number<std::uint32_t>(words.first);
  const auto is_printable = [](char c) { return c > ' ' && c < 0x7F; };
  if (!number || *number == 0 || words.second.empty() || words.second.size() > k_max_key ||
      !std::ranges::all_of(words.second, is_printable))
    return fail(Errc::bad_input, "the server's answer to UIDL cannot be read");
  return Pop3Id{*number, std::string(words.second)};
}

}  // namespace kontor::collector
