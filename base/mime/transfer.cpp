// SPDX-License-Identifier: GPL-3.0-or-later
// Content-Transfer-Encoding (RFC 2045, 6.7 and 6.8), decoded as far as it goes.
#include <array>

#include "base/core/text.hpp"
#include "base/mime/decode.hpp"

namespace kontor::mime {
namespace {

constexpr std::string_view k_alphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

constexpr std::array<signed char, 256> make_values() {
  std::array<signed char, 256> values{};
  values.fill(-1);
  for (std::size_t i = 0; i < k_alphabet.size(); ++i)
    values[static_cast<unsigned char>(k_alphabet[i])] = static_cast<signed char>(i);
  return values;
}
constexpr auto k_values = make_values();

// RFC 2045, 6.8: characters outside the alphabet are ignored; padding is the end of the data.
std::string decode_base64(std::string_view text) {
  std::string out;
  out.reserve(text.size() / 4 * 3 + 3);
  std::uint32_t value = 0;
  unsigned have = 0;
  const auto end_group = [&] {
    if (have >= 2) out.push_back(static_cast<char>(value >> (have * 6 - 8)));
    if (have == 3) out.push_back(static_cast<char>(value >> 2));
    value = have = 0;
  };
  for (const char c : text) {
    const int digit = k_values[static_cast<unsigned char>(c)];
    if (digit < 0) {
      if (c == '=' && have != 0) break;
      continue;
    }
    value = value << 6 | static_cast<std::uint32_t>(digit);
    if (++have < 4) continue;
    out.push_back(static_cast<char>(value >> 16));
    out.push_back(static_cast<char>(value >> 8));
    out.push_back(static_cast<char>(value));
    value = have = 0;
  }
  end_group();
  return out;
}

int hex_digit(char c) noexcept {
  if (is_digit(c)) return c - '0';
  const char lower = ascii_lower(c);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

// One line without its line break; says whether the break is soft.
bool decode_quoted_line(std::string_view line, std::string& out) {
  for (std::size_t i = 0; i < line.size(); ++i) {
    if (line[i] != '=') {
      out.push_back(line[i]);
      continue;
    }
    if (line.find_first_not_of(" \t", i + 1) == std::string_view::npos) return true;
    const int high = i + 2 < line.size() ? hex_digit(line[i + 1]) : -1;
    const int low = high < 0 ? -1 : hex_digit(line[i + 2]);
    if (low < 0) {
      out.push_back('=');  // RFC 2045, 6.7 (1): leave what is no escape
      continue;
    }
    out.push_back(static_cast<char>(high << 4 | low));
    i += 2;
  }
  return false;
}

std::string decode_quoted(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t begin = 0; begin < text.size();) {
    const auto feed = text.find('\n', begin);
    std::size_t end = feed == std::string_view::npos ? text.size() : feed;
    const std::size_t next = feed == std::string_view::npos ? end : feed + 1;
    if (feed != std::string_view::npos && end > begin && text[end - 1] == '\r') --end;
    auto line = text.substr(begin, end - begin);
    if (feed != std::string_view::npos) {  // RFC 2045, 6.7 (3): blanks at the end are not text
      const auto last = line.find_last_not_of(" \t");
      line = line.substr(0, last == std::string_view::npos ? 0 : last + 1);
    }
    if (!decode_quoted_line(line, out)) out.append(text.substr(end, next - end));
    begin = next;
  }
  return out;
}

}  // namespace

Result<std::string> decode_transfer(std::string_view encoded, std::string_view encoding) {
  if (iequals(encoding, "7bit") || iequals(encoding, "8bit") || iequals(encoding, "binary") ||
      encoding.empty())
    return std::string(encoded);
  if (iequals(encoding, "base64")) return decode_base64(encoded);
  if (iequals(encoding, "quoted-printable")) return decode_quoted(encoded);
  return fail(Errc::unsupported, "an unknown transfer encoding");
}

}  // namespace kontor::mime
