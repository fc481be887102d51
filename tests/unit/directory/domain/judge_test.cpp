// SPDX-License-Identifier: GPL-3.0-or-later
// What `domain check` makes of facts that no test domain shows.
#include <gtest/gtest.h>

#include "directory/domain/facts.hpp"
#include "directory/domain/join.hpp"
#include "directory/domain/names.hpp"

namespace kontor::directory {
namespace {

constexpr const char* k_dn = "CN=MAIL,CN=Computers,DC=ad,DC=example";

DomainFacts sound_facts() {
  DomainFacts facts;
  facts.settings.directory.source = "ad";
  facts.settings.server.name = "mail.ad.example";
  facts.settings.ad.domain = "ad.example";
  facts.settings.ad.keytab_file = "/keytab";
  facts.now = 1'000'000;
  facts.srv = {true, {}};
  facts.name_addresses = facts.machine_addresses = {"192.0.2.1"};
  facts.controllers = {{"dc1.ad.example", {true, {}}, facts.now}};
  facts.keytab.readable = {true, {}};
  facts.keytab.mode = 0600;
  const auto names = service_names(all_services(), facts.settings.server.name);
  facts.keys = entries_of("AD.EXAMPLE", names, {{k_aes256, "k"}}, 4, facts.now);
  facts.sign_in = facts.bind = facts.forest = {true, {}};
  facts.account = AccountFacts{k_dn, "MAIL$", 4096, 0, {}, 4, 24, names};
  for (const auto& name : names) facts.holders[name] = {k_dn};
  facts.replicates = facts.dirsync = facts.tombstones = true;
  for (const auto& service : needed_services()) facts.own_tickets[service] = {true, {}};
  return facts;
}

// The worst row of a name; wrong with no sentence when there is none.
CheckRow row(const DomainFacts& facts, const std::string& name) {
  std::optional<CheckRow> worst;
  for (const auto& one : judge_facts(facts))
    if (one.name == name && (!worst || worst->verdict < one.verdict)) worst = one;
  return worst.value_or(CheckRow{name, Verdict::wrong});
}

TEST(DomainCheck, SoundFactsAreAllFine) {
  for (const auto& one : judge_facts(sound_facts())) {
    EXPECT_EQ(one.verdict, Verdict::ok) << one.name << ": " << one.sentence;
    EXPECT_TRUE(one.remedy.empty());
  }
  EXPECT_EQ(row(sound_facts(), "self_test").verdict, Verdict::ok);
}

TEST(DomainCheck, EveryFaultHasASentenceAndARemedy) {
  using Spoil = void (*)(DomainFacts&);
  const Error problem(Errc::unavailable, "the reason");
  static const Error k_problem = problem;
  const std::vector<std::tuple<std::string, Verdict, Spoil>> faults = {
      {"settings", Verdict::warning, [](auto& f) { f.settings.directory.source = "local"; }},
      {"dns.controllers", Verdict::wrong, [](auto& f) { f.srv.error = k_problem; }},
      {"dns.controllers", Verdict::warning,
       [](auto& f) {
         f.srv.error = k_problem;
         f.settings.ad.controllers = {"dc1"};
       }},
      {"dns.name", Verdict::wrong, [](auto& f) { f.name_addresses.clear(); }},
      {"dns.name", Verdict::wrong, [](auto& f) { f.settings.server.name = "mail"; }},
      {"dns.name", Verdict::warning, [](auto& f) { f.name_addresses = {"192.0.2.9"}; }},
      {"controllers", Verdict::wrong, [](auto& f) { f.controllers.clear(); }},
      {"controllers", Verdict::warning,
       [](auto& f) { f.controllers.push_back({"dc2", {true, k_problem}}); }},
      {"clock", Verdict::wrong, [](auto& f) { f.controllers[0].clock = f.now + 301; }},
      {"clock", Verdict::warning, [](auto& f) { f.controllers[0].clock = f.now - 61; }},
      {"keytab.file", Verdict::wrong, [](auto& f) { f.settings.ad.keytab_file.clear(); }},
      {"keytab.file", Verdict::wrong, [](auto& f) { f.keytab.mode = 0640; }},
      {"keytab.file", Verdict::wrong, [](auto& f) { f.expected_uid = 7; }},
      {"keytab.names", Verdict::wrong, [](auto& f) { f.keys.erase(f.keys.begin()); }},
      {"keytab.http", Verdict::warning,
       [](auto& f) {
         std::erase_if(f.keys, [](const auto& key) { return key.name().starts_with("HTTP/"); });
       }},
      {"keytab.encryption", Verdict::wrong,
       [](auto& f) {
         for (auto& key : f.keys) key.key.type = k_rc4;
       }},
      {"keytab.kvno", Verdict::wrong, [](auto& f) { f.account->kvno = 5; }},
      {"keytab.kvno", Verdict::wrong, [](auto& f) { f.account->kvno = 3; }},
      {"sign_in", Verdict::wrong, [](auto& f) { f.sign_in.error = k_problem; }},
      {"ldap.bind", Verdict::wrong, [](auto& f) { f.bind.error = k_problem; }},
      {"account.state", Verdict::wrong, [](auto& f) { f.account->control |= 2; }},
      {"account.state", Verdict::wrong, [](auto& f) { f.account->expires = f.now; }},
      {"account.state", Verdict::wrong, [](auto& f) { f.account->computed_control = 0x800'000; }},
      {"account.state", Verdict::wrong, [](auto& f) { f.account->computed_control = 0x10; }},
      {"account.state", Verdict::wrong, [](auto& f) { f.account.reset(); }},
      {"account.encryption", Verdict::warning, [](auto& f) { f.account->encryption.reset(); }},
      {"account.encryption", Verdict::wrong, [](auto& f) { f.account->encryption = 4; }},
      {"account.encryption", Verdict::warning, [](auto& f) { f.account->encryption = 28; }},
      {"spn.double", Verdict::wrong,
       [](auto& f) { f.holders["imap/mail.ad.example"].push_back("CN=other"); }},
      {"spn.foreign", Verdict::wrong,
       [](auto& f) {
         f.holders["imap/mail.ad.example"] = {"CN=other"};
         std::erase(f.account->names, "imap/mail.ad.example");
       }},
      {"spn.missing", Verdict::wrong,
       [](auto& f) {
         f.holders.erase("imap/mail.ad.example");
         std::erase(f.account->names, "imap/mail.ad.example");
       }},
      {"spn.missing", Verdict::warning,
       [](auto& f) {
         f.holders.erase("sieve/mail.ad.example");
         std::erase(f.account->names, "sieve/mail.ad.example");
       }},
      {"spn.forest", Verdict::warning, [](auto& f) { f.forest.error = k_problem; }},
      {"rights.changes", Verdict::wrong,
       [](auto& f) {
         f.replicates = f.dirsync = false;
         f.settings.ad.follow = "dirsync";
       }},
      {"self_test", Verdict::wrong, [](auto& f) { f.own_tickets["imap"].error = k_problem; }},
  };
  int number = 0;
  for (const auto& [name, verdict, spoil] : faults) {
    SCOPED_TRACE(std::to_string(number++) + " " + name);
    auto facts = sound_facts();
    spoil(facts);
    const auto found = row(facts, name);
    EXPECT_EQ(found.verdict, verdict) << found.sentence;
    EXPECT_FALSE(found.sentence.empty());
    EXPECT_FALSE(found.remedy.empty());
  }
}

TEST(DomainCheck, WhatIsNotUsedIsNotMissed) {
  auto facts = sound_facts();
  std::erase_if(facts.keys, [](const auto& key) { return key.name().starts_with("HTTP/"); });
  facts.settings.http.enabled = false;
  for (const auto& one : judge_facts(facts)) {
    EXPECT_EQ(one.verdict, Verdict::ok) << one.name;
    EXPECT_NE(one.name, "domains");
  }
  facts.more_domains["child.ad.example"] = {true, {}};
  EXPECT_EQ(row(facts, "domains").verdict, Verdict::ok);
  facts.more_domains["far.example"] = {true, Error(Errc::unavailable, "the reason")};
  const auto bad = row(facts, "domains");
  EXPECT_EQ(bad.verdict, Verdict::wrong);
  EXPECT_TRUE(bad.sentence.contains("far.example") && bad.sentence.contains("the reason"));
  EXPECT_FALSE(bad.remedy.empty());
}

TEST(DomainCheck, ANameOfAnotherAccountIsNamedWithItsHolder) {
  auto facts = sound_facts();
  facts.holders["imap/mail.ad.example"].push_back("CN=Old Server,DC=ad,DC=example");
  EXPECT_NE(row(facts, "spn.double").sentence.find("CN=Old Server"), std::string::npos);
}

TEST(DomainCheck, WithoutADomainThereIsOneRow) { EXPECT_EQ(judge_facts(DomainFacts{}).size(), 1U); }

}  // namespace
}  // namespace kontor::directory
