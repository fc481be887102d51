// SPDX-License-Identifier: GPL-3.0-or-later
#include "directory/domain/join.hpp"

#include <pwd.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>

#include "base/core/text.hpp"
#include "base/core/time.hpp"
#include "directory/domain/account.hpp"
#include "directory/domain/desk.hpp"
#include "directory/domain/facts.hpp"
#include "directory/domain/names.hpp"
#include "directory/krb/profile.hpp"

namespace kontor::directory {
namespace {

// userAccountControl ([MS-ADTS] 2.2.16): a member computer; a user whose password does not expire.
constexpr std::uint32_t k_disabled = 0x2;
constexpr const char* k_computer = "4096";
constexpr const char* k_service_user = "66048";
constexpr const char* k_aes_alone = "24";  // [MS-KILE] 2.2.7
// Where new objects go ([MS-ADTS] 6.1.1.4).
constexpr const char* k_computers_guid = "aa312825768811d1aded00c04fd8d5cd";
constexpr const char* k_users_guid = "a9d1ca15768811d1aded00c04fd8d5cd";

// Names that another account holds, each with its holder.
Result<void> refuse_taken_names(DomainDesk& desk,
                                Connection& connection,
                                const NamingContexts& contexts,
                                const JoinPlan& plan,
                                const std::string& own_dn) {
  std::map<std::string, std::vector<std::string>> holders;
  // Without a global catalogue the domain alone is searched; the controller refuses the rest.
  const auto searched = find_holders(desk, connection, contexts, plan.names, holders);
  if (!searched && searched.error().code() != Errc::unavailable) return searched;
  std::vector<std::string> taken;
  for (const auto& [name, dns] : holders)
    for (const auto& dn : dns)
      if (!iequals(dn, own_dn)) taken.push_back(name + " belongs to " + dn);
  if (taken.empty()) return {};
  return fail(Errc::conflict, join(taken, "; ") +
                                  ". Take the names away there (setspn -D, samba-tool spn delete), "
                                  "join that account with --reuse, or leave services out with "
                                  "--services");
}

Result<std::string> parent_of_new(Connection& connection,
                                  const NamingContexts& contexts,
                                  const JoinWish& wish) {
  if (!wish.parent.empty()) return wish.parent;
  const std::string guid = wish.service_account ? k_users_guid : k_computers_guid;
  KONTOR_TRY(
      const auto entry,
      read_entry(connection, "<WKGUID=" + guid + "," + contexts.domain_dn + ">", {"objectClass"}));
  return entry.dn;
}

Result<std::string> create_account(AdminConnection& writer,
                                   const std::string& parent,
                                   const config::Settings& settings,
                                   const JoinWish& wish,
                                   const JoinPlan& plan,
                                   const std::string& password) {
  std::string common = plan.account;
  if (!wish.service_account) common.pop_back();
  const std::string dn = "CN=" + dn_escape(common) + "," + parent;
  std::vector<Attribute> entry = {{"sAMAccountName", {plan.account}},
                                  {"servicePrincipalName", plan.names},
                                  {"msDS-SupportedEncryptionTypes", {k_aes_alone}},
                                  {"description", {"Kontor mail server " + plan.host}},
                                  {"unicodePwd", {password_value(password)}}};
  if (wish.service_account) {
    entry.push_back({"objectClass", {"user"}});
    entry.push_back({"userAccountControl", {k_service_user}});
    entry.push_back({"userPrincipalName", {plan.account + "@" + to_lower(settings.ad.domain)}});
  } else {
    entry.push_back({"objectClass", {"computer"}});
    entry.push_back({"userAccountControl", {k_computer}});
    entry.push_back({"dNSHostName", {plan.host}});
  }
  KONTOR_TRY(writer.add(dn, entry));
  return dn;
}

// Names of the account that are not ours stay. The password comes last: the new key is made for the
// encryption types that are allowed by then.
Result<void> take_over(AdminConnection& writer,
                       const AccountFacts& account,
                       const JoinPlan& plan,
                       const std::string& password) {
  auto names = account.names;
  for (const auto& name : plan.names)
    if (std::ranges::none_of(names, [&name](const auto& one) { return iequals(one, name); }))
      names.push_back(name);
  std::vector<Attribute> changes = {{"servicePrincipalName", names},
                                    {"msDS-SupportedEncryptionTypes", {k_aes_alone}}};
  if ((account.control & k_disabled) != 0)
    changes.push_back({"userAccountControl", {std::to_string(account.control & ~k_disabled)}});
  KONTOR_TRY(writer.replace(account.dn, changes));
  return writer.replace(account.dn, {{"unicodePwd", {password_value(password)}}});
}

// The keys that are kept of a keytab that is there. exists: it is another account's.
Result<std::vector<KeytabEntry>> keys_before(const config::Settings& settings,
                                             const JoinWish& wish,
                                             const JoinPlan& plan) {
  auto before = read_keytab(settings.ad.keytab_file);
  if (!before && before.error().code() == Errc::not_found) return std::vector<KeytabEntry>();
  const auto is_own = [&plan](const KeytabEntry& entry) {
    return iequals(entry.name(), plan.account);
  };
  if (before && std::ranges::any_of(*before, is_own)) return before;
  if (wish.force || (before && before->empty())) return std::vector<KeytabEntry>();
  return fail(Errc::exists,
              settings.ad.keytab_file +
                  (before ? " holds keys of another account" : " is there and is no keytab") +
                  ": give --force to replace it, or --keytab FILE for another one");
}

Result<void> write_keys(DomainDesk& desk,
                        const JoinPlan& plan,
                        const std::string& password,
                        const AccountFacts& account,
                        std::vector<KeytabEntry> before) {
  KONTOR_TRY(const auto owner, keytab_owner(desk.settings()));
  KONTOR_TRY(const auto keys,
             derive_keys(desk.transport(), desk.realm(), account.account, password));
  const auto kvno = account.kvno.value_or(1);
  auto names = plan.names;
  names.insert(names.begin(), account.account);
  std::erase_if(before, [kvno](const KeytabEntry& entry) { return entry.kvno >= kvno; });
  const auto now = system_clock().now().time_since_epoch().count();
  auto entries = entries_of(desk.realm(), names, keys, kvno, now);
  const std::vector<KeytabEntry> own(entries.begin(),
                                     entries.begin() + static_cast<std::ptrdiff_t>(keys.size()));
  entries.insert(entries.end(), before.begin(), before.end());
  KONTOR_TRY(write_keytab(desk.settings().ad.keytab_file, entries, owner));
  return try_keys(desk.transport(), own);
}

Result<void> make_account(DomainDesk& desk,
                          Connection& connection,
                          const NamingContexts& contexts,
                          const JoinWish& wish,
                          const JoinPlan& plan,
                          const ServiceIdentity& admin,
                          const std::optional<AccountFacts>& existing,
                          const std::string& password) {
  KONTOR_TRY(const auto writer, desk.connect_to_write(admin));
  if (existing) return take_over(*writer, *existing, plan, password);
  KONTOR_TRY(const auto parent, parent_of_new(connection, contexts, wish));
  KONTOR_TRY(create_account(*writer, parent, desk.settings(), wish, plan, password));
  return {};
}

}  // namespace

Result<JoinPlan> plan_join(const config::Settings& settings, const JoinWish& wish) {
  JoinPlan plan;
  plan.host = to_lower(settings.server.name);
  if (settings.ad.domain.empty())
    return fail(Errc::bad_input, "the domain is not known: give --domain your.domain");
  if (plan.host.find('.') == std::string::npos)
    return fail(Errc::bad_input,
                "server.name is not the full name that clients connect to: give --name "
                "mail.your.domain");
  if (settings.ad.keytab_file.empty())
    return fail(Errc::bad_input, "no keytab file: give --keytab FILE");
  plan.account = account_name(wish, plan.host);
  if (!is_account_name(plan.account))
    return fail(Errc::bad_input, "not an account name: " + plan.account);
  auto services = wish.services.empty() ? all_services() : wish.services;
  for (const auto& service : services)
    if (service.empty() || service.find_first_of("/@ ") != std::string::npos)
      return fail(Errc::bad_input, "not a service: " + service);
  // A machine account has the name of the machine itself, too.
  if (!wish.service_account && wish.services.empty()) services.insert(services.begin(), "host");
  plan.names = service_names(services, plan.host);
  plan.principal = plan.account + "@" + realm_of(settings.ad);
  return plan;
}

Result<Owner> keytab_owner(const config::Settings& settings) {
  if (settings.server.user.empty() || geteuid() != 0) return Owner{geteuid(), getegid()};
  const passwd* entry = getpwnam(settings.server.user.c_str());
  if (entry == nullptr)
    return fail(Errc::not_found, "this machine has no user " + settings.server.user +
                                     " (server.user), who is to own the keytab");
  return Owner{entry->pw_uid, entry->pw_gid};
}

std::vector<KeytabEntry> entries_of(const std::string& realm,
                                    const std::vector<std::string>& names,
                                    const std::vector<Key>& keys,
                                    std::uint32_t kvno,
                                    std::int64_t now) {
  std::vector<KeytabEntry> entries;
  for (const auto& name : names)
    for (const auto& key : keys)
      entries.push_back({realm, components_of(name), kvno, static_cast<std::uint32_t>(now), key});
  return entries;
}

Result<Joined> join_domain(const config::Settings& settings, const JoinWish& wish) {
  KONTOR_TRY(const auto plan, plan_join(settings, wish));
  KONTOR_TRY(keytab_owner(settings));
  KONTOR_TRY(const auto lock, KeytabLock::take(settings.ad.keytab_file));
  DomainDesk desk(settings);
  KONTOR_TRY(desk.choose_any());
  KONTOR_TRY(auto before, keys_before(settings, wish, plan));
  KONTOR_TRY(const auto admin, desk.admin_identity(wish.admin));
  const auto connection = desk.connect(&admin);
  if (!connection)
    return fail(Error(connection.error())
                    .while_doing(wish.admin.user.empty()
                                     ? "with your ticket (kinit administrator, or give --user)"
                                     : "as " + wish.admin.user));
  KONTOR_TRY(const auto contexts, read_domain_names(**connection));
  std::optional<AccountFacts> existing;
  if (auto found = read_account_by_name(**connection, contexts.domain_dn, plan.account)) {
    existing = *std::move(found);
    if (!wish.reuse)
      return fail(Errc::exists,
                  "there is an account " + plan.account + " (" + existing->dn +
                      "). --reuse gives it a new password: whatever else uses its keys, as sssd or "
                      "winbind of this machine, loses them. Another name is given with --computer "
                      "or --account");
  } else if (found.error().code() != Errc::not_found) {
    return fail(found.error());
  }
  KONTOR_TRY(refuse_taken_names(desk, **connection, contexts, plan, existing ? existing->dn : ""));
  std::string password = random_password();
  KONTOR_TRY(make_account(desk, **connection, contexts, wish, plan, admin, existing, password));
  KONTOR_TRY(const auto account,
             read_account_by_name(**connection, contexts.domain_dn, plan.account));
  auto written = write_keys(desk, plan, password, account, std::move(before));
  explicit_bzero(password.data(), password.size());
  if (!written)
    return fail(std::move(written).error().while_doing(
        "the account " + plan.account + " is made, its keys are not in " + settings.ad.keytab_file +
        "; once this is mended, join again with --reuse"));
  return Joined{account.account,          account.dn, desk.chosen().host,  settings.ad.keytab_file,
                account.kvno.value_or(1), plan.names, existing.has_value()};
}

}  // namespace kontor::directory
