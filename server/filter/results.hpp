// SPDX-License-Identifier: GPL-3.0-or-later
// The Authentication-Results field (RFC 8601): what was found out about a message, for its readers,
// their programs and their rules. Pure.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "server/filter/arc/chain.hpp"
#include "server/filter/dkim/verify.hpp"
#include "server/filter/dmarc/check.hpp"
#include "server/filter/spf/check.hpp"

namespace kontor::filter {

struct Report {
  std::string hello, sender;  // as given; an empty sender: <>
  spf::Answer spf;
  std::vector<dkim::Outcome> signatures;
  arc::Answer arc;
  dmarc::Answer dmarc;
  std::string vouched_by;  // a trusted sealer, but for whom DMARC would fail; empty: nobody
};

// "Authentication-Results: NAME; …" CRLF, folded; lines of less than 998 bytes.
std::string results_field(std::string_view server_name, const Report& report);
// "X-Kontor-Junk: REASON" CRLF, by which delivery puts a message into the folder for junk.
std::string junk_field(std::string_view reason);
// One of the three ended in temperror: the DNS did not answer.
bool is_partly_unknown(const Report& report);
// "spf=pass dkim=fail (d.test: …) dmarc=none", for the log.
std::string summary_of(const Report& report);

// RFC 8601, 5: the message without the fields of that name, of X-Kontor-Screening,
// X-Kontor-Scan, X-Kontor-Signs and X-Kontor-Junk, that claim to be of this server. Given back as
// it came when there are none.
std::string without_own_results(std::string message, std::string_view server_name);

}  // namespace kontor::filter
