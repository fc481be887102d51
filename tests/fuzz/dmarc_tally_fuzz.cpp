// SPDX-License-Identifier: GPL-3.0-or-later
// Counts of DMARC results of any bytes: what is read is written and read again the same; what a
// record asks for reports by is a plain address or nothing.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "server/filter/dmarc/report.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace kontor::filter::dmarc;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  for (const auto& address : destinations_of(bytes, 1'000))
    for (const char c : address)
      if (c <= ' ' || c > '~' || c == '<' || c == '>') std::abort();
  const auto tally = parse_tally(bytes);
  if (!tally) return 0;
  const auto again = parse_tally(format_tally(*tally));
  if (!again || *again != *tally) std::abort();
  for (const auto& [published, outcomes] : *tally)
    if (report_xml({}, published, outcomes).find('\0') != std::string::npos) std::abort();
  return 0;
}
