// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/filter/spf/macro.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <vector>

#include "base/core/text.hpp"

namespace kontor::filter::spf {
namespace {

constexpr std::size_t k_longest_name = 253;
constexpr std::string_view k_delimiters = ".-+,/_=";

bool is_alphanumeric(char c) noexcept {
  return is_digit(c) || (ascii_lower(c) >= 'a' && ascii_lower(c) <= 'z');
}

struct Macro {
  char letter = 0;          // lower case
  bool is_escaped = false;  // an upper case letter
  std::size_t parts = 0;    // from the right; 0: all
  bool is_reversed = false;
  std::string_view delimiters = ".";
  std::size_t size = 0;  // of its text
};

// At "%{"; nothing: it is none (7.1).
std::optional<Macro> read_macro(std::string_view text) {
  const auto end = text.find('}');
  if (end == std::string_view::npos || end < 3) return std::nullopt;
  Macro macro;
  macro.size = end + 1;
  macro.letter = ascii_lower(text[2]);
  macro.is_escaped = macro.letter != text[2];
  auto rest = text.substr(3, end - 3);
  const auto digits = rest.substr(0, rest.find_first_not_of("0123456789"));
  if (!digits.empty()) {
    const auto parts = parse_number<std::uint32_t>(digits);
    if (parts == 0U) return std::nullopt;
    macro.parts = parts.value_or(k_longest_name);  // more than any name has
    rest.remove_prefix(digits.size());
  }
  if (!rest.empty() && ascii_lower(rest.front()) == 'r') {
    macro.is_reversed = true;
    rest.remove_prefix(1);
  }
  if (rest.find_first_not_of(k_delimiters) != std::string_view::npos) return std::nullopt;
  if (!rest.empty()) macro.delimiters = rest;
  return macro;
}

bool is_letter_of(MacroPlace place, char letter) noexcept {
  constexpr std::string_view k_domain = "slodiphv", k_explanation = "slodiphvcrt";
  return (place == MacroPlace::domain ? k_domain : k_explanation).find(letter) !=
         std::string_view::npos;
}

// "%%", "%_", "%-"; nothing: another character.
std::optional<std::string_view> read_escape(char c) noexcept {
  if (c == '%') return "%";
  if (c == '_') return " ";
  if (c == '-') return "%20";
  return std::nullopt;
}

// 7.3: IPv6 as its 32 hexadecimal digits with dots between them.
std::string dotted(const IpAddress& address) {
  if (address.is_v4()) return address.text();
  std::string text;
  for (const auto byte : address.bytes) text += fmt::format(".{:X}.{:X}", byte >> 4U, byte & 15U);
  return text.substr(1);
}

std::string value_of(char letter, const MacroValues& values) {
  const auto at = values.sender.rfind('@');
  switch (letter) {
    case 's':
      return values.sender;
    case 'l':
      return values.sender.substr(0, at);
    case 'o':
      return at == std::string::npos ? values.sender : values.sender.substr(at + 1);
    case 'd':
      return values.domain;
    case 'i':
      return dotted(values.address);
    case 'p':
      return values.validated.empty() ? "unknown" : values.validated;
    case 'v':
      return values.address.is_v4() ? "in-addr" : "ip6";
    case 'h':
      return values.hello;
    case 'c':
      return values.address.text();
    case 'r':
      return values.receiver.empty() ? "unknown" : values.receiver;
    case 't':
      return std::to_string(values.now.time_since_epoch().count());
    default:
      return {};
  }
}

std::string escaped(std::string_view value) {  // RFC 3986, 2.3
  std::string out;
  for (const char c : value) {
    if (is_alphanumeric(c) || c == '-' || c == '.' || c == '_' || c == '~')
      out.push_back(c);
    else
      out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  return out;
}

std::string expand_macro(const Macro& macro, const MacroValues& values) {
  std::string value = value_of(macro.letter, values);
  const bool is_split = macro.parts != 0 || macro.is_reversed || macro.delimiters != ".";
  if (is_split) {
    std::vector<std::string> parts(1);
    for (const char c : value) {
      if (macro.delimiters.find(c) != std::string_view::npos)
        parts.emplace_back();
      else
        parts.back().push_back(c);
    }
    if (macro.is_reversed) std::ranges::reverse(parts);
    if (macro.parts != 0 && macro.parts < parts.size())
      parts.erase(parts.begin(), parts.end() - static_cast<std::ptrdiff_t>(macro.parts));
    value = join(parts, ".");
  }
  return macro.is_escaped ? escaped(value) : value;
}

}  // namespace

Result<void> check_macros(std::string_view text, MacroPlace place) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    const bool is_blank = byte == ' ' && place == MacroPlace::explanation;
    if ((byte < 0x21 && !is_blank) || byte > 0x7E)
      return fail(Errc::bad_input, "a character that may not be there");
    if (text[i] != '%') continue;
    if (i + 1 < text.size() && read_escape(text[i + 1])) {
      ++i;
      continue;
    }
    if (!text.substr(i).starts_with("%{")) return fail(Errc::bad_input, "a lone %");
    const auto macro = read_macro(text.substr(i));
    if (!macro || !is_letter_of(place, macro->letter))
      return fail(Errc::bad_input, "no such macro");
    i += macro->size - 1;
  }
  return {};
}

Result<void> check_domain_spec(std::string_view text) {
  KONTOR_TRY(check_macros(text, MacroPlace::domain));
  if (text.ends_with('}') && text.find('{') != std::string_view::npos) return {};
  for (const std::string_view escape : {"%%", "%_", "%-"})
    if (text.ends_with(escape)) return {};
  if (text.ends_with('.')) text.remove_suffix(1);
  const auto dot = text.rfind('.');
  if (dot == std::string_view::npos) return fail(Errc::bad_input, "a name without a dot");
  const auto top = text.substr(dot + 1);
  const bool is_label =
      !top.empty() && top.front() != '-' && top.back() != '-' &&
      std::ranges::all_of(top, [](char c) { return is_alphanumeric(c) || c == '-'; });
  if (!is_label || std::ranges::all_of(top, is_digit))
    return fail(Errc::bad_input, "no top-level domain");
  return {};
}

bool needs_validated(std::string_view text) noexcept {
  return text.find("%{p") != std::string_view::npos || text.find("%{P") != std::string_view::npos;
}

std::string expand(std::string_view text, MacroPlace place, const MacroValues& values) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%' || i + 1 == text.size()) {
      out.push_back(text[i]);
    } else if (const auto escape = read_escape(text[i + 1])) {
      out += *escape;
      ++i;
    } else if (const auto macro = read_macro(text.substr(i))) {
      out += expand_macro(*macro, values);
      i += macro->size - 1;
    }
  }
  if (place != MacroPlace::domain) return out;
  if (out.ends_with('.')) out.pop_back();
  while (out.size() > k_longest_name) {
    const auto dot = out.find('.');
    if (dot == std::string::npos) break;
    out.erase(0, dot + 1);
  }
  return out;
}

}  // namespace kontor::filter::spf
