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

namespace kontor::config {

using ByteCount = std::uint64_t;

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
  std::string source = "local";  // local or ad
  std::string local_file;        // LDIF; empty: directory.ldif in the data folder
  std::string default_domain;    // users of it sign in by short name (S123)
  std::uint32_t accept_loss_percent = 5;
};

struct ActiveDirectory {
  std::string domain;                    // DNS name
  std::vector<std::string> controllers;  // empty: found by SRV records
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

struct SignIn {
  std::chrono::seconds remember_success{600};
  std::chrono::seconds remember_failure{60};
  std::vector<std::string> mechanisms = {"GSSAPI", "GSS-SPNEGO", "PLAIN", "LOGIN"};
};

struct Imap {
  std::chrono::seconds idle_timeout{1'800};
  ByteCount max_line = 65'536;          // bytes of a command without its literals
  ByteCount max_command = 1'048'576;    // with its literals, APPEND's message not counted
  std::uint32_t max_bad_commands = 10;  // then BYE
};

struct Smtp {
  std::chrono::seconds timeout{300};
  ByteCount max_message = 52'428'800;
  std::uint32_t max_recipients = 1'000;
  std::uint32_t max_messages_per_session = 1'000;
  std::uint32_t max_bad_commands = 10;
  std::uint32_t max_hops = 50;  // Received fields (RFC 5321, 6.3)
};

struct Store {
  std::vector<std::string> standard_folders = {"Sent", "Drafts", "Trash", "Junk",
                                               "Archive"};  // S124
  ByteCount log_segment = 33'554'432;                       // a log is sealed at this size
  std::uint32_t sync_threads = 8;
  ByteCount reserve = 16'777'216;  // disk kept free for deletions
  std::uint32_t max_loaded_accounts = 4'096;
  std::uint32_t tombstone_days = 400;
};

struct Mime {
  std::uint32_t max_depth = 100;
  std::uint32_t max_parts = 10'000;
};

struct Settings {
  Server server;
  Log log;
  Tls tls;
  Directory directory;
  ActiveDirectory ad;
  SignIn sign_in;
  Imap imap;
  Smtp smtp;
  Store store;
  Mime mime;
};

}  // namespace kontor::config
