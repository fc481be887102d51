// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/smtp/wire/peer_reply.hpp"

#include <algorithm>

#include "base/core/text.hpp"

namespace kontor::smtp::wire {
namespace {

constexpr std::size_t k_max_text = 1'000;  // of a whole reply in a log or a notice

std::string clean(std::string_view text) {
  std::string out = to_valid_utf8(text);
  std::ranges::replace_if(out, [](unsigned char c) { return c < 0x20 || c == 0x7F; }, '?');
  return out;
}

// RFC 3463, 2: class "." subject "." detail, each of the last two at most three digits.
std::string enhanced_code(std::string_view text, int code) {
  const auto word = text.substr(0, text.find(' '));
  const auto parts = split(word, '.');
  if (parts.size() != 3 || parts[0].size() != 1) return {};
  for (const auto part : parts)
    if (part.empty() || part.size() > 3 || !std::ranges::all_of(part, is_digit)) return {};
  // RFC 2034, 4: the class is that of the reply.
  return parts[0][0] - '0' == code / 100 ? std::string(word) : std::string();
}

}  // namespace

Result<bool> PeerReplyReader::add(std::string_view line) {
  while (line.ends_with('\n') || line.ends_with('\r')) line.remove_suffix(1);
  // RFC 5321, 4.2: three digits, the first of 2 to 5; then "-", a blank or nothing.
  if (line.size() < 3 || line[0] < '2' || line[0] > '5' || !is_digit(line[1]) ||
      !is_digit(line[2]) || (line.size() > 3 && line[3] != '-' && line[3] != ' '))
    return fail(Errc::bad_input, "not a reply: " + clean(line.substr(0, 100)));
  const int code = (line[0] - '0') * 100 + (line[1] - '0') * 10 + (line[2] - '0');
  // RFC 5321, 4.2.1: the codes of all lines are the same; some servers vary the last digits.
  if (!reply_.lines.empty() && reply_.code / 100 != code / 100)
    return fail(Errc::bad_input, "a reply of codes that contradict each other");
  if (reply_.lines.size() == k_max_reply_lines)
    return fail(Errc::limit, "a reply of too many lines");
  const auto text = line.size() > 4 ? line.substr(4) : std::string_view();
  reply_.code = code;
  if (reply_.enhanced.empty()) reply_.enhanced = enhanced_code(text, code);
  reply_.lines.push_back(clean(text));
  return line.size() == 3 || line[3] == ' ';
}

std::string PeerReply::text() const {
  std::string out = std::to_string(code);
  bool is_told = false;
  for (const auto& line : lines) {
    std::string_view rest = line;
    // The enhanced code stands on every line; once is enough.
    const bool has_code = !enhanced.empty() && rest.starts_with(enhanced);
    if (has_code && is_told) rest = trim(rest.substr(enhanced.size()));
    is_told = is_told || has_code;
    if (rest.empty()) continue;
    if (out.size() + rest.size() > k_max_text) {
      const std::size_t room = k_max_text - std::min(k_max_text, out.size());
      return to_valid_utf8(out.append(" ").append(rest.substr(0, room)).append(" ..."));
    }
    out.append(" ").append(rest);
  }
  return out;
}

}  // namespace kontor::smtp::wire
