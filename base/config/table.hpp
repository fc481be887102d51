// SPDX-License-Identifier: GPL-3.0-or-later
// The table of settings: one row for each field of Settings. Loader, dump, checks and documents
// are made from it; a setting that is not here does not exist. Never changes; any thread.
#pragma once
#include <array>
#include <chrono>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/config/settings.hpp"

namespace kontor::config {

// Where a value stands in a Settings.
using Field = std::variant<bool*,
                           std::uint16_t*,
                           std::uint32_t*,
                           ByteCount*,
                           std::string*,
                           std::vector<std::string>*,
                           std::chrono::seconds*,
                           std::chrono::milliseconds*>;

// What values are allowed. Numbers count in the field's own unit (bytes, seconds, milliseconds).
struct Range {
  std::int64_t least = 0;
  std::int64_t most = 0;
  std::array<std::string_view, 5> allowed{};  // of a text, or of each element of a list

  constexpr std::span<const std::string_view> choices() const {
    std::size_t count = 0;
    while (count < allowed.size() && !allowed[count].empty()) ++count;
    return std::span(allowed).first(count);
  }
};

enum class Applies : unsigned char { at_start, at_once };

struct Row {
  std::string_view key;  // section.name
  Field (*field)(Settings&);
  Range range;
  std::string_view help;       // one line
  std::string_view paragraph;  // for the manual
  Applies applies = Applies::at_start;
  bool secret = false;
  std::string_view since = "0.1";

  std::string_view section() const { return key.substr(0, key.find('.')); }
  std::string_view name() const { return key.substr(key.find('.') + 1); }
};

std::span<const Row> table();
// The row of a key; nullptr when there is none.
const Row* find_row(std::string_view key);
// The key most like `key`; empty when none is.
std::string_view nearest_key(std::string_view key);

}  // namespace kontor::config
