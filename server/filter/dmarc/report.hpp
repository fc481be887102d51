// SPDX-License-Identifier: GPL-3.0-or-later
// An aggregate report (RFC 7489, 7.2 and appendix C): what one domain is told of one day, and who
// is to be told. Pure.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "base/core/time.hpp"
#include "server/filter/dmarc/tally.hpp"

namespace kontor::filter::dmarc {

struct ReportHead {
  std::string organisation;   // who reports: server.name
  std::string sender;         // checks.report_sender
  std::string id;             // unique
  UtcSeconds begin{}, end{};  // the last second is of it
};

std::string report_xml(const ReportHead& head,
                       const Published& published,
                       const Outcomes& outcomes);

// Addresses of rua= ("mailto:a@b.test!10m,…"), without those that no mail goes to; at most
// k_most_destinations. `size` is the report's: who does not take it is left out (6.2).
std::vector<std::string> destinations_of(std::string_view rua, std::uint64_t size);
inline constexpr std::size_t k_most_destinations = 5;

// The letter that carries it, compressed (7.2.1.1); lines end with CRLF.
struct ReportLetter {
  const ReportHead& head;
  const Published& published;
  std::string_view to;
  std::string_view compressed;
  UtcSeconds date;
};
std::string report_letter(const ReportLetter& letter);

}  // namespace kontor::filter::dmarc
