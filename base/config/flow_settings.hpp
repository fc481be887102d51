// SPDX-License-Identifier: GPL-3.0-or-later
// The settings of mail's way through the server: part of base/config/settings.hpp.
#pragma once
#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace kontor::config {

using ByteCount = std::uint64_t;

// Who really sent a message: SPF, DKIM and DMARC of mail from others, at the end of its data.
struct Checks {
  bool enabled = true;
  std::chrono::seconds timeout{20};  // what the DNS has not told by then is not known
  std::string spf_fail = "mark";     // mark or refuse
  std::string dmarc_fail = "mark";   // mark, refuse, obey or hold
  bool fail_open = true;             // false: when the DNS does not answer, the sender tries again
  std::vector<std::string> trusted_sealers;   // domains whose ARC seals speak for mail
  std::string invitations = "unless_forged";  // all, unless_forged or proven
  std::string report_sender;                  // of DMARC reports; empty: none are sent
};

// Who may hand over mail on port 25.
struct Screening {
  bool enabled = true;
  std::vector<std::string> allow;     // networks, host names, domains, addresses
  std::vector<std::string> deny;      // the same
  std::vector<std::string> dnsbl;     // "zone" or "zone=127.0.0.2,127.0.0.4-127.0.0.11"
  std::vector<std::string> rhsbl;     // the same, asked for domains
  std::string listed = "refuse";      // mark or refuse
  std::string reverse_name = "mark";  // off, mark or refuse
  std::string hello = "mark";
  std::string sender_domain = "mark";
  std::string sender_address = "off";  // mark or refuse: one that its own server does not take
  std::string own_sender = "off";      // mark or refuse: an address of this server's domains
  std::chrono::seconds sender_address_keep{604'800};         // how long one that exists is known
  std::chrono::seconds sender_address_missing_keep{10'800};  // and one that does not
  std::uint32_t sender_address_probes = 60;    // questions to other servers in a minute
  std::chrono::milliseconds greeting_wait{0};  // who talks before the greeting; 0: not looked for
  std::string early_talk = "mark";             // mark or refuse
  bool own_lists = true;                       // those that people keep for themselves
  std::string spam_base = "mark";              // off, mark or refuse: servers that sent spam
  std::uint32_t spam_base_count = 5;           // messages learnt as spam
  std::chrono::seconds spam_base_period{604'800};  // within which they come
  std::chrono::seconds spam_base_keep{604'800};    // since the last of them
  bool greylist = false;
  std::chrono::seconds greylist_wait{300};        // a retry before that does not count
  std::chrono::seconds greylist_retry{86'400};    // a retry after that does not count
  std::chrono::seconds greylist_keep{3'110'400};  // without mail; 36 days
};

// Other programs that look into messages.
struct Scan {
  std::string clamd;                 // "unix:/run/clamav/clamd.ctl" or "host:port"; empty: none
  std::string virus = "refuse";      // refuse, mark or hold
  std::string quarantine = "junk";   // what a milter wants put aside: junk or hold
  std::vector<std::string> milters;  // the same forms, asked one after the other
  bool outgoing = true;              // mail of those who signed in too
  bool fail_open = true;             // false: when one does not answer, the sender tries again
  std::chrono::seconds timeout{60};  // of one program and message
};

// Domains mail is taken for, besides those of the directory's addresses.
struct Domains {
  std::vector<std::string> local;      // "example.test"
  std::vector<std::string> alias;      // "old.test=example.test"
  std::vector<std::string> remote;     // "branch.test=host[:port]" or "branch.test" (by MX)
  std::vector<std::string> catch_all;  // "example.test=anna@example.test"
  std::string default_domain;          // appended to addresses without one
};

// Mail to others.
struct Queue {
  std::string smart_host;  // host[:port]; empty: by MX
  std::string smart_host_user;
  std::string smart_host_password_file;   // mode 0600
  std::string tls = "may";                // may, require (any certificate) or verify
  std::string ca_file;                    // for verify; empty: the system's
  std::uint16_t port = 25;                // of hosts found by MX
  std::string source_address;             // connections come from it; empty: any
  std::chrono::seconds first_try{0};      // a message waits so long before it
  std::chrono::seconds first_retry{300};  // doubles up to longest_retry
  std::chrono::seconds longest_retry{14'400};
  std::chrono::seconds lifetime{432'000};
  std::chrono::seconds bounce_lifetime{86'400};  // of messages with an empty reverse-path
  std::chrono::seconds delay_notice{14'400};     // 0: none
  std::uint32_t max_connections = 100;
  std::uint32_t max_connections_per_domain = 10;
  std::uint32_t max_messages_per_connection = 100;
  std::chrono::seconds connect_timeout{30};
  std::chrono::seconds timeout{300};
  std::vector<std::string> notice_languages = {"en", "ru"};
  std::string postmaster;           // gets copies of failure notices; empty: nobody
  ByteCount reserve = 67'108'864;   // disk space below which no mail for the queue is taken
  std::vector<std::string> routes;  // "DOMAIN: name=value ..." (route_rules.hpp)
  std::chrono::seconds future_release{2'592'000};  // longest hold of a message; 0: none
  std::chrono::seconds deliver_by_least{0};        // shortest time that BY may ask for
  std::vector<std::string> etrn_networks;          // who may ask for held mail without signing in
  bool pickup = false;                             // files in DATA/pickup are sent
  ByteCount bad_mail = 67'108'864;                 // of DATA/badmail; the oldest go first; 0: none
};

// How mail to others is protected on its way, and what others are told of it.
struct Outbound {
  bool dane = true;                          // RFC 7672; needs dns.trust_anchor_file
  bool mta_sts = true;                       // RFC 8461: policies of others are obeyed
  std::string mta_sts_ca_file;               // whom policies are believed; empty: the system's
  std::uint16_t mta_sts_port = 443;          // of the hosts that policies come from
  std::string policy_mode = "off";           // our own policy: off, none, testing or enforce
  std::vector<std::string> policy_hosts;     // its mx lines; empty: server.name
  std::chrono::seconds policy_age{604'800};  // its max_age
};

// What other domains are told of mail between them and us, and what they say of us.
struct Reports {
  std::string tls_sender;                 // of TLS reports (RFC 8460); empty: none are sent
  std::string contact;                    // named in them; empty: tls_sender
  std::string ca_file;                    // of web servers that take them; empty: the system's
  std::vector<std::string> addresses;     // mailboxes here that reports about us come to
  std::chrono::seconds keep{15'552'000};  // received ones; 180 days
  ByteCount max_size = 268'435'456;       // of them all; the oldest go first
};

// Copies of mail for an archive.
struct Journal {
  std::vector<std::string> rules;  // "everybody: to=archive@example.test direction=in form=copy"
  std::string undelivered;         // gets back what a target refuses; empty: the administrators
};

struct Dns {
  std::vector<std::string> servers;         // address or address@port; empty: those of the system
  std::string trust_anchor_file;            // empty: answers are not validated
  std::vector<std::string> unsigned_zones;  // not validated, with all below them
  std::chrono::milliseconds timeout{10'000};
};

// What is kept of each message's way through the server, and what is counted.
struct MessageTrace {
  bool enabled = true;
  std::chrono::seconds keep{7'776'000};              // 90 days
  std::chrono::seconds keep_statistics{94'608'000};  // 3 years
  ByteCount max_size = 10'737'418'240;               // of the files; the oldest go first
  bool subjects = true;                              // whether subjects are kept
};

}  // namespace kontor::config
