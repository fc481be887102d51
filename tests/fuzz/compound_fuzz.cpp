// SPDX-License-Identifier: GPL-3.0-or-later
// Compound files and messages of Outlook in them: no loop, no reading beyond the end.
#include <cstdint>
#include <cstdlib>

#include "base/core/text.hpp"
#include "search/extract/read/readers.hpp"

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace kontor::search;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  ReadLimits limits;
  limits.text = 65'536;
  limits.unpacked = limits.member = limits.unpacked_always = 1U << 20U;
  limits.files = 100;
  Reading reading(limits, size);
  auto verdict = read_compound(bytes, reading);
  const auto extracted = std::move(reading).finish(std::move(verdict));
  require(kontor::is_utf8(extracted.text));
  require(extracted.text.size() <= limits.text);
  require(extracted.outcome != Extraction::unavailable);
  require((extracted.outcome == Extraction::read || extracted.outcome == Extraction::no_text) ==
          extracted.why.empty());
  return 0;
}
