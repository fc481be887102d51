// SPDX-License-Identifier: GPL-3.0-or-later
#include <arpa/inet.h>
#include <ifaddrs.h>
#include <netdb.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>

#include "base/core/text.hpp"
#include "base/core/time.hpp"
#include "directory/domain/account.hpp"
#include "directory/domain/desk.hpp"
#include "directory/domain/facts.hpp"
#include "directory/domain/names.hpp"
#include "directory/krb/ping.hpp"
#include "directory/krb/profile.hpp"
#include "directory/krb/self_test.hpp"
#include "directory/ldap/dirsync.hpp"

namespace kontor::directory {
namespace {

std::string number_form(const sockaddr* address, socklen_t size) {
  std::array<char, NI_MAXHOST> text{};
  if (getnameinfo(address, size, text.data(), text.size(), nullptr, 0, NI_NUMERICHOST) != 0)
    return {};
  return text.data();
}

std::vector<std::string> addresses_of(const std::string& name) {
  std::vector<std::string> out;
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (getaddrinfo(name.c_str(), nullptr, &hints, &found) != 0) return out;
  for (const addrinfo* one = found; one != nullptr; one = one->ai_next)
    out.push_back(number_form(one->ai_addr, one->ai_addrlen));
  freeaddrinfo(found);
  return out;
}

std::vector<std::string> addresses_of_machine() {
  std::vector<std::string> out;
  ifaddrs* list = nullptr;
  if (getifaddrs(&list) != 0) return out;
  for (const ifaddrs* one = list; one != nullptr; one = one->ifa_next) {
    if (one->ifa_addr == nullptr) continue;
    const int family = one->ifa_addr->sa_family;
    if (family == AF_INET) out.push_back(number_form(one->ifa_addr, sizeof(sockaddr_in)));
    if (family == AF_INET6) out.push_back(number_form(one->ifa_addr, sizeof(sockaddr_in6)));
  }
  freeifaddrs(list);
  return out;
}

std::string user_name(uid_t uid) {
  const passwd* entry = getpwuid(uid);
  return entry == nullptr ? std::to_string(uid) : entry->pw_name;
}

FileFacts look_at(const std::string& file) {
  FileFacts facts;
  struct stat about{};
  if (stat(file.c_str(), &about) != 0) {
    facts.readable = {true, errno_error(file, errno)};
    return facts;
  }
  facts.mode = about.st_mode & 07777;
  facts.uid = about.st_uid;
  facts.owner = user_name(about.st_uid);
  facts.readable = {true, {}};
  if (access(file.c_str(), R_OK) != 0) facts.readable.error = errno_error(file, errno);
  return facts;
}

// "20261122113000.0Z" (RFC 4517, 3.3.13) to UTC seconds.
std::optional<std::int64_t> parse_generalized_time(std::string_view text) {
  if (text.size() < 15) return std::nullopt;
  const auto part = [&](std::size_t at, std::size_t size) {
    return parse_number<unsigned>(text.substr(at, size));
  };
  const auto year = part(0, 4), month = part(4, 2), day = part(6, 2);
  const auto hour = part(8, 2), minute = part(10, 2), second = part(12, 2);
  if (!year || !month || !day || !hour || !minute || !second) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year(static_cast<int>(*year)),
                                         std::chrono::month(*month), std::chrono::day(*day)};
  if (!date.ok()) return std::nullopt;
  const auto days = std::chrono::sys_days(date).time_since_epoch().count();
  return ((days * 24LL + *hour) * 60 + *minute) * 60 + *second;
}

void ask_controllers(DomainDesk& desk, DomainFacts& facts) {
  std::optional<Controller> first;
  for (const auto& controller : desk.controllers()) {
    ControllerAnswer answer{controller.host, {}};
    Result<void> done = desk.choose(controller);
    if (done) {
      const auto connection = desk.connect(nullptr);
      if (connection) {
        const auto root = read_entry(**connection, "", {"currentTime"});
        if (root) answer.clock = parse_generalized_time(root->first("currenttime"));
        if (!root) done = fail(root.error());
      } else {
        done = fail(connection.error());
      }
    }
    answer.ldap = Trial::of(done);
    if (done && !first) first = controller;
    facts.controllers.push_back(std::move(answer));
  }
  if (first) {
    [[maybe_unused]] const auto chosen = desk.choose(*first);
  }
}

// The first controller of another domain that answers is enough.
Result<void> ask_other_domain(const config::Settings& settings, const std::string& domain) {
  auto other = settings.ad;
  other.domain = domain;
  other.controllers.clear();
  Controllers controllers(other);
  KONTOR_TRY(controllers.refresh());
  Error last(Errc::unavailable, "it has no controller");
  for (const auto& controller : controllers.in_order()) {
    const auto answer = ping(controller, domain, settings.ad.timeout);
    if (answer) return {};
    last = Error(answer.error().code(), controller.host + ": " + answer.error().detail());
  }
  return fail(std::move(last));
}

void look_at_files(DomainFacts& facts) {
  const auto& settings = facts.settings;
  facts.expected_owner = settings.server.user;
  if (const passwd* entry =
          settings.server.user.empty() ? nullptr : getpwnam(settings.server.user.c_str()))
    facts.expected_uid = entry->pw_uid;
  if (!settings.ad.keytab_file.empty()) {
    facts.keytab = look_at(settings.ad.keytab_file);
    if (facts.keytab.readable.is_good()) {
      auto keys = read_keytab(settings.ad.keytab_file);
      if (keys)
        facts.keys = *std::move(keys);
      else
        facts.keytab.readable.error = keys.error();
    }
  }
  if (settings.ad.bind == "starttls") facts.password_file = look_at(settings.ad.bind_password_file);
}

// One is enough; the container itself is shown to everybody.
bool sees_tombstones(Connection& connection, const std::string& domain_dn) {
  Search what;
  what.base = "CN=Deleted Objects," + domain_dn;
  what.filter = "(isDeleted=TRUE)";
  what.attributes = {"objectGUID"};
  what.show_deleted = true;
  bool any = false;
  const auto searched = connection.search(what, [&](const Entry& entry) -> Result<void> {
    if (iequals(entry.dn, what.base)) return {};
    any = true;
    return fail(Errc::cancelled, "seen");
  });
  return any && !searched;
}

void read_rights(DomainDesk& desk,
                 Connection& connection,
                 const std::string& domain_dn,
                 DomainFacts& facts) {
  facts.tombstones = sees_tombstones(connection, domain_dn);
  const auto probe = desk.connect_to_probe();
  if (!probe) return;
  if (const auto may = (*probe)->may_follow_changes(domain_dn, 0)) facts.replicates = *may;
  if (const auto may = (*probe)->may_follow_changes(domain_dn, k_dirsync_object_security))
    facts.dirsync = *may;
}

void read_account(DomainDesk& desk, Connection& connection, DomainFacts& facts) {
  const auto names = read_domain_names(connection);
  if (!names) return;
  const auto account =
      find_account(connection, names->domain_dn, facts.keys, facts.settings.server.name);
  if (account) facts.account = *account;
  facts.forest = Trial::of(find_holders(desk, connection, *names,
                                        service_names(all_services(), facts.settings.server.name),
                                        facts.holders));
  if (facts.bind.is_good()) read_rights(desk, connection, names->domain_dn, facts);
}

void ask_domain(DomainDesk& desk, DomainFacts& facts) {
  const auto identity = desk.own_identity();
  if (facts.keytab.readable.is_good())
    facts.sign_in = Trial::of(take_ldap_ticket(identity, desk.transport(), desk.chosen().host));
  auto connection = desk.connect_as_server();
  facts.bind = connection ? Trial{true, {}} : Trial{true, connection.error()};
  if (!connection) {  // the caller's ticket, if there is one, may still show why
    ServiceIdentity caller;
    caller.realm = desk.realm();
    caller.ticket_cache = desk.callers_cache();
    connection = desk.connect(&caller);
    facts.by_caller = connection.has_value();
  }
  if (connection) read_account(desk, **connection, facts);
  if (!facts.sign_in.is_good()) return;
  for (const auto& service : needed_services())
    facts.own_tickets[service] = Trial::of(accept_own_ticket(identity, desk.transport(), service,
                                                             to_lower(facts.settings.server.name)));
}

}  // namespace

DomainFacts gather_facts(const config::Settings& settings) {
  DomainFacts facts;
  facts.settings = settings;
  facts.now = system_clock().now().time_since_epoch().count();
  facts.name_addresses = addresses_of(settings.server.name);
  facts.machine_addresses = addresses_of_machine();
  if (settings.ad.domain.empty()) return facts;
  DomainDesk desk(facts.settings);
  const auto found = desk.find_controllers();
  look_at_files(facts);
  facts.srv = Trial::of(find_in_dns(settings));
  for (const auto& domain : settings.ad.more_domains)
    facts.more_domains[domain] = Trial::of(ask_other_domain(settings, domain));
  if (!found) return facts;
  ask_controllers(desk, facts);
  if (std::ranges::any_of(facts.controllers, [](const auto& one) { return one.ldap.is_good(); }))
    ask_domain(desk, facts);
  return facts;
}

}  // namespace kontor::directory
