// SPDX-License-Identifier: GPL-3.0-or-later
// The kit for clients: files that an administrator hands out, so that a domain's computers need
// nothing but the user's session. Everything in them comes from the server. Pure.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "server/autodiscover/offer.hpp"

namespace kontor::autodiscover {

struct KitPerson {
  std::string name, address, login;
};

struct Kit {
  Offer offer;
  std::vector<std::string> domains;  // of mail, the first is the main one
  std::string forest;                // Active Directory's root domain; empty: another directory
  std::string ca;                    // PEM, for those who do not trust it yet; empty: unknown
  std::optional<KitPerson> person;   // for files that hold a person; nothing: %USERNAME%
};

struct KitFile {
  std::string name;  // with folders: "dns/example.test.zone"
  std::string text;
};

std::vector<KitFile> make_kit(const Kit& kit);

// The address of whoever's session it is, where nobody in particular is meant.
inline std::string template_address(const Kit& kit) {
  return "%USERNAME%@" + (kit.domains.empty() ? kit.offer.host : kit.domains.front());
}

// The parts of it.
std::vector<KitFile> thunderbird_files(const Kit& kit);
KitFile outlook_profile(const Kit& kit);
// Lines of a zone file (RFC 1035, 5) for one domain of mail: RFC 6186, RFC 8314, section 5.1, and
// what Outlook and Thunderbird look for.
KitFile zone_lines(const Kit& kit, const std::string& domain);
// For a server without HTTPS: what another web server answers at autoconfig.DOMAIN.
KitFile autoconfig_page(const Kit& kit, const std::string& domain);
// The object by which Outlook in a forest finds Autodiscover without asking the DNS.
KitFile service_connection_point(const Kit& kit);
// What to do with all of it, in English and in Russian.
std::vector<KitFile> notes(const Kit& kit);

inline constexpr const char* k_ca_name = "kontor-ca.pem";

}  // namespace kontor::autodiscover
