// SPDX-License-Identifier: GPL-3.0-or-later
#include "search/extract/read/compressed_rtf.hpp"

#include <algorithm>
#include <array>

#include "base/core/little_endian.hpp"

namespace kontor::search {
namespace {

// [MS-OXRTFCP] 2.1.2.1: what the dictionary holds at first.
constexpr std::string_view k_first =
    "{\\rtf1\\ansi\\mac\\deff0\\deftab720{\\fonttbl;}{\\f0\\fnil \\froman \\fswiss \\fmodern "
    "\\fscript \\fdecor MS Sans SerifSymbolArialTimes New RomanCourier{\\colortbl\\red0\\green0"
    "\\blue0\r\n\\par \\pard\\plain\\f0\\fs20\\b\\i\\u\\tab\\tx";
static_assert(k_first.size() == 207);

constexpr std::uint32_t k_packed = 0x75465A4C;  // "LZFu"
constexpr std::uint32_t k_plain = 0x414C454D;   // "MELA"

class Unpacker {
 public:
  Unpacker(std::string_view in, std::size_t most) : in_(in), most_(most) {
    std::ranges::copy(k_first, dictionary_.begin());
  }

  std::string run() {
    while (out_.size() < most_) {
      const auto control = in_.number<std::uint8_t>();
      if (!control || !run_of_eight(*control)) break;
    }
    return std::move(out_);
  }

 private:
  bool run_of_eight(unsigned control) {
    for (unsigned bit = 0; bit < 8; ++bit) {
      if ((control >> bit & 1U) != 0) {
        if (!copy()) return false;
      } else {
        const auto byte = in_.number<std::uint8_t>();
        if (!byte) return false;
        put(static_cast<char>(*byte));
      }
    }
    return true;
  }

  // Two bytes, the greater first: 12 bits of place, 4 of length less 2.
  bool copy() {
    const auto high = in_.number<std::uint8_t>();
    const auto low = in_.number<std::uint8_t>();
    if (!high || !low) return false;
    const unsigned both = unsigned{*high} << 8U | *low;
    std::size_t from = both >> 4U;
    if (from == at_) return false;  // the end
    for (std::size_t left = (both & 0xFU) + 2; left > 0; --left) {
      put(dictionary_[from]);
      from = (from + 1) % dictionary_.size();
    }
    return true;
  }

  void put(char c) {
    out_.push_back(c);
    dictionary_[at_] = c;
    at_ = (at_ + 1) % dictionary_.size();
  }

  LeReader in_;
  std::size_t most_;
  std::array<char, 4'096> dictionary_{};
  std::size_t at_ = k_first.size();
  std::string out_;
};

}  // namespace

std::string unpack_rtf(std::string_view packed, std::size_t most) {
  // Sizes and a checksum, which a damaged one has wrong too.
  const auto kind = load_le<std::uint32_t>(packed, 8);
  if (!kind || packed.size() < 16) return {};
  packed.remove_prefix(16);
  if (*kind == k_plain) return std::string(packed.substr(0, most));
  if (*kind != k_packed) return {};
  return Unpacker(packed, most).run();
}

}  // namespace kontor::search
