// SPDX-License-Identifier: GPL-3.0-or-later
// What `domain check` found, before anything is made of it.
#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/config/settings.hpp"
#include "directory/krb/keytab_file.hpp"
#include "directory/model/domain_tools.hpp"

namespace kontor::directory {

// A thing that was tried: done, or why not; not tried at all when `is_tried` is false.
struct Trial {
  bool is_tried = false;
  std::optional<Error> error = {};

  bool is_good() const { return is_tried && !error; }
  bool is_bad() const { return is_tried && error.has_value(); }
  static Trial of(const Result<void>& outcome) {
    return outcome ? Trial{true, {}} : Trial{true, outcome.error()};
  }
};

struct ControllerAnswer {
  std::string host;
  Trial ldap;
  std::optional<std::int64_t> clock = {};  // UTC seconds
};

struct FileFacts {
  Trial readable;
  std::uint32_t mode = 0;
  std::uint32_t uid = 0;
  std::string owner = {};  // its name, or its number
};

struct AccountFacts {
  std::string dn, account;
  std::uint32_t control = 0;            // userAccountControl
  std::uint32_t computed_control = 0;   // msDS-User-Account-Control-Computed
  std::optional<std::int64_t> expires;  // UTC seconds
  std::optional<std::uint32_t> kvno;
  std::optional<std::uint32_t> encryption;  // msDS-SupportedEncryptionTypes
  std::vector<std::string> names;           // servicePrincipalName
};

struct DomainFacts {
  config::Settings settings;
  std::int64_t now = 0;  // UTC seconds, here

  Trial srv;                                // controllers found in DNS
  std::vector<std::string> name_addresses;  // of server.name
  std::vector<std::string> machine_addresses;
  std::vector<ControllerAnswer> controllers;
  std::map<std::string, Trial> more_domains;  // ad.more_domains: does a controller answer?

  FileFacts keytab;
  std::vector<KeytabEntry> keys;
  FileFacts password_file;
  std::string expected_owner;  // server.user; empty: nobody in particular
  std::optional<std::uint32_t> expected_uid;

  Trial sign_in;           // Kerberos, with the keytab
  Trial bind;              // LDAP, as the settings say
  bool by_caller = false;  // the rest was read with the caller's own ticket
  std::optional<AccountFacts> account;
  Trial forest;                                             // the search for the names below
  std::map<std::string, std::vector<std::string>> holders;  // service principal name to DNs
  // DirSync of everything, of what the account may read; were tombstones seen?
  std::optional<bool> replicates, dirsync, tombstones;
  std::map<std::string, Trial> own_tickets;  // by service
};

// Asks everything; never fails as a whole.
DomainFacts gather_facts(const config::Settings& settings);

// The rows, in the order in which they build on each other. Pure.
std::vector<CheckRow> judge_facts(const DomainFacts& facts);

// The services whose names clients of this server ask tickets for today; and those of later.
const std::vector<std::string>& needed_services();
const std::vector<std::string>& all_services();

}  // namespace kontor::directory
