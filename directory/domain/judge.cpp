// SPDX-License-Identifier: GPL-3.0-or-later
// One function a row or a small family of rows; each says what was found in plain words and, when
// it is not fine, what an administrator does about it.
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/core/text.hpp"
#include "directory/domain/account_rows.hpp"
#include "directory/domain/facts.hpp"
#include "directory/domain/names.hpp"
#include "directory/domain/rows.hpp"

namespace kontor::directory {
namespace {

constexpr std::int64_t k_most_skew = 300;  // RFC 4120, 1.6: what controllers take by default
constexpr std::int64_t k_warn_skew = 60;
constexpr std::uint32_t k_others = 077;

void judge_settings(const DomainFacts& facts, Rows& rows) {
  const auto& settings = facts.settings;
  if (settings.ad.domain.empty()) {
    rows.wrong("settings", "ad.domain is not set: there is no domain to look at.",
               "Run kontorctl domain join, or write the sections [directory] and [ad].");
  } else if (settings.directory.source != "ad") {
    rows.warning("settings",
                 fmt::format("directory.source is \"{}\": the server does not read the domain {}.",
                             settings.directory.source, settings.ad.domain),
                 "Set source = \"ad\" in the section [directory].");
  } else {
    rows.ok("settings", fmt::format("The server is {} in the domain {}.", settings.server.name,
                                    settings.ad.domain));
  }
}

void judge_srv(const DomainFacts& facts, Rows& rows) {
  const std::string name = "_ldap._tcp.dc._msdcs." + to_lower(facts.settings.ad.domain);
  if (facts.srv.is_good()) {
    rows.ok("dns.controllers", "DNS names the controllers (SRV records of " + name + ").");
  } else if (facts.srv.is_bad()) {
    const bool named = !facts.settings.ad.controllers.empty();
    rows.add(
        named ? Verdict::warning : Verdict::wrong, "dns.controllers",
        fmt::format("DNS has no usable SRV records of {}: {}.", name, facts.srv.error->detail()),
        named ? "ad.controllers is used; new controllers will not be found by themselves. Use "
                "the domain's DNS servers in /etc/resolv.conf."
              : "Use the domain's DNS servers in /etc/resolv.conf, or name controllers in "
                "ad.controllers.");
  }
}

void judge_name(const DomainFacts& facts, Rows& rows) {
  const std::string& name = facts.settings.server.name;
  if (name.find('.') == std::string::npos) {
    rows.wrong("dns.name",
               fmt::format("server.name \"{}\" is not a full host name: no ticket can be asked for "
                           "it.",
                           name),
               "Set server.name to the name that clients connect to, as mail.your.domain.");
    return;
  }
  if (facts.name_addresses.empty()) {
    rows.wrong("dns.name", fmt::format("The server's name {} has no address in DNS.", name),
               fmt::format("Make an A or AAAA record for {}.", name));
    return;
  }
  const bool here = std::ranges::any_of(facts.name_addresses, [&facts](const auto& address) {
    return std::ranges::find(facts.machine_addresses, address) != facts.machine_addresses.end();
  });
  const std::string list = join(facts.name_addresses, ", ");
  if (here) {
    rows.ok("dns.name", fmt::format("{} is this machine ({}).", name, list));
  } else {
    rows.warning("dns.name",
                 fmt::format("{} is {}, which is no address of this machine.", name, list),
                 "Fine behind address translation; else correct the record or server.name.");
  }
}

void judge_controllers(const DomainFacts& facts, Rows& rows) {
  if (facts.controllers.empty()) {
    rows.wrong("controllers", "No domain controller is known.",
               "Mend dns.controllers first, or name one in ad.controllers.");
    return;
  }
  const auto bad =
      std::ranges::count_if(facts.controllers, [](const auto& one) { return !one.ldap.is_good(); });
  for (const auto& one : facts.controllers)
    if (!one.ldap.is_good())
      rows.add(static_cast<std::size_t>(bad) == facts.controllers.size() ? Verdict::wrong
                                                                         : Verdict::warning,
               "controllers",
               fmt::format("The controller {} does not answer: {}.", one.host,
                           one.ldap.error ? one.ldap.error->detail() : "not asked"),
               "Let TCP ports 389 and 88 (464 for key changes, 3268 for domain join) through to "
               "it; if it is gone, remove its DNS records.");
  if (bad == 0) {
    std::vector<std::string> names;
    for (const auto& one : facts.controllers) names.push_back(one.host);
    rows.ok("controllers", "Every controller answers: " + join(names, ", ") + ".");
  }
}

void judge_more_domains(const DomainFacts& facts, Rows& rows) {
  std::vector<std::string> good;
  for (const auto& [domain, trial] : facts.more_domains) {
    if (trial.is_good()) {
      good.push_back(domain);
      continue;
    }
    rows.wrong("domains",
               fmt::format("The domain {} of ad.more_domains cannot be reached: {}.", domain,
                           trial.error ? trial.error->detail() : "not asked"),
               "Let the DNS servers of /etc/resolv.conf forward its zone, and TCP ports 389 and 88 "
               "through to its controllers; its people keep what is known of them till then.");
  }
  if (!good.empty()) rows.ok("domains", "Further domains answer: " + join(good, ", ") + ".");
}

void judge_clock(const DomainFacts& facts, Rows& rows) {
  std::int64_t worst = 0;
  std::string host;
  for (const auto& one : facts.controllers) {
    if (!one.clock) continue;
    const auto away = facts.now - *one.clock;
    if (host.empty() || std::abs(away) > std::abs(worst)) {
      worst = away;
      host = one.host;
    }
  }
  if (host.empty()) return;
  const auto sentence = fmt::format("This machine's clock is {} seconds {} that of {}.",
                                    std::abs(worst), worst > 0 ? "ahead of" : "behind", host);
  const std::string remedy =
      "Synchronise the clock with the domain (chrony or systemd-timesyncd); tickets fail beyond "
      "five minutes.";
  if (std::abs(worst) > k_most_skew) {
    rows.wrong("clock", sentence, remedy);
  } else if (std::abs(worst) > k_warn_skew) {
    rows.warning("clock", sentence, remedy);
  } else {
    rows.ok("clock", "The clock agrees with the controllers'.");
  }
}

// Who may read a file of secrets. False: nobody can work with it.
bool judge_file(const FileFacts& file,
                const DomainFacts& facts,
                const std::string& row,
                const std::string& path,
                Rows& rows) {
  if (file.readable.is_bad()) {
    rows.wrong(row, fmt::format("{} cannot be used: {}.", path, file.readable.error->detail()),
               row == "keytab.file" ? "Run kontorctl domain join, or put the keytab there."
                                    : "Put the password into the first line of the file.");
    return false;
  }
  if ((file.mode & k_others) != 0) {
    rows.wrong(row, fmt::format("{} has mode {:04o}: others may read the secret.", path, file.mode),
               "chmod 600 " + path + ", and change the keys if somebody may have read them.");
  } else if (facts.expected_uid && *facts.expected_uid != file.uid) {
    rows.wrong(row,
               fmt::format("{} belongs to {}, the server runs as {}.", path, file.owner,
                           facts.expected_owner),
               fmt::format("chown {} {}", facts.expected_owner, path));
  } else {
    rows.ok(row, fmt::format("{} is readable for its owner {} alone.", path, file.owner));
  }
  return true;
}

void judge_keys(const DomainFacts& facts, Rows& rows) {
  const std::string host = to_lower(facts.settings.server.name);
  std::set<std::string> present, strong;
  for (const auto& key : facts.keys) {
    present.insert(to_lower(key.name()));
    if (is_aes(key.key.type)) strong.insert(to_lower(key.name()));
  }
  std::vector<std::string> missing;
  for (const auto& service : needed_services())
    if (!present.contains(service + "/" + host)) missing.push_back(service + "/" + host);
  if (!missing.empty()) {
    rows.wrong("keytab.names", "The keytab has no key of " + join(missing, ", ") + ".",
               "Run kontorctl domain join --reuse, or export the keytab with these names.");
  } else {
    rows.ok("keytab.names", "The keytab has keys of imap, smtp and pop for " + host + ".");
  }
  if (facts.settings.http.enabled && !facts.keys.empty() && !present.contains("http/" + host))
    rows.warning("keytab.http",
                 fmt::format("The keytab has no key of HTTP/{}: nobody signs in by ticket over "
                             "HTTPS, and Thunderbird's files of kontorctl clients do not work.",
                             host),
                 "Run kontorctl domain join --reuse, or set http.enabled to false.");
  const bool any_strong = !strong.empty();
  if (!facts.keys.empty() && !any_strong)
    rows.wrong(
        "keytab.encryption",
        "The keytab holds RC4 keys only, which clients and controllers refuse more and more.",
        "Allow AES for the account (msDS-SupportedEncryptionTypes 24), then make new keys: "
        "kontorctl domain join --reuse.");
  else if (any_strong)
    rows.ok("keytab.encryption", "The keytab has AES keys.");
}

void judge_keytab(const DomainFacts& facts, Rows& rows) {
  const std::string& path = facts.settings.ad.keytab_file;
  if (path.empty()) {
    rows.wrong("keytab.file", "ad.keytab_file is not set: nobody can sign in by ticket.",
               "Run kontorctl domain join.");
    return;
  }
  if (judge_file(facts.keytab, facts, "keytab.file", path, rows)) judge_keys(facts, rows);
}

}  // namespace

const std::vector<std::string>& needed_services() {
  static const std::vector<std::string> k_services = {"imap", "smtp", "pop"};
  return k_services;
}

const std::vector<std::string>& all_services() {
  static const std::vector<std::string> k_services = {"imap", "smtp", "pop",
                                                      "HTTP", "ldap", "sieve"};
  return k_services;
}

std::vector<CheckRow> judge_facts(const DomainFacts& facts) {
  Rows rows;
  judge_settings(facts, rows);
  if (facts.settings.ad.domain.empty()) return rows.take();
  judge_srv(facts, rows);
  judge_name(facts, rows);
  judge_controllers(facts, rows);
  judge_more_domains(facts, rows);
  judge_clock(facts, rows);
  judge_keytab(facts, rows);
  if (facts.settings.ad.bind == "starttls")
    judge_file(facts.password_file, facts, "password.file", facts.settings.ad.bind_password_file,
               rows);
  judge_account(facts, rows);
  return rows.take();
}

}  // namespace kontor::directory
