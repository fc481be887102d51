// SPDX-License-Identifier: GPL-3.0-or-later
// Catalogs of search indexes and kept texts, packed or not: any bytes give an error, or what is
// written and read back as itself. Half of the inputs get a checksum that fits.
#include <fmt/format.h>

#include <cstdint>
#include <cstdlib>

#include "base/core/crc32c.hpp"
#include "search/index/catalog.hpp"
#include "search/index/merge_plan.hpp"
#include "search/index/stored_texts.hpp"
#include "search/index/text_packing.hpp"
#include "search/index/word_pairs.hpp"

namespace {
using namespace kontor;
using namespace kontor::search;

void require(bool condition) {
  if (!condition) std::abort();
}

void read_texts(std::string_view bytes) {
  StoredText text;
  std::size_t size = 0;
  for (auto rest = bytes; next_text(rest, text);) size += text.text.size();
  std::vector<FieldText> given;
  given_texts(bytes, given);
  require(size <= bytes.size());
}

void unpack(std::string_view data) {
  const auto packed = parse_packed(data);
  if (!packed) return;
  const std::vector<std::uint64_t> pairs = {1, ~std::uint64_t{0}};
  may_have_pairs(packed->pair_bits, pairs);
  TextUnpacker unpacker;
  if (const auto texts = unpacker.unpack(*packed, {})) read_texts(*texts);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  std::string input(reinterpret_cast<const char*>(data) + 1, size - 1);
  read_texts(input);
  unpack(input);
  if (data[0] % 2 == 0) input += fmt::format("crc {:08x}\n", crc32c(input));
  const auto catalog = decode_catalog(input);
  if (!catalog) return 0;
  const auto again = decode_catalog(encode_catalog(*catalog));
  require(again.has_value() && *again == *catalog);
  for (const auto& plan : {plan_when_idle(*catalog), plan_when_many(*catalog)})
    require(!plan || (plan->begin < plan->end && plan->end <= catalog->segments.size()));
  return 0;
}
