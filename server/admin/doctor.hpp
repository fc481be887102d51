// SPDX-License-Identifier: GPL-3.0-or-later
// kontorctl doctor: looks at all that a mail server needs of its machine, the DNS and its own data,
// and says what is well, what will trouble and what to do, in English or Russian.
//
// Changes nothing (one file in DATA/run is written, synced and removed). The server looks,
// kontorctl adds what it can see alone: the Active Directory domain and damage in mailboxes.
#pragma once
#include <string>
#include <vector>

#include "server/admin/verbs.hpp"

namespace kontor::admin {

enum class Grade : std::uint8_t { good, warning, problem };

// One sentence in both languages.
struct Words {
  std::string en, ru;
};

struct Diagnosis {
  std::string check;  // "dns.spf"; constant, for programs
  Grade grade = Grade::good;
  std::string about;  // a domain, an address, a file; empty: the server
  Words sentence;
  Words advice = {};  // empty when it is well
};
using Diagnoses = std::vector<Diagnosis>;

// Disk, limits, clock, certificate, secrets, directory, queue, mailboxes, indexes. Blocks for
// seconds (`blocking`) or runs with the server's own rights on its strand.
Diagnoses diagnose_machine(const config::Settings& settings, UtcSeconds now);
Diagnoses diagnose_parts(const Desk& desk);
Task<Diagnoses> diagnose_indexes(const Desk& desk);
// Each domain's records as the resolvers of dns.servers see them, and the host's own.
Task<Diagnoses> diagnose_dns(const Desk& desk);

Task<Answer> doctor(const Desk& desk, Request request);
Result<Finding> doctor_here(const Client& client, Request request);

}  // namespace kontor::admin
