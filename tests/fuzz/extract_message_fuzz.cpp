// SPDX-License-Identifier: GPL-3.0-or-later
// What kontord and kontor-extract say to each other: parsing never reads beyond the end, and what
// was printed is read as it was.
#include <cstdint>
#include <cstdlib>

#include "base/core/text.hpp"
#include "search/extract/protocol.hpp"

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace kontor::search;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  if (const auto answer = parse_answer(bytes)) {
    require(kontor::is_utf8(answer->text) && kontor::is_utf8(answer->why));
    require(answer->outcome != Extraction::unavailable);
    const auto again = parse_answer(encode_answer(*answer));
    require(again && again->outcome == answer->outcome && again->why == answer->why);
  }
  if (const auto request = parse_request(bytes)) {
    const auto printed = request_head(*request) + std::string(request->bytes);
    const auto again = parse_request(printed);
    require(again && again->bytes == request->bytes);
  }
  if (const auto greeting = parse_greeting(bytes)) require(encode(*greeting) == bytes);
  if (const auto order = parse_order(bytes)) require(encode(*order) == bytes);
  if (const auto fate = parse_fate(bytes)) require(encode(*fate) == bytes);
  return 0;
}
