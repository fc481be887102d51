// SPDX-License-Identifier: GPL-3.0-or-later
// domains add, mailboxes and remove; accounts lock and unlock. A domain is known by the settings,
// because kontorctl was told it, or because somebody of the directory has an address in it; its
// mailboxes are those whose first address is in it.
#include "server/admin/domains_verbs.hpp"

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include "base/core/mail_domain.hpp"
#include "base/core/text.hpp"
#include "server/admin/lookup.hpp"
#include "server/admin/mail_domains.hpp"
#include "server/delivery/domain_keeper.hpp"

namespace kontor::admin {
namespace {

namespace json = boost::json;
using config::PolicyName;
using directory::Principal;
using PersonPtr = std::shared_ptr<const Principal>;

constexpr std::string_view k_local = "local";
constexpr std::string_view k_locked = "locked";

// By address.
std::vector<PersonPtr> people_of(const Desk& desk, const std::string& domain) {
  std::vector<PersonPtr> people;
  for (const auto& one : desk.environment.directory.current()->all())
    if (one->has_mailbox() && mail_domain(one->mail) == domain) people.push_back(one);
  std::ranges::sort(people, {}, [](const PersonPtr& one) { return to_lower(one->mail); });
  return people;
}

Result<policy::Keeper*> policies_of(const Desk& desk) {
  if (desk.environment.policies == nullptr)
    return fail(Errc::unsupported, "this server has no policies");
  return desk.environment.policies;
}

Result<delivery::DomainKeeper*> keeper_of(const Desk& desk) {
  if (desk.environment.domains == nullptr)
    return fail(Errc::unsupported, "this server is told no domains");
  return desk.environment.domains;
}

bool is_locked(const Desk& desk, const Principal& person) {
  const auto* keeper = desk.environment.policies;
  return keeper != nullptr && keeper->policies().of(person.id)->is_locked;
}

json::object domain_row(const Desk& desk, const std::string& name, const MailDomain& domain) {
  json::object row;
  row["domain"] = name;
  row["from"] = domain.from;
  row["mailboxes"] = domain.mailboxes;
  row["locked"] = is_domain_locked(desk, name);
  return row;
}

// A local one. not_found.
Result<MailDomain> find_domain(const Desk& desk, const std::string& name) {
  const auto all = mail_domains(desk);
  const auto found = all.find(name);
  if (found == all.end() || found->second.kind != MailDomain::Kind::local)
    return fail(Errc::not_found, "there is no mail domain " + name);
  return found->second;
}

// A domain that "@" stands in front of, or a mailbox.
struct Target {
  std::string who;   // as a policy has it
  std::string name;  // without "@"
  PersonPtr person;  // nullptr: a domain
};

Result<Target> target_of(const Desk& desk, const std::string& word) {
  if (word.starts_with('@')) {
    KONTOR_TRY(const auto name, delivery::parse_domain_name(word.substr(1)));
    KONTOR_TRY(find_domain(desk, name));
    return Target{"@" + name, name, nullptr};
  }
  KONTOR_TRY(const auto found, find_account(desk.environment, word));
  if (!found.person) return fail(Errc::not_found, "this account is nobody's");
  const auto& person = *found.person;
  return Target{person.mail.empty() ? person.principal_name : person.mail, person.mail,
                found.person};
}

json::object lock_answer(const Desk& desk, const Target& target) {
  json::object row;
  row[target.person ? "account" : "domain"] = target.name;
  row["locked"] =
      target.person ? is_locked(desk, *target.person) : is_domain_locked(desk, target.name);
  return row;
}

}  // namespace

bool is_domain_locked(const Desk& desk, const std::string& domain) {
  if (desk.environment.policies == nullptr) return false;
  bool locked = false;
  for (const auto& row : desk.environment.policies->policies().list()) {
    if (row.level != policy::Level::domain || to_lower(row.rule->rule.who) != "@" + domain)
      continue;
    const auto value = row.rule->rule.values.find(PolicyName::locked);
    if (value == row.rule->rule.values.end()) continue;
    locked = value->second == "yes";
    if (row.rule->origin == policy::Origin::kontorctl) break;  // the strongest of them
  }
  return locked;
}

Task<Answer> accounts_lock(const Desk& desk, Request request) {
  KONTOR_CO_TRY(auto* keeper, policies_of(desk));
  KONTOR_CO_TRY(const auto target, target_of(desk, request.arguments[0]));
  config::PolicyRule rule;
  rule.who = target.who;
  rule.values.emplace(PolicyName::locked, "yes");
  KONTOR_CO_TRY(co_await keeper->set(std::move(rule)));
  co_return json::value(lock_answer(desk, target));
}

Task<Answer> accounts_unlock(const Desk& desk, Request request) {
  KONTOR_CO_TRY(auto* keeper, policies_of(desk));
  KONTOR_CO_TRY(const auto target, target_of(desk, request.arguments[0]));
  const auto removed = co_await keeper->remove(target.who, std::string(k_locked));
  auto row = lock_answer(desk, target);
  if (!removed && removed.error().code() != Errc::not_found) co_return fail(removed.error());
  if (row["locked"].as_bool())
    co_return fail(Errc::conflict,
                   target.name +
                       " has no lock of its own any more, and is still locked by another "
                       "rule: see kontorctl policy list");
  if (!removed) co_return fail(Errc::not_found, target.name + " is not locked");
  co_return json::value(std::move(row));
}

Task<Answer> domains_add(const Desk& desk, Request request) {
  KONTOR_CO_TRY(auto* keeper, keeper_of(desk));
  KONTOR_CO_TRY(const auto name, delivery::parse_domain_name(request.arguments[0]));
  const auto& domains = desk.environment.delivery.domains();
  if (domains.canonical("x@" + name) != "x@" + name || domains.is_remote(name))
    co_return fail(Errc::conflict, name + " is an alias or a remote domain in the settings");
  if (find_domain(desk, name)) co_return fail(Errc::exists, name + " is there already");
  KONTOR_CO_TRY(co_await keeper->add(name));
  co_return json::value(domain_row(desk, name, {.from = "kontorctl"}));
}

Task<Answer> domains_mailboxes(const Desk& desk, Request request) {
  KONTOR_CO_TRY(const auto name, delivery::parse_domain_name(request.arguments[0]));
  KONTOR_CO_TRY(find_domain(desk, name));
  json::array rows;
  auto& store = desk.environment.store;
  for (const auto& person : people_of(desk, name)) {
    json::object row;
    row["address"] = person->mail;
    row["messages"] = row["bytes"] = 0;
    row["locked"] = is_locked(desk, *person);
    row["problem"] = "";
    if (const auto id = store.find({person->id.source, person->id.guid})) {
      const auto account = co_await store.open(*id);
      if (account) row["messages"] = (*account)->view().usage().messages;
      if (account) row["bytes"] = (*account)->view().usage().bytes;
      if (!account) row["problem"] = account.error().text();
    }
    rows.emplace_back(std::move(row));
  }
  co_return json::value(std::move(rows));
}

// People of the embedded directory go with the domain when that is wished; others are not ours to
// remove.
Task<Answer> domains_remove(const Desk& desk, Request request) {
  KONTOR_CO_TRY(auto* keeper, keeper_of(desk));
  KONTOR_CO_TRY(const auto name, delivery::parse_domain_name(request.arguments[0]));
  KONTOR_CO_TRY(const auto domain, find_domain(desk, name));
  if (domain.from == "settings")
    co_return fail(Errc::conflict, "domains.local of the settings names it: take it out there");
  const auto people = people_of(desk, name);
  if (!people.empty() && !request.options.contains("--mailboxes"))
    co_return fail(Errc::conflict, "it has mailboxes (" + std::to_string(people.size()) +
                                       "); --mailboxes removes them with it");
  for (const auto& person : people)
    if (person->id.source != k_local || person->kind != directory::Kind::person)
      co_return fail(Errc::conflict, person->mail +
                                         " is not of the embedded directory: take the "
                                         "address away where it comes from");
  for (const auto& person : people) {
    directory::LocalEdit edit;
    edit.change = directory::LocalChange::remove;
    edit.person = person->id.guid;
    KONTOR_CO_TRY(co_await desk.environment.directory_service->change_local(std::move(edit)));
  }
  const auto removed = co_await keeper->remove(name);
  if (!removed && (removed.error().code() != Errc::not_found || people.empty()))
    co_return fail(removed.error().code(),
                   people.empty() ? name +
                                        " is there because somebody or a group of the directory "
                                        "has an address in it"
                                  : removed.error().detail());
  if (desk.environment.policies != nullptr)
    (void)co_await desk.environment.policies->remove("@" + name, std::string(k_locked));
  json::object out;
  out["removed"] = name;
  out["mailboxes"] = people.size();
  co_return json::value(std::move(out));
}

}  // namespace kontor::admin
