// SPDX-License-Identifier: GPL-3.0-or-later
// Names of what others have given: each has one spelling, and no other name is taken for one.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "server/dav/given_name.hpp"

namespace {

using namespace kontor::dav;

void require(bool holds) {
  if (!holds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  if (const auto given = parse_given(bytes)) {
    require(given_segment(*given) == bytes);
    require(bytes.find_first_not_of("0123456789abcdefhrs-") == std::string_view::npos);
  }
  // Any two numbers make a name that is read as these.
  if (size < 20) return 0;
  Given made;
  made.account = *kontor::Uuid::from_bytes(bytes.substr(0, 16));
  for (const char byte : bytes.substr(16, 4))
    made.folder = (made.folder << 8U) | static_cast<unsigned char>(byte);
  const auto again = parse_given(given_segment(made));
  require(!again || *again == made);
  return 0;
}
