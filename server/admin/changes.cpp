// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/admin/changes.hpp"

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>

#include "base/core/text.hpp"
#include "server/admin/audit_log.hpp"

namespace kontor::admin {
namespace {

namespace json = boost::json;

constexpr std::size_t k_most_state = 16'384;

json::value shortened(json::value value) {
  if (json::serialize(value).size() <= k_most_state) return value;
  return json::value("too long for the audit log");
}

// The arguments of the verb that shows what `change` changes, out of the words of its own; nothing:
// it shows something else than one thing.
std::optional<Request> words_to_show(const Operation& change,
                                     const Operation& shown,
                                     const Request& request) {
  const auto values = path_values_of(change, request);
  json::object wanted;
  for (const auto& one : parameters_of(shown)) {
    if (one.place != Parameter::Place::path) continue;
    const auto found = values.find(one.name);
    if (found == values.end()) return std::nullopt;
    wanted[one.name] = found->second;
  }
  auto out = request_of(shown, wanted);
  if (!out) return std::nullopt;
  return *std::move(out);
}

Task<json::value> state_of(const Desk& desk, const Operation& change, const Request& request) {
  const auto* shown = shown_by(change);
  if (shown == nullptr) co_return json::value();
  auto words = words_to_show(change, *shown, request);
  const auto* verb = find_verb(shown->verb);
  if (!words || verb == nullptr || verb->at_server == nullptr) co_return json::value();
  const auto answer = co_await run_verb(desk, *verb, *std::move(words));
  if (!answer) co_return json::value();
  co_return shortened(*answer);
}

json::object record_of(const Operation& change, const Request& request) {
  json::object out;
  out["verb"] = change.verb;
  json::array arguments;
  for (const auto& one : request.arguments) arguments.emplace_back(to_valid_utf8(one));
  out["arguments"] = std::move(arguments);
  json::object options;
  for (const auto& [name, value] : request.options) options[name] = to_valid_utf8(value);
  if (!options.empty()) out["options"] = std::move(options);
  if (!request.payload.empty()) out["payload_bytes"] = request.payload.size();
  return out;
}

}  // namespace

Task<Answer> run_verb(const Desk& desk, const Verb& verb, Request request) {
  std::string fault;
  try {
    co_return co_await verb.at_server(desk, std::move(request));
  } catch (const std::exception& error) {
    fault = error.what();
  }
  co_return fail(Errc::internal, fault);
}

Task<Answer> run_recorded(const Desk& desk,
                          const Operation* change,
                          const Verb& verb,
                          Request request) {
  auto* audit = desk.environment.audit;
  const bool is_rehearsal = request.options.contains("--dry-run");
  if (change == nullptr || audit == nullptr || is_rehearsal)
    co_return co_await run_verb(desk, verb, std::move(request));
  auto record = record_of(*change, request);
  record["before"] = co_await state_of(desk, *change, request);
  KONTOR_CO_TRY(const auto stamp, co_await audit->add("change", request.peer, std::move(record)));
  auto answer = co_await run_verb(desk, verb, request);
  json::object outcome;
  outcome["of"] = stamp.number;
  outcome["outcome"] = answer ? std::string("done") : answer.error().text();
  outcome["after"] = co_await state_of(desk, *change, request);
  // What is done is done: that its end could not be put down stands in the server's log.
  static_cast<void>(co_await audit->add("changed", request.peer, std::move(outcome)));
  co_return answer;
}

}  // namespace kontor::admin
