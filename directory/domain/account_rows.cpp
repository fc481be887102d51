// SPDX-License-Identifier: GPL-3.0-or-later
#include "directory/domain/account_rows.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/core/text.hpp"
#include "directory/domain/names.hpp"

namespace kontor::directory {
namespace {

// userAccountControl ([MS-ADTS] 2.2.16).
constexpr std::uint32_t k_disabled = 0x2, k_locked = 0x10, k_password_expired = 0x800'000;
// msDS-SupportedEncryptionTypes ([MS-KILE] 2.2.7).
constexpr std::uint32_t k_aes_bits = 0x18, k_weak_bits = 0x7;

std::string setspn_hint(const std::string& what,
                        const std::string& name,
                        const std::string& account) {
  return fmt::format("setspn {} {} {}, or samba-tool spn {} {} {}", what == "add" ? "-S" : "-D",
                     name, account, what, name, account);
}

void judge_sign_in(const DomainFacts& facts, Rows& rows) {
  if (facts.sign_in.is_good()) {
    rows.ok("sign_in", "The keytab signs in to the domain.");
    return;
  }
  if (!facts.sign_in.is_bad()) return;
  const auto& error = *facts.sign_in.error;
  std::string remedy = "The rows about the clock, the controllers and the account say more.";
  if (error.code() == Errc::auth_failed)
    remedy =
        "The account was disabled or deleted, or its password was changed after the keytab was "
        "made: kontorctl domain join --reuse makes new keys.";
  rows.wrong("sign_in", "The keytab does not sign in: " + error.detail() + ".", remedy);
}

void judge_bind(const DomainFacts& facts, Rows& rows) {
  const bool by_password = facts.settings.ad.bind == "starttls";
  const bool in_tls = facts.settings.ad.bind == "gssapi-tls";
  if (facts.bind.is_good()) {
    rows.ok("ldap.bind", by_password ? "The directory is read inside TLS."
                         : in_tls    ? "The directory is read inside TLS, with channel binding."
                                  : "The directory is read over a signed and sealed connection.");
    return;
  }
  if (!facts.bind.is_bad()) return;
  const auto& error = *facts.bind.error;
  std::string remedy = "The rows before this one say why.";
  if (by_password)
    remedy =
        "Check ad.bind_name, the password in ad.bind_password_file and ad.ca_file; the "
        "controller's certificate must carry its host name.";
  else if (in_tls)
    remedy =
        "Check ad.ca_file; the controller's certificate must carry its host name. Does something "
        "between end TLS? Channel binding then fails, as it should. Samba needs ldap server "
        "require "
        "strong auth = allow_sasl_over_tls. ad.bind = \"gssapi\" needs neither.";
  else if (facts.sign_in.is_good())
    remedy =
        "The controller must take SASL GSSAPI with signing and sealing on port 389; is a proxy "
        "or a filter between?";
  rows.wrong("ldap.bind", "The directory cannot be read: " + error.detail() + ".", remedy);
}

void judge_state(const DomainFacts& facts, const AccountFacts& account, Rows& rows) {
  if ((account.control & k_disabled) != 0) {
    rows.wrong("account.state", fmt::format("The account {} is disabled.", account.account),
               "Enable it in the domain.");
  } else if (account.expires && *account.expires <= facts.now) {
    rows.wrong("account.state", fmt::format("The account {} has expired.", account.account),
               "Set \"Account expires\" to never.");
  } else if ((account.computed_control & k_password_expired) != 0) {
    rows.wrong("account.state", fmt::format("The password of {} has expired.", account.account),
               "Set \"Password never expires\", and make new keys: kontorctl domain join --reuse.");
  } else if ((account.computed_control & k_locked) != 0) {
    rows.wrong("account.state", fmt::format("The account {} is locked out.", account.account),
               "Find who tries its password, then unlock it.");
  } else {
    rows.ok("account.state", fmt::format("The account is {} ({}).", account.account, account.dn));
  }
}

void judge_kvno(const DomainFacts& facts, const AccountFacts& account, Rows& rows) {
  if (!account.kvno || facts.keys.empty()) return;
  std::set<std::uint32_t> numbers;
  for (const auto& key : facts.keys) numbers.insert(key.kvno);
  const auto newest = *numbers.rbegin();
  if (!numbers.contains(*account.kvno)) {
    rows.wrong("keytab.kvno",
               fmt::format("The account's key has number {}, the newest in the keytab is {}: the "
                           "password was changed after the keytab was made.",
                           *account.kvno, newest),
               "Make new keys: kontorctl domain join --reuse.");
  } else if (newest > *account.kvno) {
    rows.warning("keytab.kvno",
                 fmt::format("The keytab has a key of number {}, the domain is at {}: a key change "
                             "did not come to its end. Everything works.",
                             newest, *account.kvno),
                 "Run kontorctl domain rollover.");
  } else {
    rows.ok("keytab.kvno",
            fmt::format("The keytab has the key in force (number {}).", *account.kvno));
  }
}

void judge_encryption(const AccountFacts& account, Rows& rows) {
  const auto types = account.encryption.value_or(0);
  const std::string remedy = fmt::format(
      "Set msDS-SupportedEncryptionTypes of {} to 24, then make new keys: kontorctl domain join "
      "--reuse.",
      account.account);
  if (types == 0) {
    rows.warning("account.encryption",
                 "The account names no encryption types: controllers may give it RC4 tickets.",
                 remedy);
  } else if ((types & k_aes_bits) == 0) {
    rows.wrong(
        "account.encryption",
        fmt::format("The account allows no AES (msDS-SupportedEncryptionTypes is {}).", types),
        remedy);
  } else if ((types & k_weak_bits) != 0) {
    rows.warning("account.encryption",
                 fmt::format("The account allows RC4 or DES beside AES "
                             "(msDS-SupportedEncryptionTypes is {}).",
                             types),
                 fmt::format("Set msDS-SupportedEncryptionTypes of {} to 24.", account.account));
  } else {
    rows.ok("account.encryption", "The account is for AES alone.");
  }
}

void judge_one_name(const DomainFacts& facts,
                    const AccountFacts& account,
                    const std::string& name,
                    bool is_needed,
                    Rows& rows,
                    bool& all_good) {
  const auto found = facts.holders.find(name);
  std::vector<std::string> others;
  bool held =
      std::ranges::any_of(account.names, [&name](const auto& one) { return iequals(one, name); });
  if (found != facts.holders.end())
    for (const auto& dn : found->second)
      if (!iequals(dn, account.dn)) others.push_back(dn);
  if (!others.empty()) {
    all_good = false;
    rows.wrong(
        held ? "spn.double" : "spn.foreign",
        fmt::format("The name {} belongs to {}{}: the controllers {}.", name,
                    join(others, " and to "), held ? " as well as to " + account.account : "",
                    held ? "give no ticket for a name that two have"
                         : "give tickets that this server cannot open"),
        "Take it away there: " + setspn_hint("delete", name, "THAT-ACCOUNT") + ".");
  } else if (!held && is_needed) {
    all_good = false;
    rows.wrong("spn.missing", fmt::format("Nobody holds the name {}: clients get no ticket.", name),
               setspn_hint("add", name, account.account) + ".");
  } else if (!held && name.find('.') != std::string::npos) {
    all_good = false;
    rows.warning(
        "spn.missing", fmt::format("Nobody holds the name {}.", name),
        "Needed when that service is used: " + setspn_hint("add", name, account.account) + ".");
  }
}

void judge_names(const DomainFacts& facts, const AccountFacts& account, Rows& rows) {
  const std::string host = to_lower(facts.settings.server.name);
  bool all_good = true;
  for (const auto& name : service_names(all_services(), host)) {
    const bool is_needed = std::ranges::any_of(
        needed_services(), [&](const auto& service) { return name == service + "/" + host; });
    judge_one_name(facts, account, name, is_needed, rows, all_good);
  }
  if (all_good)
    rows.ok("spn", "The service principal names belong to the account, and to it alone.");
  if (facts.forest.is_bad())
    rows.warning("spn.forest",
                 "Other domains of the forest were not searched for the same names: " +
                     facts.forest.error->detail() + ".",
                 "Let TCP port 3268 through to a global catalogue.");
}

void judge_rights(const DomainFacts& facts, Rows& rows) {
  const std::string& wish = facts.settings.ad.follow;
  const bool replicates = facts.replicates.value_or(false);
  if (facts.replicates || facts.dirsync) {
    if (wish == "usn")
      rows.ok("rights.changes", "Changes are followed by uSNChanged, as ad.follow says.");
    else if (replicates)
      rows.ok(
          "rights.changes",
          "Changes are followed by DirSync; the account has \"Replicating Directory Changes\".");
    else if (facts.dirsync.value_or(false))
      rows.ok("rights.changes",
              "Changes of all that the account may read are followed by DirSync.");
    else
      rows.add(wish == "dirsync" ? Verdict::wrong : Verdict::ok, "rights.changes",
               "DirSync is not allowed: changes are found by uSNChanged.",
               wish == "dirsync" ? "Set ad.follow to auto, or grant \"Replicating Directory "
                                   "Changes\" on the domain's root."
                                 : "");
  }
  if (facts.tombstones)
    rows.ok("rights.deleted",
            *facts.tombstones || replicates
                ? "Deletions are told by the controller."
                : "The account is shown no deleted objects: deletions are found by comparing. That "
                  "is enough; \"Replicating Directory Changes\" on the domain's root spares the "
                  "controllers of a large domain the work.");
}

void judge_own_tickets(const DomainFacts& facts, Rows& rows) {
  bool all_good = !facts.own_tickets.empty();
  for (const auto& [service, trial] : facts.own_tickets) {
    if (!trial.is_bad()) continue;
    all_good = false;
    rows.wrong("self_test",
               fmt::format("A ticket of {}/{} does not sign in here: {}.", service,
                           to_lower(facts.settings.server.name), trial.error->detail()),
               "The rows about names and keys say why; after a change wait for replication.");
  }
  if (all_good)
    rows.ok("self_test", "The server signed in at itself with tickets of imap, smtp and pop.");
}

}  // namespace

void judge_account(const DomainFacts& facts, Rows& rows) {
  judge_sign_in(facts, rows);
  judge_bind(facts, rows);
  if (facts.account) {
    judge_state(facts, *facts.account, rows);
    judge_kvno(facts, *facts.account, rows);
    judge_encryption(*facts.account, rows);
    judge_names(facts, *facts.account, rows);
  } else if (facts.bind.is_good() || facts.by_caller) {
    rows.wrong("account.state", "The keytab's account is not in the domain.",
               "Run kontorctl domain join.");
  } else if (facts.bind.is_tried) {
    rows.warning("account.state",
                 "The account and its names were not looked at: the directory could not be read.",
                 "Run the check with an administrator's ticket (kinit) to look at them all the "
                 "same.");
  }
  judge_rights(facts, rows);
  judge_own_tickets(facts, rows);
}

}  // namespace kontor::directory
