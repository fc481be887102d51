// SPDX-License-Identifier: GPL-3.0-or-later
// What must hold of every reader of attachments, whatever the bytes: it comes to an end, to UTF-8
// within the limit, and gives a reason exactly when something was not read.
#pragma once
#include <cstdint>
#include <cstdlib>

#include "base/core/text.hpp"
#include "search/extract/read/readers.hpp"

namespace kontor::search {

template <class Reader>
int read_anything(const std::uint8_t* data, std::size_t size, Reader reader) {
  const auto require = [](bool holds) {
    if (!holds) std::abort();
  };
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  ReadLimits limits;
  limits.text = 65'536;
  limits.unpacked = limits.member = limits.unpacked_always = 1U << 20U;
  limits.files = 100;
  Reading reading(limits, size);
  auto verdict = reader(bytes, reading);
  const auto extracted = std::move(reading).finish(std::move(verdict));
  require(is_utf8(extracted.text));
  require(extracted.text.size() <= limits.text);
  require(extracted.outcome != Extraction::unavailable);
  require((extracted.outcome == Extraction::read || extracted.outcome == Extraction::no_text) ==
          extracted.why.empty());
  return 0;
}

}  // namespace kontor::search
