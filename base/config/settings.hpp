// SPDX-License-Identifier: GPL-3.0-or-later
// Settings: every value an administrator may set, with its type, as one struct.
//
// What a setting is called in the TOML file, its default, range, unit, help and paragraph stand in
// one table, base/config/table.cpp; loader, defaults, --dump-config, the manual page and
// docs/generated/settings.md all come from that table. Read-only after loading; any thread.
#pragma once
#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "base/config/flow_settings.hpp"
#include "base/config/guard_settings.hpp"
#include "base/config/sieve_settings.hpp"

namespace kontor::config {

struct Server {
  std::string name = "localhost";  // host name in banners, Received fields and service principals
  std::string data_folder = "/var/lib/kontor";
  std::uint16_t port_base = 0;                           // added to the standard port numbers
  std::vector<std::string> listen = {"127.0.0.1"};       // addresses
  std::vector<std::string> lmtp_listen = {"127.0.0.1"};  // of LMTP alone: it asks nobody to sign in
  std::uint32_t threads = 0;                             // network threads; 0: one a core
  std::uint32_t max_connections = 10'000;
  std::uint32_t max_connections_per_address = 1'000;
  std::uint32_t max_connections_per_person = 1'000;
  bool demo = false;  // the demo password is known: refuse it from other machines
  std::string user;   // become this user after binding, when started by root
};

struct Log {
  std::string file;  // empty: standard error
  std::string format = "logfmt";
  std::string level = "info";
};

struct Tls {
  std::string certificate_file;  // PEM chain; empty: made at the first start
  std::string key_file;
  std::string minimum_version = "1.2";
  std::uint32_t warn_days = 21;  // warn when a certificate ends within so many days
};

struct Directory {
  std::string source = "local";   // local, ad or ldap
  std::vector<std::string> also;  // further sources beside it
  std::string local_file;         // LDIF; empty: directory.ldif in the data folder
  std::string default_domain;     // users of it sign in by short name (S123)
  std::uint32_t accept_loss_percent = 5;
  std::vector<std::string> attributes;  // "mail=otherMailbox": read this one instead
  std::string disabled_mail = "keep";   // to disabled accounts: keep, refuse or forward
  std::string disabled_forward;         // address for forward; empty: the person's manager
};

struct ActiveDirectory {
  std::string domain;                     // DNS name
  std::vector<std::string> controllers;   // empty: found by SRV records
  std::vector<std::string> more_domains;  // DNS names; each is followed on its own controllers
  std::string site;                       // empty: as a controller says for this machine
  std::string follow = "auto";            // auto, dirsync or usn
  std::string keytab_file;
  std::string bind = "gssapi";  // gssapi (sealed, with the keytab) or starttls (with bind_name)
  std::string bind_name;
  std::string bind_password_file;  // mode 0600
  std::string ca_file;
  std::string search_base;  // empty: the whole domain
  std::string rooms_base;   // users below this DN are rooms; empty: none
  std::string admin_group = "Kontor Admins";
  std::chrono::milliseconds timeout{4'000};
  std::chrono::seconds reconcile_interval{86'400};
};

// An LDAP server such as OpenLDAP, followed by syncrepl (RFC 4533).
struct Ldap {
  std::string uri;                    // ldap://host[:port]
  std::string security = "starttls";  // starttls or none
  std::string bind_name;              // DN; empty: anonymous
  std::string bind_password_file;     // mode 0600
  std::string ca_file;
  std::string search_base;
  std::string rooms_base;  // people below this DN are rooms; empty: none
  std::string admin_group = "Kontor Admins";
  std::chrono::milliseconds timeout{4'000};
};

struct SignIn {
  std::chrono::seconds remember_success{600};
  std::chrono::seconds remember_failure{60};
  std::vector<std::string> mechanisms = {"GSSAPI", "GSS-SPNEGO", "PLAIN", "LOGIN"};
  std::uint32_t block_failures = 20;  // of one address within block_window; 0: never
  std::chrono::seconds block_window{600};
  std::chrono::seconds block_time{900};
  std::chrono::milliseconds delay{250};  // of the first wrong password; doubles
  std::chrono::milliseconds longest_delay{8'000};
  std::vector<std::string> never_block = {"127.0.0.0/8", "::1"};  // networks
  bool app_passwords = true;
};

// Who may use a protocol: networks, ranges or names; "!" in front: who may not (S47, S106).
struct Access {
  std::vector<std::string> imap;  // empty: everybody
  std::vector<std::string> pop3;
  std::vector<std::string> smtp;
  std::vector<std::string> submission;
  std::vector<std::string> http;
  std::vector<std::string> ldap;
};

struct Imap {
  std::chrono::seconds idle_timeout{1'800};
  ByteCount max_line = 65'536;               // bytes of a command without its literals
  ByteCount max_command = 1'048'576;         // with its literals, APPEND's message not counted
  std::uint32_t max_bad_commands = 10;       // then BYE
  bool compress = true;                      // RFC 4978
  std::uint32_t message_limit = 1'000'000;   // messages a command may name (RFC 9738); 0: no limit
  std::uint32_t max_contexts = 16;           // searches a session keeps up to date (RFC 5267)
  ByteCount max_metadata = 65'536;           // of one annotation (RFC 5464)
  std::uint32_t max_metadata_entries = 100;  // of a mailbox, and of the server for one person
};

struct Pop3 {
  std::chrono::seconds idle_timeout{600};
  std::uint32_t max_bad_commands = 10;
};

struct Smtp {
  std::chrono::seconds timeout{300};
  ByteCount max_message = 52'428'800;
  std::uint32_t max_recipients = 1'000;
  std::uint32_t max_messages_per_session = 1'000;
  std::uint32_t max_bad_commands = 10;
  std::uint32_t max_hops = 50;                // Received fields (RFC 5321, 6.3)
  ByteCount max_session = 0;                  // sum of the messages of one connection; 0: no limit
  std::uint32_t max_messages_per_minute = 0;  // from one address, unless signed in; 0: no limit
  std::uint32_t max_messages_per_day = 0;     // the same, within a day
  std::uint32_t max_recipients_per_day = 0;   // the same, counted in each message
  std::vector<std::string> trusted_networks;  // may send to anybody without signing in
  // After a sign-in by POP3 its address may send so long without one; 0: it may not.
  std::chrono::seconds pop_before_smtp{0};
};

struct Http {
  bool enabled = true;  // false: the port is left to another program
  std::chrono::seconds idle_timeout{60};
  ByteCount max_head = 32'768;                  // of a request line and its fields
  ByteCount max_body = 1'048'576;               // of a request
  std::uint32_t requests_per_person = 12'000;   // in a minute; 0: no limit
  std::uint32_t requests_per_address = 60'000;  // in a minute; 0: no limit
  std::vector<std::string> unlimited_networks;  // whose addresses are not counted
  bool access_log = true;
  std::vector<std::string> metrics_networks = {"127.0.0.0/8", "::1"};  // who may read /metrics
};

// The address book by LDAP.
struct AddressBook {
  bool enabled = true;  // false: its ports are left to another program
  bool photos = true;   // read from the directory
  std::chrono::seconds idle_timeout{900};
  ByteCount max_request = 131'072;
  std::uint32_t max_entries = 1'000;  // of one answer or page
  std::chrono::seconds time_limit{10};
};

// Calendars, address books and notes over HTTPS (WebDAV, CalDAV, CardDAV).
struct Dav {
  bool enabled = true;
  ByteCount max_resource = 10'485'760;  // of an event, a card or another object; of a request's XML
  ByteCount max_answer = 67'108'864;    // of one answer about many objects
  std::uint32_t max_results = 20'000;   // objects in one answer
  std::uint32_t max_collections = 200;  // of one person and kind
  ByteCount max_mailed_attachments = 10'485'760;  // with one message to somebody outside
  std::chrono::seconds session{28'800};  // how long a cookie stands for a sign-in; 0: none is given
};

// Distribution groups.
struct Groups {
  std::vector<std::string> rules;    // "team@example.test: senders=boss@example.test internal"
  std::vector<std::string> dynamic;  // "sales-all@example.test=(department=Sales)" (RFC 4515)
  std::chrono::seconds moderation_lifetime{172'800};  // what nobody decides goes back after it
};

// What holds for whom.
struct Policy {
  std::vector<std::string> rules;  // "OU or group: name=value …"
  std::string attribute;           // of people and groups, that holds such rules; empty: none
};

struct Store {
  std::vector<std::string> standard_folders = {"Sent", "Drafts", "Trash", "Junk",
                                               "Archive"};  // S124
  ByteCount log_segment = 33'554'432;                       // a log is sealed at this size
  std::uint32_t sync_threads = 8;
  ByteCount reserve = 16'777'216;  // disk kept free for deletions
  std::uint32_t max_loaded_accounts = 4'096;
  std::uint32_t tombstone_days = 400;
  ByteCount quota = 0;                          // of a mailbox; 0: no limit
  std::uint32_t quota_messages = 0;             // 0: no limit
  std::uint32_t quota_warning_percent = 90;     // a letter to the owner; 0: none
  std::vector<std::string> retention;           // "Trash=30": expunged at that age, in days
  std::uint32_t undelete_days = 14;             // of messages and folders
  std::uint32_t deleted_account_days = 30;      // of mailboxes whose person is gone
  std::chrono::seconds upkeep_interval{3'600};  // retention, purging, compaction
  std::uint32_t compact_dead_percent = 40;      // of a sealed log; 0: never
  ByteCount compact_rate = 16'777'216;          // bytes read and written a second
  std::string compress = "zstd";                // or none; of what compaction writes
  std::chrono::seconds keep_replaced{86'400};   // logs that compaction has replaced
};

struct Mime {
  std::uint32_t max_depth = 100;
  std::uint32_t max_parts = 10'000;
};

struct Search {
  bool enabled = true;      // false: no indexes; every search reads the messages
  bool attachments = true;  // their text is searched
  std::vector<std::string> languages = {"en", "ru"};  // whose word forms are known
  ByteCount max_attachment = 67'108'864;              // a larger one is not read
  std::chrono::seconds attachment_timeout{20};        // for reading one
  ByteCount attachment_memory = 536'870'912;          // of the process that reads it
  std::uint32_t threads = 2;                          // that search; one more writes
  std::chrono::milliseconds delay{500};               // between a delivery and its indexing
};

struct Settings {
  Server server;
  Log log;
  Tls tls;
  Directory directory;
  ActiveDirectory ad;
  Ldap ldap;
  SignIn sign_in;
  Access access;
  Imap imap;
  Pop3 pop3;
  Smtp smtp;
  Checks checks;
  Sieve sieve;
  Http http;
  Dav dav;
  AddressBook address_book;
  Groups groups;
  Policy policy;
  Screening screening;
  Scan scan;
  Signs signs;
  Quarantine quarantine;
  Learning learning;
  Domains domains;
  Queue queue;
  Outbound outbound;
  Reports reports;
  Dns dns;
  Journal journal;
  MessageTrace message_trace;
  Store store;
  Mime mime;
  Search search;
};

}  // namespace kontor::config
