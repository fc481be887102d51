// SPDX-License-Identifier: GPL-3.0-or-later
#include <fmt/format.h>

#include "server/autodiscover/kit/kit.hpp"

namespace kontor::autodiscover {
namespace {

struct Row {
  std::string_view name;
  std::uint16_t priority;
  std::uint16_t port;
};

// RFC 8314, 5.1: the port where TLS comes first is preferred.
constexpr Row k_rows[] = {
    {"_imaps._tcp", 0, k_imaps},
    {"_imap._tcp", 10, k_imap},
    {"_pop3s._tcp", 20, k_pop3s},
    {"_pop3._tcp", 30, k_pop3},
    {"_submissions._tcp", 0, k_submissions},
    {"_submission._tcp", 10, k_submission},
    {"_autodiscover._tcp", 0, k_https},
    {"_caldavs._tcp", 0, k_https},  // RFC 6764; the path is found by /.well-known
    {"_carddavs._tcp", 0, k_https},
};

}  // namespace

KitFile zone_lines(const Kit& kit, const std::string& domain) {
  const auto& offer = kit.offer;
  std::string out = fmt::format(
      "; Kontor: lines for the zone {0}. Check: named-checkzone {0} FILE\n$ORIGIN {0}.\n", domain);
  for (const auto& row : k_rows) {
    if (row.port == k_https && !offer.https) continue;
    out.append(fmt::format("{:<20} 3600 IN SRV {} 1 {} {}.\n", row.name, row.priority,
                           offer.port(row.port), offer.host));
  }
  if (!offer.https) {
    out.append(
        "; No autoconfig and autodiscover: this server answers no HTTPS (http.enabled). Let\n"
        "; autoconfig lead to a web server that serves the folder web of these files.\n");
    return {fmt::format("dns/{}.zone", domain), std::move(out)};
  }
  // Names without a port lead to 443 alone.
  if (offer.port(k_https) == k_https) {
    out.append(
        "; Thunderbird asks autoconfig, Outlook autodiscover; the certificate has to name both.\n");
    for (const std::string_view name : {"autoconfig", "autodiscover"})
      if (fmt::format("{}.{}", name, domain) != offer.host)
        out.append(fmt::format("{:<20} 3600 IN CNAME {}.\n", name, offer.host));
  } else {
    out.append(fmt::format(
        "; No autoconfig and autodiscover: HTTPS is on port {}, such names lead to 443.\n",
        offer.port(k_https)));
  }
  return {fmt::format("dns/{}.zone", domain), std::move(out)};
}

}  // namespace kontor::autodiscover
