// SPDX-License-Identifier: GPL-3.0-or-later
// [MS-DOC]: the text lies in pieces, named by a table in another stream.
#include <algorithm>
#include <vector>

#include "base/core/little_endian.hpp"
#include "base/mime/decode.hpp"
#include "search/extract/read/old_office.hpp"

namespace kontor::search {
namespace {

// Places in the file information block (2.5.1 and 2.5.6).
constexpr std::size_t k_flags = 0x0A;
constexpr std::size_t k_pieces_at = 0x01A2;
constexpr std::size_t k_pieces_size = 0x01A6;
constexpr std::uint16_t k_encrypted = 0x0100;
constexpr std::uint16_t k_table_one = 0x0200;
constexpr std::uint16_t k_first_version = 0x00C1;  // Word 97

// Fields stand as 13 code 14 result 15, one in the other (2.8.25): the code is not shown. Other
// marks end lines and cells, or stand for pictures.
class Shown {
 public:
  explicit Shown(Reading& reading) : reading_(reading) {}

  bool add(std::string_view text) {
    std::string out;
    for (const char c : text) {
      if (c >= 0x13 && c <= 0x15)
        field(c);
      else if (codes_ == 0)
        out.push_back(shown(c));
    }
    return reading_.add(out);
  }

 private:
  void field(char c) {
    if (c == 0x13) {
      ++codes_;
      fields_.push_back(true);
    } else if (!fields_.empty()) {
      if (fields_.back()) --codes_;
      fields_.back() = false;
      if (c == 0x15) fields_.pop_back();
    }
  }
  static char shown(char c) {
    if (c == 0x0D || c == 0x0B || c == 0x0C) return '\n';
    return c == 0x07 ? '\t' : c;
  }
  Reading& reading_;
  std::vector<bool> fields_;  // open ones: whether it is their code that is read
  int codes_ = 0;             // of them in their codes
};

// The table of pieces behind blocks of properties (2.9.38): 1 and their size, then 2 and its own.
std::string_view piece_table(std::string_view clx) {
  LeReader in(clx);
  while (const auto kind = in.number<std::uint8_t>()) {
    if (*kind == 1) {
      const auto size = in.number<std::uint16_t>();
      if (!size || !in.take(*size)) return {};
    } else {
      const auto size = in.number<std::uint32_t>();
      if (*kind != 2 || !size) return {};
      return in.take(std::min<std::uint64_t>(*size, in.left())).value_or(std::string_view());
    }
  }
  return {};
}

// A piece: characters in UTF-16, or in Windows 1252 when the bit 30 of its place says so (2.9.73).
std::string piece_text(std::string_view document, std::uint32_t place, std::uint64_t characters) {
  const bool is_narrow = (place & 0x40000000U) != 0;
  const std::uint64_t at = is_narrow ? (place & 0x3FFFFFFFU) / 2 : place & 0x3FFFFFFFU;
  if (at >= document.size()) return {};
  const auto bytes = document.substr(at, is_narrow ? characters : characters * 2);
  return mime::to_utf8(bytes.substr(0, is_narrow ? bytes.size() : bytes.size() & ~std::size_t{1}),
                       is_narrow ? "windows-1252" : "utf-16le");
}

}  // namespace

std::string text_of_lower_halves(std::string_view bytes) {
  std::string wide;
  wide.reserve(bytes.size() * 2);
  for (const char c : bytes) {
    wide.push_back(c);
    wide.push_back('\0');
  }
  return mime::to_utf8(wide, "utf-16le");
}

Verdict read_old_word(const CompoundFile& file, Reading& reading) {
  const auto document = file.read(CompoundFile::k_root, "WordDocument");
  const auto version = load_le<std::uint16_t>(document, 2).value_or(0);
  const auto flags = load_le<std::uint16_t>(document, k_flags).value_or(0);
  if ((flags & k_encrypted) != 0) return {Extraction::encrypted, "it needs a password"};
  if (version < k_first_version) return {Extraction::no_text, {}};
  const auto table = file.read(CompoundFile::k_root, (flags & k_table_one) ? "1Table" : "0Table");
  const auto at = load_le<std::uint32_t>(document, k_pieces_at).value_or(0);
  const auto size = load_le<std::uint32_t>(document, k_pieces_size).value_or(0);
  if (at >= table.size()) return {Extraction::not_readable, "the document is damaged"};
  // 2.8.35: n + 1 places of characters, then n descriptions of 8 bytes.
  const auto pieces = piece_table(std::string_view(table).substr(at, size));
  if (pieces.size() < 16) return {Extraction::not_readable, "the document is damaged"};
  const std::size_t count = (pieces.size() - 4) / 12;
  Shown shown(reading);
  std::uint64_t left = document.size();  // no character is in two pieces
  for (std::size_t i = 0; i < count && left > 0 && !reading.is_full(); ++i) {
    const auto from = load_le<std::uint32_t>(pieces, 4 * i).value_or(0);
    const auto to = load_le<std::uint32_t>(pieces, 4 * i + 4).value_or(0);
    const auto place = load_le<std::uint32_t>(pieces, 4 * (count + 1) + 8 * i + 2).value_or(0);
    if (to <= from) return {Extraction::not_readable, "the document is damaged"};
    const auto characters = std::min<std::uint64_t>(to - from, left);
    left -= characters;
    shown.add(piece_text(document, place, characters));
  }
  reading.add("\n");
  return {};
}

}  // namespace kontor::search
