// SPDX-License-Identifier: GPL-3.0-or-later
// Rows of the table of settings: outbound, reports, dns.
#include <array>

#include "base/config/rows.hpp"

namespace kontor::config {
namespace {

constexpr auto k_rows = std::to_array<Row>({
    {"outbound.dane",
     [](Settings& s) -> Field { return &s.outbound.dane; },
     {},
     "Obey TLSA records of mail hosts (DANE, RFC 7672).",
     "A domain that signs its zone says there which certificates its mail hosts have; mail goes to "
     "no other. Needs dns.trust_anchor_file. queue.tls = verify stands above it."},
    {"outbound.mta_sts",
     [](Settings& s) -> Field { return &s.outbound.mta_sts; },
     {},
     "Obey policies of other domains (MTA-STS, RFC 8461).",
     "A domain that publishes one gets its mail over checked TLS alone. Where TLSA records hold, "
     "they count instead."},
    {"outbound.mta_sts_ca_file",
     [](Settings& s) -> Field { return &s.outbound.mta_sts_ca_file; },
     {},
     "Authorities believed about policies and their mail hosts (PEM).",
     "Empty: those the system trusts."},
    {"outbound.mta_sts_port",
     [](Settings& s) -> Field { return &s.outbound.mta_sts_port; },
     {1, 65535},
     "Port of hosts that policies come from.",
     "443 everywhere but in tests."},
    {"outbound.policy_mode",
     [](Settings& s) -> Field { return &s.outbound.policy_mode; },
     {0, 0, {"off", "none", "testing", "enforce"}},
     "Policy for mail to domains of this server (MTA-STS).",
     "Served at https://mta-sts.DOMAIN/.well-known/mta-sts.txt; off: there is none. Begin with "
     "testing. none, for as long as outbound.policy_age, takes it back."},
    {"outbound.policy_hosts",
     [](Settings& s) -> Field { return &s.outbound.policy_hosts; },
     {},
     "Mail hosts that the policy names.",
     "\"mx.example\" or \"*.example\". Empty: server.name."},
    {"outbound.policy_age",
     [](Settings& s) -> Field { return &s.outbound.policy_age; },
     {86400, 31557600},
     "How long others keep the policy.",
     "RFC 8461, section 3.2: weeks, and at most a year."},
    {"reports.tls_sender",
     [](Settings& s) -> Field { return &s.reports.tls_sender; },
     {},
     "The address that TLS reports are sent from.",
     "What became of TLS with the mail hosts of other domains is counted, and once a day those "
     "that "
     "ask for it are told (RFC 8460). An address of yours that takes mail, of a domain with DKIM "
     "keys. Empty: nothing is gathered or sent."},
    {"reports.contact",
     [](Settings& s) -> Field { return &s.reports.contact; },
     {},
     "Whom the receivers of TLS reports may ask.",
     "A mail address. Empty: reports.tls_sender."},
    {"reports.ca_file",
     [](Settings& s) -> Field { return &s.reports.ca_file; },
     {},
     "Authorities believed about web servers that take TLS reports (PEM).",
     "Empty: those the system trusts."},
    {"reports.addresses",
     [](Settings& s) -> Field { return &s.reports.addresses; },
     {},
     "Mailboxes that reports about your domains come to.",
     "The addresses that rua= of your records _dmarc and _smtp._tls names. DMARC and TLS reports "
     "that come there stay in the mailbox and are read as well: kontorctl dmarc and kontorctl "
     "tlsrpt show what they say. Empty: none are read."},
    {"reports.keep",
     [](Settings& s) -> Field { return &s.reports.keep; },
     {86400, 315576000},
     "How long what others reported is kept.",
     "Counted from the end of the time that a report is about."},
    {"reports.max_size",
     [](Settings& s) -> Field { return &s.reports.max_size; },
     {1048576, 1099511627776},
     "Most space for what others reported.",
     "The oldest reports go first."},
    {"dns.servers",
     [](Settings& s) -> Field { return &s.dns.servers; },
     {},
     "Name servers to ask.",
     "Addresses, with @PORT where it is not 53. Empty: those of the system (/etc/resolv.conf)."},
    {"dns.trust_anchor_file",
     [](Settings& s) -> Field { return &s.dns.trust_anchor_file; },
     {},
     "Trust anchor of DNSSEC.",
     "A file in the form of unbound's root.key, such as /usr/share/dns/root.key of Debian's "
     "dns-root-data. Empty: answers are not validated, and DANE protects nothing."},
    {"dns.unsigned_zones",
     [](Settings& s) -> Field { return &s.dns.unsigned_zones; },
     {},
     "Domains whose answers are not validated.",
     "With all below them: a network's own names (\"corp.example\") that the world's DNS says do "
     "not exist."},
    {"dns.timeout",
     [](Settings& s) -> Field { return &s.dns.timeout; },
     {100, 120000},
     "Longest wait for an answer of the DNS.",
     "The message is tried again later after it."},
});

}  // namespace

std::span<const Row> outbound_rows() { return k_rows; }

}  // namespace kontor::config
