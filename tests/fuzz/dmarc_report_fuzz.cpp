// SPDX-License-Identifier: GPL-3.0-or-later
// Messages with reports, archives and the XML of DMARC: any bytes are read or refused within the
// limits.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "server/reports/read_dmarc.hpp"
#include "server/reports/unpack.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace kontor::reports;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  for (const auto& found : {unpack(bytes), document_in(bytes)}) {
    if (!found) continue;
    const auto longest = found->kind == Kind::dmarc ? k_longest_xml : k_longest_json;
    if (found->text.empty() || found->text.size() > longest) std::abort();
    (void)read_dmarc_report(found->text);
  }
  const auto report = read_dmarc_report(bytes);
  if (report && (report->rows.size() > k_most_records || report->domain.empty())) std::abort();
  return 0;
}
