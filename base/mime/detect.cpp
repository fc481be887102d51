// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/mime/detect.hpp"

#include <algorithm>
#include <array>
#include <limits>

#include "base/core/text.hpp"
#include "base/mime/decode.hpp"

namespace kontor::mime {
namespace {

constexpr std::size_t k_sample = 65'536;  // bytes that are looked at

struct Mark {
  std::string_view bytes;
  std::string_view charset;
};
// The longer ones first.
constexpr std::array<Mark, 5> k_marks{{{{"\xFF\xFE\0\0", 4}, "utf-32le"},
                                       {{"\0\0\xFE\xFF", 4}, "utf-32be"},
                                       {"\xEF\xBB\xBF", "utf-8"},
                                       {"\xFF\xFE", "utf-16le"},
                                       {"\xFE\xFF", "utf-16be"}}};

const Mark* mark_of(std::string_view bytes) {
  for (const auto& mark : k_marks)
    if (bytes.starts_with(mark.bytes)) return &mark;
  return nullptr;
}

// Without a mark, UTF-16 shows in its upper halves: few different ones, mostly zeros or 04.
std::string_view utf16_of(std::string_view bytes) {
  if (bytes.size() < 4 || bytes.size() % 2 != 0) return {};
  std::array<std::size_t, 2> plain{}, zeros{};
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    plain[i % 2] += bytes[i] == 0 || bytes[i] == 4 || bytes[i] == 0x20 ? 1 : 0;
    zeros[i % 2] += bytes[i] == 0 ? 1 : 0;
  }
  const std::size_t half = bytes.size() / 2;
  for (const std::size_t upper : {1U, 0U})
    if (plain[upper] * 10 >= half * 9 && zeros[upper] > 0 && zeros[1 - upper] * 20 <= half)
      return upper == 1 ? "utf-16le" : "utf-16be";
  return {};
}

// How often letters are in Russian text, in 1/10 %, а to я.
constexpr std::array<int, 32> k_often{80, 16, 45, 17,  30, 85, 9,  16, 74, 12, 35,
                                      44, 32, 67, 110, 28, 47, 55, 63, 26, 3,  10,
                                      5,  14, 7,  4,   1,  19, 17, 3,  6,  20};

enum class Case : std::uint8_t { none, lower, upper };
struct Letter {
  int weight = 0;
  Case letter_case = Case::none;
  bool is_western = false;
};

Letter letter_of(char32_t c) {
  // А letter as rare as ф speaks against the charset, one as common as о for it.
  const auto weight = [](char32_t place) { return (k_often[place] - 15) / 5; };
  if (c >= 0x430 && c <= 0x44F) return {weight(c - 0x430), Case::lower, false};
  if (c >= 0x410 && c <= 0x42F) return {weight(c - 0x410), Case::upper, false};
  if (c == 0x451) return {0, Case::lower, false};
  if (c == 0x401) return {0, Case::upper, false};
  if (c == 0x454 || c == 0x456 || c == 0x457 || c == 0x45E || c == 0x491)
    return {2, Case::lower, false};
  if (c == 0x404 || c == 0x406 || c == 0x407 || c == 0x40E || c == 0x490)
    return {1, Case::upper, false};
  if (c >= 0xC0 && c <= 0xFF && c != 0xD7 && c != 0xF7)
    return {3, c >= 0xDF ? Case::lower : Case::upper, true};
  if (c < 0xA0 || c == 0xFFFD) return {-40, Case::none, false};    // no character at all
  if (c >= 0x2500 && c < 0x2600) return {-12, Case::none, false};  // lines and boxes
  if (c >= 0x400 && c < 0x530) return {-6, Case::none, false};     // letters of few languages
  const bool is_sign = c == 0xA0 || c == 0xA7 || c == 0xAB || c == 0xB0 || c == 0xBB ||
                       (c >= 0x2010 && c < 0x2040) || c == 0x2116 || c == 0x20AC;
  return {is_sign ? 0 : -6, Case::none, false};
}

using Table = std::array<Letter, 128>;

char32_t code_point_of(std::string_view utf8) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(utf8[i]); };
  if (utf8.size() == 2) return (byte(0) & 0x1FU) << 6U | (byte(1) & 0x3FU);
  if (utf8.size() == 3)
    return (byte(0) & 0xFU) << 12U | (byte(1) & 0x3FU) << 6U | (byte(2) & 0x3FU);
  return 0xFFFD;
}

Table table_of(std::string_view charset) {
  Table table;
  for (unsigned i = 0; i < 128; ++i) {
    const char byte = static_cast<char>(128 + i);
    table[i] = letter_of(code_point_of(to_utf8({&byte, 1}, charset)));
  }
  return table;
}

struct Candidate {
  std::string_view charset;
  Table table;
};

// The first of equals is taken.
const auto& candidates() {
  static const std::array<Candidate, 5> all{{{"windows-1251", table_of("windows-1251")},
                                             {"koi8-r", table_of("koi8-r")},
                                             {"ibm866", table_of("ibm866")},
                                             {"iso-8859-5", table_of("iso-8859-5")},
                                             {"windows-1252", table_of("windows-1252")}}};
  return all;
}

bool is_ascii_letter(char c) { return ascii_lower(c) >= 'a' && ascii_lower(c) <= 'z'; }

std::int64_t score(const Table& table, std::string_view bytes) {
  std::int64_t sum = 0;
  Letter before;
  bool after_ascii = false;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    const auto byte = static_cast<unsigned char>(bytes[i]);
    if (byte < 0x80) {
      after_ascii = is_ascii_letter(bytes[i]);
      before = {};
      continue;
    }
    const Letter now = table[byte - 0x80U];
    sum += now.weight;
    if (now.letter_case == Case::upper && before.letter_case == Case::lower) sum -= 15;
    // Western letters stand alone among plain ones, Cyrillic ones never among Latin ones.
    const bool before_ascii = i + 1 < bytes.size() && is_ascii_letter(bytes[i + 1]);
    if (now.is_western) sum += after_ascii || before_ascii ? 3 : -3;
    if (now.is_western && before.is_western) sum -= 6;
    if (!now.is_western && now.letter_case != Case::none && (after_ascii || before_ascii))
      sum -= 12;
    before = now;
    after_ascii = false;
  }
  return sum;
}

// ISO-2022-JP (RFC 1468) is ASCII but for its escapes.
bool is_iso_2022_jp(std::string_view sample) {
  return sample.contains("\x1B$B") || sample.contains("\x1B$@");
}

// A sample that ends within a character is UTF-8 all the same.
bool is_utf8_sample(std::string_view sample, bool is_whole) {
  if (is_utf8(sample)) return true;
  if (is_whole) return false;
  for (std::size_t cut = 1; cut <= 3 && cut < sample.size(); ++cut)
    if (is_utf8(sample.substr(0, sample.size() - cut))) return true;
  return false;
}

}  // namespace

std::string_view detect_charset(std::string_view bytes) {
  if (const auto* mark = mark_of(bytes)) return mark->charset;
  const auto sample = bytes.substr(0, k_sample);
  if (const auto wide = utf16_of(sample); !wide.empty()) return wide;
  if (is_utf8_sample(sample, sample.size() == bytes.size()))
    return is_iso_2022_jp(sample) ? "iso-2022-jp" : "utf-8";
  std::string_view best = "utf-8";
  auto most = std::numeric_limits<std::int64_t>::min();
  for (const auto& candidate : candidates())
    if (const auto points = score(candidate.table, sample); points > most) {
      most = points;
      best = candidate.charset;
    }
  return best;
}

std::string text_of_unknown(std::string_view bytes) {
  const auto charset = detect_charset(bytes);
  if (const auto* mark = mark_of(bytes)) bytes.remove_prefix(mark->bytes.size());
  return to_utf8(bytes, charset);
}

bool looks_like_text(std::string_view bytes) {
  const auto sample = bytes.substr(0, 4'096);
  if (mark_of(sample) != nullptr) return true;
  if (!utf16_of(sample.substr(0, sample.size() & ~std::size_t{1})).empty()) return true;
  const auto is_control = [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte < 0x20 && c != '\t' && c != '\n' && c != '\r' && c != '\f' && byte != 0x1A &&
           byte != 0x1B;
  };
  if (sample.contains('\0')) return false;
  return static_cast<std::size_t>(std::ranges::count_if(sample, is_control)) * 50 <= sample.size();
}

}  // namespace kontor::mime
