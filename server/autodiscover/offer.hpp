// SPDX-License-Identifier: GPL-3.0-or-later
// Offer: what a mail program needs to know of this server: where its services are and how people
// sign in. Made from settings and the sign-in service; pure.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/config/settings.hpp"

namespace kontor::autodiscover {

struct Offer {
  std::string host;      // server.name: in the certificate and the keytab
  bool tickets = false;  // GSSAPI: nobody is asked for a password
  bool passwords = false;
  bool ntlm = false;  // what Outlook calls secure password authentication
  std::uint32_t port_base = 0;
  bool https = true;         // else nothing can be asked: autoconfig, Autodiscover, who a person is
  bool address_book = true;  // by LDAP

  // A port on which TLS comes first, or 587, 143 and 110 for STARTTLS.
  std::uint32_t port(std::uint16_t standard) const { return port_base + standard; }
  std::string url(std::string_view path) const;  // "https://host[:port]/path"
};

inline constexpr std::uint16_t k_https = 443, k_imaps = 993, k_imap = 143, k_pop3s = 995,
                               k_pop3 = 110, k_submissions = 465, k_submission = 587, k_ldaps = 636;
inline constexpr std::string_view k_pox_path = "/autodiscover/autodiscover.xml";
inline constexpr std::string_view k_person_path = "/autodiscover/person.json";

// `mechanisms`: of the sign-in service, inside TLS.
Offer make_offer(const config::Settings& settings, const std::vector<std::string>& mechanisms);

// What stands before and behind the last "@"; the domain in lower case, empty without one.
struct Address {
  std::string local, domain;
};
Address split_address(std::string_view address);

// "old.test=example.test" of domains.alias for this domain: "example.test"; empty: it is no alias.
std::string true_domain(const config::Domains& domains, std::string_view alias);

// Text for an element or attribute of XML 1.0; what XML cannot hold is left out.
std::string xml_text(std::string_view text);

}  // namespace kontor::autodiscover
