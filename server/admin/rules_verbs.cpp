// SPDX-License-Identifier: GPL-3.0-or-later
// rules and fingerprints: what an administrator says about mail that passes, and the documents that
// rules know. Each change is written into the audit log before it is made.
#include <fmt/format.h>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "base/core/text.hpp"
#include "server/admin/audit_log.hpp"
#include "server/admin/client.hpp"
#include "server/admin/render.hpp"
#include "server/admin/verbs.hpp"
#include "server/rules/engine.hpp"
#include "server/rules/moment.hpp"
#include "server/rules/rule_text.hpp"
#include "server/rules/rule_words.hpp"

namespace kontor::admin {
namespace {

namespace json = boost::json;
using rules::Rule;

Result<rules::Engine*> engine_of(const Desk& desk) {
  if (desk.environment.rules == nullptr) return fail(Errc::unsupported, "this server has no rules");
  return desk.environment.rules;
}

std::string words_of(const std::vector<rules::Condition>& conditions, std::string_view glue) {
  std::vector<std::string> out;
  for (const auto& one : conditions)
    out.push_back((one.is_not ? "not " : "") + std::string(rules::name_of(one.about)));
  return join(out, glue);
}

json::object row_of(const Rule& rule, std::size_t place) {
  json::object row;
  row["place"] = place;
  row["name"] = rule.name;
  row["state"] = rules::name_of(rule.state);
  row["when"] = rule.when.empty() ? std::string("every message")
                                  : words_of(rule.when, rule.is_any ? " or " : " and ");
  row["except"] = words_of(rule.except, " or ");
  std::vector<std::string> acts;
  for (const auto& action : rule.actions) acts.emplace_back(rules::name_of(action.what));
  row["does"] = join(acts, ", ");
  row["from"] = rule.from ? rules::show_utc(*rule.from) : std::string();
  row["until"] = rule.until ? rules::show_utc(*rule.until) : std::string();
  return row;
}

json::array rows_of(rules::Engine& engine) {
  json::array rows;
  std::size_t place = 0;
  for (const auto& rule : engine.rules().list()) rows.emplace_back(row_of(rule, ++place));
  return rows;
}

// no_permission and the like: what cannot be written down is not done.
Task<Result<void>> note(const Desk& desk,
                        const Request& request,
                        std::string kind,
                        json::object what) {
  if (desk.environment.audit == nullptr) co_return Result<void>();
  KONTOR_CO_TRY(
      co_await desk.environment.audit->add(std::move(kind), request.peer, std::move(what)));
  co_return Result<void>();
}

Task<Answer> set_state(const Desk& desk, Request request, rules::State state) {
  KONTOR_CO_TRY(auto* engine, engine_of(desk));
  KONTOR_CO_TRY(const auto rule, engine->rules().find(request.arguments[0]));
  json::object what;
  what["rule"] = rule.name;
  what["state"] = rules::name_of(state);
  KONTOR_CO_TRY(co_await note(desk, request, "rules.state", std::move(what)));
  KONTOR_CO_TRY(co_await engine->rules().set_state(rule.name, state));
  co_return rows_of(*engine);
}

json::object fingerprint_row(const rules::Fingerprint& one) {
  json::object row;
  row["name"] = one.name;
  row["letters"] = one.letters;
  row["marks"] = one.hashes.size();
  row["made"] = rules::show_utc(one.made);
  return row;
}

json::array fingerprint_rows(rules::Engine& engine) {
  json::array rows;
  for (const auto& one : engine.fingerprints().current()->all())
    rows.emplace_back(fingerprint_row(*one));
  return rows;
}

}  // namespace

Task<Answer> rules_list(const Desk& desk, Request) {
  KONTOR_CO_TRY(auto* engine, engine_of(desk));
  co_return rows_of(*engine);
}

Task<Answer> rules_show(const Desk& desk, Request request) {
  KONTOR_CO_TRY(auto* engine, engine_of(desk));
  KONTOR_CO_TRY(const auto rule, engine->rules().find(request.arguments[0]));
  co_return json::value(rules::as_json(rule));
}

Result<Finding> rules_show_here(const Client& client, Request request) {
  KONTOR_TRY(auto value, ask_server(client.data_folder, {"rules show", std::move(request)}));
  KONTOR_TRY(const auto all, rules::parse_rules(json::serialize(value)));
  auto text = plain_lines(rules::format_rule(all.front()));
  return Finding{std::move(value), std::move(text), true};
}

Task<Answer> rules_add(const Desk& desk, Request request) {
  KONTOR_CO_TRY(auto* engine, engine_of(desk));
  KONTOR_CO_TRY(auto added, rules::parse_rules(request.payload));
  const auto before = request.options.find("--before");
  json::object what;
  json::array all;
  for (const auto& rule : added) all.emplace_back(rules::as_json(rule));
  what["rules"] = std::move(all);
  KONTOR_CO_TRY(co_await note(desk, request, "rules.add", std::move(what)));
  KONTOR_CO_TRY(co_await engine->rules().add(
      std::move(added), before == request.options.end() ? std::string() : before->second));
  co_return rows_of(*engine);
}

Task<Answer> rules_change(const Desk& desk, Request request) {
  KONTOR_CO_TRY(auto* engine, engine_of(desk));
  KONTOR_CO_TRY(auto changed, rules::parse_rules(request.payload));
  if (changed.size() != 1) co_return fail(Errc::bad_input, "the file has to hold one rule");
  KONTOR_CO_TRY(const auto was, engine->rules().find(request.arguments[0]));
  json::object what;
  what["was"] = rules::as_json(was);
  what["is"] = rules::as_json(changed.front());
  KONTOR_CO_TRY(co_await note(desk, request, "rules.change", std::move(what)));
  KONTOR_CO_TRY(co_await engine->rules().change(was.name, std::move(changed.front())));
  co_return rows_of(*engine);
}

Task<Answer> rules_remove(const Desk& desk, Request request) {
  KONTOR_CO_TRY(auto* engine, engine_of(desk));
  KONTOR_CO_TRY(const auto was, engine->rules().find(request.arguments[0]));
  json::object what;
  what["was"] = rules::as_json(was);
  KONTOR_CO_TRY(co_await note(desk, request, "rules.remove", std::move(what)));
  KONTOR_CO_TRY(co_await engine->rules().remove(was.name));
  co_return rows_of(*engine);
}

Task<Answer> rules_move(const Desk& desk, Request request) {
  KONTOR_CO_TRY(auto* engine, engine_of(desk));
  KONTOR_CO_TRY(const auto rule, engine->rules().find(request.arguments[0]));
  const auto place = parse_number<std::uint32_t>(request.arguments[1]);
  if (!place) co_return fail(Errc::bad_input, "a place is a number: 1 is the first");
  json::object what;
  what["rule"] = rule.name;
  what["place"] = *place;
  KONTOR_CO_TRY(co_await note(desk, request, "rules.move", std::move(what)));
  KONTOR_CO_TRY(co_await engine->rules().move(rule.name, *place));
  co_return rows_of(*engine);
}

Task<Answer> rules_enable(const Desk& desk, Request request) {
  co_return co_await set_state(desk, std::move(request), rules::State::on);
}

Task<Answer> rules_disable(const Desk& desk, Request request) {
  co_return co_await set_state(desk, std::move(request), rules::State::off);
}

Task<Answer> rules_rehearse(const Desk& desk, Request request) {
  co_return co_await set_state(desk, std::move(request), rules::State::rehearsal);
}

Task<Answer> fingerprints_list(const Desk& desk, Request) {
  KONTOR_CO_TRY(auto* engine, engine_of(desk));
  co_return fingerprint_rows(*engine);
}

Task<Answer> fingerprints_add(const Desk& desk, Request request) {
  KONTOR_CO_TRY(auto* engine, engine_of(desk));
  rules::Fingerprint made;
  made.name = std::string(trim(request.arguments[0]));
  KONTOR_CO_TRY(const auto text, co_await engine->text_of(std::move(request.payload), made.name));
  made.made = desk.environment.clock.now();
  made.hashes = rules::winnow(text, made.letters);
  json::object what;
  what["fingerprint"] = made.name;
  what["letters"] = made.letters;
  KONTOR_CO_TRY(co_await note(desk, request, "fingerprints.add", std::move(what)));
  KONTOR_CO_TRY(co_await engine->fingerprints().add(std::move(made)));
  co_return fingerprint_rows(*engine);
}

Task<Answer> fingerprints_remove(const Desk& desk, Request request) {
  KONTOR_CO_TRY(auto* engine, engine_of(desk));
  json::object what;
  what["fingerprint"] = request.arguments[0];
  KONTOR_CO_TRY(co_await note(desk, request, "fingerprints.remove", std::move(what)));
  KONTOR_CO_TRY(co_await engine->fingerprints().remove(request.arguments[0]));
  co_return fingerprint_rows(*engine);
}

}  // namespace kontor::admin
