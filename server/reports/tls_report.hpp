// SPDX-License-Identifier: GPL-3.0-or-later
// A TLS report (RFC 8460): who wants one, what it says of a day, and the letter that carries it.
// Pure.
#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/core/time.hpp"
#include "server/reports/tls_tally.hpp"

namespace kontor::reports {

// Where a report goes (3): a mail address, or a web server.
struct Destination {
  bool is_mail = false;
  std::string address;  // of mail
  std::string host;     // of HTTPS
  std::uint16_t port = 443;
  std::string path;
  bool operator==(const Destination&) const = default;
};
inline constexpr std::size_t k_most_destinations = 5;

// Of the texts at _smtp._tls.DOMAIN. Empty: no report is wanted, by there being no record, more
// than one, or none that can be read.
std::vector<Destination> destinations_of(const std::vector<std::string>& texts);

struct TlsReportHead {
  std::string organisation;   // who reports: server.name
  std::string contact;        // a mail address
  std::string id;             // unique
  UtcSeconds begin{}, end{};  // the last second is of it
};

// JSON (4.4) about the policies of one domain.
std::string tls_report_json(const TlsReportHead& head, const TlsTally& domain);

// "SUBMITTER!DOMAIN!BEGIN!END!ID.json.gz" (5.1).
std::string tls_report_file(const TlsReportHead& head, std::string_view domain);

// The letter (5.3), with the report compressed; lines end with CRLF.
struct TlsReportLetter {
  const TlsReportHead& head;
  std::string_view sender;
  std::string_view to;
  std::string_view domain;
  std::string_view compressed;
  UtcSeconds date;
};
std::string tls_report_letter(const TlsReportLetter& letter);

}  // namespace kontor::reports
