// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/admin/search_scope.hpp"

#include <algorithm>
#include <map>

#include "base/config/policy_rule.hpp"
#include "base/core/text.hpp"
#include "server/admin/lookup.hpp"
#include "server/policy/rule_file.hpp"

namespace kontor::admin {
namespace {

// Each mailbox once.
class Gathering {
 public:
  explicit Gathering(const Environment& environment) : environment_(environment) {}

  void add(const store::AccountId& account, std::string address) {
    found_.try_emplace(account, std::move(address));
  }
  void add(const directory::Principal& person) {
    if (!person.has_mailbox()) return;
    if (const auto account = environment_.store.find({person.id.source, person.id.guid}))
      add(*account, person.mail);
  }
  std::vector<SearchedMailbox> mailboxes() const {
    std::vector<SearchedMailbox> out;
    for (const auto& [account, address] : found_) out.push_back({account, address});
    std::ranges::sort(out, {}, [](const SearchedMailbox& mailbox) {
      return std::pair(mailbox.address, mailbox.account);
    });
    return out;
  }

 private:
  const Environment& environment_;
  std::map<store::AccountId, std::string> found_;
};

Result<void> add_named(Gathering& found, const Environment& environment, std::string_view names) {
  for (const auto name : split(names, ',')) {
    if (trim(name).empty()) continue;
    KONTOR_TRY(const auto account, find_account(environment, trim(name)));
    if (account.account)
      found.add(*account.account, account.person ? account.person->mail : std::string());
  }
  return {};
}

void add_all(Gathering& found, const Environment& environment) {
  const auto copy = environment.directory.current();
  for (const auto& info : environment.store.list()) {
    const auto person = copy->find({info.binding.source, info.binding.guid});
    found.add(info.id, person ? person->mail : std::string());
  }
}

Result<void> add_domain(Gathering& found,
                        const Environment& environment,
                        const std::string& domain) {
  const auto copy = environment.directory.current();
  if (!copy->is_local_domain(domain))
    return fail(Errc::not_found, "nobody here has an address of " + domain);
  const auto ending = '@' + to_lower(domain);
  for (const auto& person : copy->all())
    if (std::ranges::any_of(person->addresses,
                            [&](const auto& address) { return address.ends_with(ending); }))
      found.add(*person);
  return {};
}

Result<void> add_group(Gathering& found, const Environment& environment, const std::string& name) {
  const auto copy = environment.directory.current();
  const auto group = copy->find_address(name);
  if (!group || group->kind != directory::Kind::group)
    return fail(Errc::not_found, "no group has the address " + name);
  for (const auto& person : copy->expand(group->id, true)) found.add(*person);
  // Its own calendars and address books.
  if (const auto own = environment.store.find({group->id.source, group->id.guid}))
    found.add(*own, group->mail);
  return {};
}

bool is_for(const policy::Decision& decision, std::string_view who) {
  const auto names = [&](const policy::Applied& one) {
    return policy::is_same_who(one.rule->rule.who, who);
  };
  return names(decision.winner) || std::ranges::any_of(decision.losers, names);
}

// Everybody for whom a rule of policy holds, also where a nearer one decides.
Result<void> add_policy(Gathering& found, const Environment& environment, const std::string& name) {
  KONTOR_TRY(const auto who, config::parse_policy_who(name));
  if (environment.policies == nullptr)
    return fail(Errc::unsupported, "this server has no policies");
  const auto& policies = environment.policies->policies();
  if (std::ranges::none_of(policies.list(), [&](const policy::Listed& one) {
        return policy::is_same_who(one.rule->rule.who, who);
      }))
    return fail(Errc::not_found,
                "no policy is written for " + name + ": kontorctl policy list has them all");
  for (const auto& person : environment.directory.current()->all()) {
    if (!person->has_mailbox()) continue;
    const auto decisions = policies.explain(person->id);
    if (std::ranges::any_of(decisions, [&](const auto& one) { return is_for(one, who); }))
      found.add(*person);
  }
  return {};
}

// Everything that a person may read: his own mailbox, and what was given to him in others.
Result<void> add_readable(SearchScope& scope,
                          const Environment& environment,
                          const std::string& name) {
  KONTOR_TRY(const auto found, find_account(environment, name));
  if (found.person == nullptr) return fail(Errc::not_found, name + " is nobody who reads mail");
  const auto copy = environment.directory.current();
  scope.reader = std::make_shared<const SearchReader>(environment, found.person->id);
  for (const auto& account : scope.reader->accounts()) {
    const auto info = environment.store.info(account);
    if (!info) continue;
    const auto owner = copy->find({info->binding.source, info->binding.guid});
    scope.mailboxes.push_back({account, owner ? owner->mail : std::string()});
  }
  return {};
}

}  // namespace

bool search_fits(const Request& request) {
  const auto given = [&](const char* name) { return request.options.contains(name) ? 1 : 0; };
  if (given("--account") + given("--all") + given("--domain") + given("--group") +
          given("--policy") + given("--as") + given("--people") !=
      1)
    return false;
  if (given("--people") != 0 && given("--export") != 0) return false;
  return given("--export") != 0 || given("--format") == 0;
}

Result<SearchScope> search_scope(const Environment& environment, const Request& request) {
  if (!search_fits(request))
    return fail(
        Errc::bad_input,
        "say where: --account, --all, --domain, --group, --policy, --as or --people, one of "
        "them");
  Gathering found(environment);
  SearchScope scope;
  for (const std::string name : {"account", "domain", "group", "policy", "as"})
    if (const auto value = option(request, "--" + name); !value.empty()) scope.said[name] = value;
  if (request.options.contains("--people")) {
    scope.said["people"] = scope.in_book = true;
    return scope;
  }
  if (const auto name = option(request, "--as"); !name.empty()) {
    KONTOR_TRY(add_readable(scope, environment, name));
    return scope;
  }
  if (request.options.contains("--all")) {
    scope.said["all"] = true;
    add_all(found, environment);
  } else if (const auto names = option(request, "--account"); !names.empty()) {
    KONTOR_TRY(add_named(found, environment, names));
  } else if (const auto domain = option(request, "--domain"); !domain.empty()) {
    KONTOR_TRY(add_domain(found, environment, domain));
  } else if (const auto who = option(request, "--policy"); !who.empty()) {
    KONTOR_TRY(add_policy(found, environment, who));
  } else {
    KONTOR_TRY(add_group(found, environment, option(request, "--group")));
  }
  scope.mailboxes = found.mailboxes();
  return scope;
}

}  // namespace kontor::admin
