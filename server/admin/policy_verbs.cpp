// SPDX-License-Identifier: GPL-3.0-or-later
// policy: what holds for whom, and why.
#include <fmt/format.h>

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include "base/config/values.hpp"
#include "base/core/text.hpp"
#include "server/admin/lookup.hpp"
#include "server/admin/verbs.hpp"
#include "server/policy/rule_file.hpp"

namespace kontor::admin {
namespace {

namespace json = boost::json;
using config::PolicyName;

Result<policy::Keeper*> keeper_of(const Desk& desk) {
  if (desk.environment.policies == nullptr)
    return fail(Errc::unsupported, "this server has no policies");
  return desk.environment.policies;
}

std::string limit_text(std::uint64_t limit, bool is_size) {
  if (limit == 0) return "none";
  return is_size ? config::show_size(limit) : std::to_string(limit);
}

// What the settings have for everybody.
std::string default_of(PolicyName name, const config::Settings& settings) {
  const auto& store = settings.store;
  switch (name) {
    case PolicyName::quota:
      return limit_text(store.quota, true);
    case PolicyName::messages:
      return limit_text(store.quota_messages, false);
    case PolicyName::undelete:
      return std::to_string(store.undelete_days);
    case PolicyName::retention:
      return store.retention.empty() ? "none" : join(store.retention, ",");
    case PolicyName::protocols:
      return "all";
    case PolicyName::local_only:
      return "no";
    case PolicyName::message_size:
      return limit_text(settings.smtp.max_message, true);
    case PolicyName::recipients:
      return limit_text(settings.smtp.max_recipients, false);
    case PolicyName::booking:
      return "auto";
    case PolicyName::booking_by:
      return "everybody";
    case PolicyName::booking_days:
      return std::to_string(config::BookingValues().days);
    case PolicyName::booking_minutes:
      return std::to_string(config::BookingValues().minutes);
    case PolicyName::booking_conflicts:
      return std::to_string(config::BookingValues().conflicts);
    case PolicyName::booking_series:
      return "yes";
    case PolicyName::capacity:
      return "none";
    case PolicyName::invitations:
      return "add";
    case PolicyName::publishing:
      return "full";
    case PolicyName::free_busy:
      return "everybody";
    case PolicyName::quarantine:
      return "none";
    case PolicyName::locked:
      return "no";
    default:
      return "any";
  }
}

json::object row_of(PolicyName name, const policy::Applied& applied) {
  const auto& rule = *applied.rule;
  json::object row;
  row["name"] = config::name_of(name);
  row["value"] = rule.rule.values.at(name);
  row["level"] = name_of(applied.level);
  row["rule"] = rule.rule.who;
  row["kept_by"] = name_of(rule.origin);
  return row;
}

json::object row_of(const policy::Listed& one) {
  json::object row;
  row["rule"] = one.rule->rule.who;
  row["level"] = name_of(one.level);
  row["kept_by"] = name_of(one.rule->origin);
  row["values"] = config::format_policy_values(one.rule->rule);
  row["problem"] = one.problem;
  return row;
}

json::object default_row(PolicyName name, const config::Settings& settings) {
  json::object row;
  row["name"] = config::name_of(name);
  row["value"] = default_of(name, settings);
  row["level"] = "default";
  row["rule"] = "";
  row["kept_by"] = "settings";
  return row;
}

// The limits of `quota set` count before every rule.
struct OwnLimits {
  std::optional<std::uint64_t> bytes, messages;

  std::optional<std::string> of(PolicyName name) const {
    if (name == PolicyName::quota && bytes) return limit_text(*bytes, true);
    if (name == PolicyName::messages && messages) return limit_text(*messages, false);
    return std::nullopt;
  }
};

Task<OwnLimits> own_limits(const Desk& desk, std::optional<store::AccountId> id) {
  if (!id) co_return OwnLimits();
  const auto account = co_await desk.environment.store.open(*id);
  if (!account) co_return OwnLimits();
  const auto own = (*account)->quota().own;
  co_return OwnLimits{own.bytes, own.messages};
}

json::object account_row(PolicyName name, const std::string& value) {
  json::object row;
  row["name"] = config::name_of(name);
  row["value"] = value;
  row["level"] = "account";
  row["rule"] = "kontorctl quota set";
  row["kept_by"] = "kontorctl";
  return row;
}

struct Rows {
  json::array values, lost;
};

Rows rows_of(const std::vector<policy::Decision>& decisions,
             const OwnLimits& own,
             const config::Settings& settings) {
  Rows rows;
  for (std::size_t i = 0; i < config::k_policy_names; ++i) {
    const auto name = static_cast<PolicyName>(i);
    const auto decision = std::ranges::find(decisions, name, &policy::Decision::name);
    const auto set = own.of(name);
    if (set) rows.values.emplace_back(account_row(name, *set));
    if (decision == decisions.end()) {
      if (!set) rows.values.emplace_back(default_row(name, settings));
      continue;
    }
    (set ? rows.lost : rows.values).emplace_back(row_of(name, decision->winner));
    for (const auto& loser : decision->losers) rows.lost.emplace_back(row_of(name, loser));
  }
  return rows;
}

}  // namespace

Task<Answer> policy_explain(const Desk& desk, Request request) {
  KONTOR_CO_TRY(const auto* keeper, keeper_of(desk));
  KONTOR_CO_TRY(const auto found, find_account(desk.environment, request.arguments[0]));
  if (!found.person) co_return fail(Errc::not_found, "this account is nobody's");
  const auto own = co_await own_limits(desk, found.account);
  auto rows = rows_of(keeper->policies().explain(found.person->id), own, desk.environment.settings);
  json::object out;
  out["address"] = found.person->mail;
  out["name"] = found.person->name;
  out["dn"] = found.person->dn;
  out["values"] = std::move(rows.values);
  out["lost"] = std::move(rows.lost);
  co_return json::value(std::move(out));
}

Task<Answer> policy_list(const Desk& desk, Request) {
  KONTOR_CO_TRY(const auto* keeper, keeper_of(desk));
  json::array rows;
  for (const auto& one : keeper->policies().list()) rows.emplace_back(row_of(one));
  co_return json::value(std::move(rows));
}

Task<Answer> policy_set(const Desk& desk, Request request) {
  KONTOR_CO_TRY(auto* keeper, keeper_of(desk));
  KONTOR_CO_TRY(const auto who, config::parse_policy_who(request.arguments[0]));
  const auto text = join({request.arguments.begin() + 1, request.arguments.end()}, " ");
  KONTOR_CO_TRY(auto rule, config::parse_policy_values(text));
  rule.who = who;
  KONTOR_CO_TRY(co_await keeper->set(std::move(rule)));
  for (const auto& one : keeper->policies().list())
    if (one.rule->origin == policy::Origin::kontorctl &&
        policy::is_same_who(one.rule->rule.who, who))
      co_return json::value(row_of(one));
  co_return fail(Errc::conflict, "the rule was removed meanwhile");
}

Task<Answer> policy_remove(const Desk& desk, Request request) {
  KONTOR_CO_TRY(auto* keeper, keeper_of(desk));
  KONTOR_CO_TRY(auto who, config::parse_policy_who(request.arguments[0]));
  auto name = request.arguments.size() > 1 ? request.arguments[1] : std::string();
  KONTOR_CO_TRY(co_await keeper->remove(std::move(who), std::move(name)));
  co_return json::value(json::object());
}

}  // namespace kontor::admin
