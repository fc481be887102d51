// SPDX-License-Identifier: GPL-3.0-or-later
// Headers and DMARC records of any bytes; a field made of them stays one field of printable lines.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "base/mime/header.hpp"
#include "server/filter/results.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace kontor::filter;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const auto once = without_own_results(std::string(bytes), "mail.example.test");
  if (once.size() > size) std::abort();
  if (dmarc::author_domains(bytes).size() > dmarc::k_most_authors + 1) std::abort();
  if (const auto record = dmarc::parse_record(bytes))
    if (record->percent > 100) std::abort();
  Report report;
  report.hello = report.sender = report.spf.reason = report.dmarc.domain = std::string(bytes);
  report.spf.verdict = spf::Verdict::fail;
  const auto field = results_field("mail.example.test", report);
  if (kontor::mime::parse_fields(field).size() != 1 || field.size() > 4'000) std::abort();
  for (const char c : field)
    if ((c < ' ' || c > '~') && c != '\r' && c != '\n' && c != '\t') std::abort();
  return 0;
}
