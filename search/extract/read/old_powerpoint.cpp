// SPDX-License-Identifier: GPL-3.0-or-later
// [MS-PPT]: records within records; two kinds of them hold what slides say.
#include "base/core/little_endian.hpp"
#include "base/mime/decode.hpp"
#include "search/extract/read/old_office.hpp"

namespace kontor::search {
namespace {

// Kinds of records (2.13.24).
constexpr std::uint16_t k_wide_text = 0x0FA0;
constexpr std::uint16_t k_narrow_text = 0x0FA8;
constexpr std::uint16_t k_wide_string = 0x0FBA;
constexpr int k_most_depth = 32;

std::string lines(std::string text) {
  for (char& c : text)
    if (c == '\r' || c == '\v') c = '\n';
  return text;
}

// True: to the end.
bool read_records(std::string_view bytes, Reading& reading, int depth) {
  LeReader in(bytes);
  while (in.left() >= 8 && !reading.is_full()) {
    const auto version = in.number<std::uint16_t>().value_or(0);
    const auto kind = in.number<std::uint16_t>().value_or(0);
    const auto size = in.number<std::uint32_t>().value_or(0);
    const auto body = in.take(size);
    if (!body) return false;
    if ((version & 0xFU) == 0xF) {
      if (depth < k_most_depth && !read_records(*body, reading, depth + 1)) return false;
    } else if (kind == k_wide_text || kind == k_wide_string) {
      const auto whole = body->substr(0, body->size() & ~std::size_t{1});
      reading.add_line(lines(mime::to_utf8(whole, "utf-16le")));
    } else if (kind == k_narrow_text) {
      reading.add_line(lines(text_of_lower_halves(*body)));
    }
  }
  return true;
}

}  // namespace

Verdict read_old_powerpoint(const CompoundFile& file, Reading& reading) {
  // 2.3.2: this mark of the current user says that the rest is encrypted.
  const auto user = file.read(CompoundFile::k_root, "Current User");
  constexpr std::uint32_t k_encrypted = 0xF3D1C4DF;
  if (load_le<std::uint32_t>(user, 12) == k_encrypted)
    return {Extraction::encrypted, "it needs a password"};
  const auto document = file.read(CompoundFile::k_root, "PowerPoint Document");
  if (read_records(document, reading, 0)) return {};
  return {Extraction::not_readable, "the presentation is damaged"};
}

}  // namespace kontor::search
