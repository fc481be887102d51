// SPDX-License-Identifier: GPL-3.0-or-later
// [MS-XLS]: the strings of a workbook are in one table; sheets have their names, labels and
// numbers.
#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <optional>
#include <vector>

#include "base/core/little_endian.hpp"
#include "base/mime/decode.hpp"
#include "search/extract/read/old_office.hpp"

namespace kontor::search {
namespace {

// Records (2.3).
constexpr std::uint16_t k_encrypted = 0x002F;
constexpr std::uint16_t k_continue = 0x003C;
constexpr std::uint16_t k_sheet = 0x0085;
constexpr std::uint16_t k_strings = 0x00FC;
constexpr std::uint16_t k_number = 0x0203;
constexpr std::uint16_t k_label = 0x0204;
constexpr std::uint16_t k_string = 0x0207;
constexpr std::uint16_t k_rk = 0x027E;
constexpr std::uint16_t k_many_rk = 0x00BD;
constexpr std::uint16_t k_formula = 0x0006;

// A record with those that continue it. A string that is cut by the end of a record goes on in the
// next one behind a byte that says anew how wide its characters are (2.5.293).
class Parts {
 public:
  explicit Parts(std::vector<std::string_view> parts) : parts_(std::move(parts)) {}

  std::optional<std::uint32_t> number(std::size_t size) {
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < size; ++i) {
      if (!settle()) return std::nullopt;
      value |= std::uint32_t(static_cast<unsigned char>(parts_[part_][at_++])) << (8 * i);
    }
    return value;
  }

  bool skip(std::uint64_t size) {
    while (size > 0 && settle()) {
      const auto step = std::min<std::uint64_t>(size, parts_[part_].size() - at_);
      at_ += step;
      size -= step;
    }
    return size == 0;
  }

  // `characters` of them, wide ones in UTF-16.
  std::optional<std::string> text(std::uint64_t characters, bool is_wide) {
    std::string out;
    while (characters > 0) {
      if (at_ >= parts_[part_].size()) {
        if (!settle()) return std::nullopt;
        is_wide = (parts_[part_][at_++] & 1) != 0;
        continue;
      }
      const std::size_t width = is_wide ? 2 : 1;
      const auto here = std::min<std::uint64_t>(characters, (parts_[part_].size() - at_) / width);
      if (here == 0) return std::nullopt;
      const auto bytes = parts_[part_].substr(at_, here * width);
      out += is_wide ? mime::to_utf8(bytes, "utf-16le") : text_of_lower_halves(bytes);
      at_ += here * width;
      characters -= here;
    }
    return out;
  }

 private:
  // To the next byte, in the next part if need be.
  bool settle() {
    while (part_ < parts_.size() && at_ >= parts_[part_].size()) {
      if (part_ + 1 == parts_.size()) return false;
      ++part_;
      at_ = 0;
    }
    return part_ < parts_.size();
  }

  std::vector<std::string_view> parts_;
  std::size_t part_ = 0;
  std::size_t at_ = 0;
};

class Workbook {
 public:
  Workbook(std::string_view bytes, Reading& reading) : in_(bytes), reading_(reading) {}

  Verdict read() {
    while (!reading_.is_full()) {
      const auto kind = in_.number<std::uint16_t>();
      const auto size = in_.number<std::uint16_t>();
      if (!kind || !size) return {};
      const auto record = in_.take(*size);
      if (!record) return {Extraction::not_readable, "the workbook is damaged"};
      if (*kind == k_encrypted) return {Extraction::encrypted, "it needs a password"};
      take(*kind, *record);
    }
    return {};
  }

 private:
  void take(std::uint16_t kind, std::string_view record) {
    switch (kind) {
      case k_sheet:
        if (record.size() > 8) add_string(record.substr(6), 1);
        break;
      case k_strings:
        read_strings(record);
        break;
      case k_label:
        if (record.size() > 8) add_string(record.substr(6), 2);
        break;
      case k_string:
        add_string(record, 2);
        break;
      case k_number:
        add_number(load_le<std::uint64_t>(record, 6));
        break;
      case k_formula:
        add_formula(record);
        break;
      case k_rk:
        add_rk(load_le<std::uint32_t>(record, 6));
        break;
      case k_many_rk:
        for (std::size_t at = 4; at + 8 <= record.size(); at += 6)
          add_rk(load_le<std::uint32_t>(record, at + 2));
        break;
      default:
        break;
    }
  }

  // A length of 1 or 2 bytes, a byte of flags, characters.
  void add_string(std::string_view record, std::size_t length_size) {
    Parts parts({record});
    const auto length = parts.number(length_size);
    const auto flags = parts.number(1);
    if (!length || !flags) return;
    if (const auto text = parts.text(*length, (*flags & 1U) != 0)) reading_.add_line(*text);
  }

  // 2.4.265: how often, how many, and each with its formats and readings behind it.
  void read_strings(std::string_view record) {
    std::vector<std::string_view> all{record};
    while (load_le<std::uint16_t>(in_.rest(), 0) == k_continue) {
      (void)in_.take(2);
      const auto size = in_.number<std::uint16_t>().value_or(0);
      const auto more = in_.take(size);
      if (!more) break;
      all.push_back(*more);
    }
    Parts parts(std::move(all));
    if (!parts.skip(4)) return;
    const auto count = parts.number(4).value_or(0);
    for (std::uint32_t i = 0; i < count && !reading_.is_full(); ++i)
      if (!read_string(parts)) return;
  }

  bool read_string(Parts& parts) {
    const auto length = parts.number(2);
    const auto flags = parts.number(1);
    if (!length || !flags) return false;
    std::uint64_t behind = 0;
    if ((*flags & 8U) != 0) behind += 4 * std::uint64_t{parts.number(2).value_or(0)};
    if ((*flags & 4U) != 0) behind += parts.number(4).value_or(0);
    const auto text = parts.text(*length, (*flags & 1U) != 0);
    if (!text) return false;
    reading_.add_line(*text);
    return parts.skip(behind);
  }

  // A formula's value, unless it is a string (which follows), truth or error (2.5.133).
  void add_formula(std::string_view record) {
    if (load_le<std::uint16_t>(record, 12) != 0xFFFF) add_number(load_le<std::uint64_t>(record, 6));
  }

  void add_number(std::optional<std::uint64_t> bits) {
    if (bits) reading_.add_line(fmt::format("{}", std::bit_cast<double>(*bits)));
  }

  // 2.5.218: a number cut short; bit 0: a hundred times too great; bit 1: a whole one.
  void add_rk(std::optional<std::uint32_t> value) {
    if (!value) return;
    double number = (*value & 2U) != 0 ? static_cast<double>(static_cast<std::int32_t>(*value) >> 2)
                                       : std::bit_cast<double>(std::uint64_t{*value & ~3U} << 32U);
    if ((*value & 1U) != 0) number /= 100;
    reading_.add_line(fmt::format("{}", number));
  }

  LeReader in_;
  Reading& reading_;
};

}  // namespace

Verdict read_old_excel(const CompoundFile& file, Reading& reading) {
  return Workbook(file.read(CompoundFile::k_root, "Workbook"), reading).read();
}

}  // namespace kontor::search
