// SPDX-License-Identifier: GPL-3.0-or-later
// TLS reports of strangers, the records that ask for ours, the files of counts and of what was
// received: any bytes are read or refused, and what is read is written and read again the same.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "server/reports/received.hpp"
#include "server/reports/tls_report.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace kontor::reports;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  for (const auto& one : destinations_of({std::string(bytes)}))
    for (const auto& text : {one.address, one.host, one.path})
      for (const char c : text)
        if (c <= ' ' || c > '~') std::abort();
  if (const auto tally = parse_tls_tally(bytes)) {
    const auto again = parse_tls_tally(format_tls_tally(*tally));
    if (!again || *again != *tally) std::abort();
    const bool is_short =
        !tally->empty() && tally->size() <= k_most_policies && size < k_most_failures;
    if (is_short && !read_tls_report(tls_report_json({"a", "b", "c", {}, {}}, *tally)))
      std::abort();
  }
  if (const auto stored = parse_stored(bytes)) {
    const auto again = parse_stored(format_stored(*stored).value());
    if (!again || *again != *stored) std::abort();
  }
  (void)read_tls_report(bytes);
  return 0;
}
