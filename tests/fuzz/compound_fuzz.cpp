// SPDX-License-Identifier: GPL-3.0-or-later
// Compound files and messages of Outlook in them.
#include "tests/fuzz/reader_fuzz.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  return kontor::search::read_anything(data, size, kontor::search::read_compound);
}
