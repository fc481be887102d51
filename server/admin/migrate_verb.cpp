// SPDX-License-Identifier: GPL-3.0-or-later
// accounts migrate: a person of one source becomes a person of another, as when accounts of a file
// or of OpenLDAP go into Active Directory. Nothing is written into either directory but the file of
// the embedded one.
//
// kontorctl asks for the plan, has the rights in all mailboxes moved in one pass for all pairs,
// then each pair by itself; the option --step, which it alone gives, says which. What was done is
// found done when the command is given again.
#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <ostream>

#include "base/core/text.hpp"
#include "base/io/file_system.hpp"
#include "base/net/signal.hpp"
#include "server/admin/client.hpp"
#include "server/admin/migrate_mailbox.hpp"
#include "server/admin/migrate_people.hpp"
#include "server/admin/verbs.hpp"

namespace kontor::admin {
namespace {

namespace json = boost::json;
using directory::PrincipalId;

constexpr std::string_view k_verb = "accounts migrate";
constexpr std::string_view k_step = "--step";
constexpr std::string_view k_nobody = "-";  // whose mailbox an earlier run has set aside
constexpr std::string_view k_aside = "moving-to-";
constexpr std::uint64_t k_longest_list = 64U << 20U;
constexpr std::chrono::milliseconds k_look{100};
constexpr int k_looks = 150;  // for a changed file to be in force

std::string text_of(const json::value& value) {
  return {value.as_string().data(), value.as_string().size()};
}

Result<PrincipalId> parse_id(std::string_view text) {
  if (text == k_nobody) return PrincipalId();
  const auto colon = text.find(':');
  if (colon == std::string_view::npos) return fail(Errc::bad_input, "not SOURCE:GUID");
  KONTOR_TRY(const auto guid, Uuid::parse(text.substr(colon + 1)));
  return PrincipalId{std::string(text.substr(0, colon)), guid};
}

std::string shown(const PrincipalId& id) {
  return id.source.empty() ? std::string(k_nobody) : id.text();
}

// --- the plan
// -------------------------------------------------------------------------------------
json::object plan_row(const Desk& desk, const MigrationPair& pair) {
  const auto& accounts = desk.environment.store;
  json::object row;
  row["from"] = shown(pair.from);
  row["to"] = pair.to.text();
  row["from_name"] = pair.from_name;
  row["to_name"] = pair.to_name;
  const bool has_old = accounts.find({pair.from.source, pair.from.guid}).has_value();
  const bool has_new = accounts.find({pair.to.source, pair.to.guid}).has_value();
  const bool has_aside = accounts.find(set_aside(pair.to)).has_value();
  row["mailbox"] = has_aside            ? "begun before"
                   : has_old && has_new ? "both have one"
                   : has_old            ? "moves"
                                        : "none";
  row["problem"] = "";
  return row;
}

json::object problem_row(const NamedPair& named, const Error& error) {
  json::object row;
  row["from"] = named.from;
  row["to"] = named.to;
  row["from_name"] = row["to_name"] = row["mailbox"] = "";
  row["problem"] = error.detail();
  return row;
}

Result<MigrationPair> resolved(const Desk& desk, const NamedPair& named) {
  const auto copy = desk.environment.directory.current();
  KONTOR_TRY(const auto to, migration_target(*copy, named.to));
  MigrationPair pair{
      {}, to->id, named.from, to->principal_name.empty() ? to->mail : to->principal_name};
  const auto from = migration_origin(*copy, named.from, *to);
  if (from) {
    pair.from = (*from)->id;
    return pair;
  }
  // An earlier run took him out of his source and did not come to the end.
  if (desk.environment.store.find(set_aside(to->id))) return pair;
  return fail(from.error());
}

std::vector<MigrationPair> all_pairs(const Desk& desk, const std::string& to_source) {
  const auto copy = desk.environment.directory.current();
  auto pairs = pairs_by_address(*copy, to_source);
  for (const auto& info : desk.environment.store.list()) {
    if (!info.binding.source.starts_with(k_aside)) continue;
    const PrincipalId to{info.binding.source.substr(k_aside.size()), info.binding.guid};
    const auto is_it = [&](const MigrationPair& pair) { return pair.to == to; };
    const auto person = copy->find(to);
    if (person && std::ranges::none_of(pairs, is_it))
      pairs.push_back({{}, to, std::string(k_nobody), person->mail});
  }
  return pairs;
}

Answer make_plan(const Desk& desk, const Request& request) {
  json::array rows;
  if (request.options.contains("--all")) {
    const auto given = request.options.find("--to-source");
    const std::string to = given == request.options.end() ? "ad" : given->second;
    for (const auto& pair : all_pairs(desk, to)) rows.emplace_back(plan_row(desk, pair));
    return json::value(std::move(rows));
  }
  std::vector<NamedPair> named;
  if (request.options.contains("--list")) {
    KONTOR_TRY(named, parse_migration_list(request.payload));
  } else {
    named.push_back({request.arguments.at(0), request.arguments.at(1)});
  }
  for (const auto& one : named) {
    const auto pair = resolved(desk, one);
    rows.emplace_back(pair ? plan_row(desk, *pair) : problem_row(one, pair.error()));
  }
  return json::value(std::move(rows));
}

// --- carrying it out
// ------------------------------------------------------------------------------
Task<Answer> rights_of_all(const Desk& desk, Request request) {
  KONTOR_CO_TRY(const auto named, parse_migration_list(request.payload));
  Renamed people;
  for (const auto& pair : named) {
    KONTOR_CO_TRY(const auto from, parse_id(pair.from));
    KONTOR_CO_TRY(const auto to, parse_id(pair.to));
    people.emplace(store::Binding{from.source, from.guid}, store::Binding{to.source, to.guid});
  }
  const auto moved = co_await move_rights(desk, std::move(people), false);
  json::object out, entries;
  for (const auto& [person, count] : moved.entries)
    entries[PrincipalId{person.source, person.guid}.text()] = count;
  out["entries"] = std::move(entries);
  json::array problems;
  for (const auto& problem : moved.problems) problems.emplace_back(problem);
  out["problems"] = std::move(problems);
  co_return json::value(std::move(out));
}

// Takes him out of the file, his mailbox set aside before; what is to be said about it.
Task<Result<std::string>> leave_file(const Desk& desk, PrincipalId from, PrincipalId to) {
  KONTOR_CO_TRY(co_await set_mailbox_aside(desk, from, to));
  directory::LocalEdit edit;
  edit.change = directory::LocalChange::remove;
  edit.person = from.guid;
  KONTOR_CO_TRY(co_await desk.environment.directory_service->change_local(std::move(edit)));
  for (int looks = 0; looks < k_looks; ++looks) {
    if (!desk.environment.directory.current()->find(from)) co_return "removed from the file";
    net::Signal nobody;
    (void)co_await nobody.wait(k_look);
  }
  co_return "removed from the file, which was not read again yet: see directory status";
}

Task<Result<std::string>> leave_source(const Desk& desk,
                                       PrincipalId from,
                                       PrincipalId to,
                                       bool keep) {
  const auto person = desk.environment.directory.current()->find(from);
  if (!person) co_return std::string();
  if (from.source == "local" && !keep && desk.environment.directory_service != nullptr)
    co_return co_await leave_file(desk, from, to);
  const auto owner = desk.environment.directory.current()->find_address(person->mail);
  if (owner && owner->id == from)
    co_return "still there, and mail to " + person->mail +
        " still goes there: take its mail attribute away, or name the other source first";
  co_return std::string("still there; it has no mailbox any more");
}

Task<Answer> one_pair(const Desk& desk, Request request) {
  KONTOR_CO_TRY(const auto from, parse_id(request.arguments.at(0)));
  KONTOR_CO_TRY(const auto to, parse_id(request.arguments.at(1)));
  const auto person = desk.environment.directory.current()->find(to);
  if (!person) co_return fail(Errc::not_found, "nobody is " + to.text());
  std::uint64_t passwords = 0;
  if (desk.environment.app_passwords != nullptr && !from.source.empty()) {
    KONTOR_CO_TRY(passwords, co_await desk.environment.app_passwords->give(from, to));
  }
  const bool keep = request.options.contains("--keep");
  KONTOR_CO_TRY(const auto old, co_await leave_source(desk, from, to, keep));
  KONTOR_CO_TRY(const auto moved, co_await move_mailbox(desk, from, to));
  json::object row;
  row["from"] = shown(from);
  row["to"] = to.text();
  row["mailbox"] = moved.had_mailbox ? "moved" : "none";
  row["joined_messages"] = moved.messages;
  row["app_passwords"] = passwords;
  row["old_account"] = old;
  co_return json::value(std::move(row));
}

// --- in kontorctl
// ---------------------------------------------------------------------------------
Answer ask(const Client& client, const Request& request, std::string step) {
  NamedRequest named{std::string(k_verb), request};
  named.request.options[std::string(k_step)] = std::move(step);
  return ask_server(client.data_folder, named);
}

struct Outcome {
  json::array rows;
  bool is_good = true;
};

Outcome carry_out(const Client& client, const Request& request, const json::array& plan) {
  Outcome out;
  std::string pairs;
  for (const auto& row : plan)
    if (text_of(row.at("problem")).empty() && text_of(row.at("from")) != k_nobody)
      pairs += text_of(row.at("from")) + "," + text_of(row.at("to")) + "\n";
  Request all = request;
  all.payload = pairs;
  const auto rights = pairs.empty() ? Answer(json::value()) : ask(client, all, "rights");
  std::size_t at = 0;
  for (const auto& planned : plan) {
    json::object row = planned.as_object();
    const auto fault = [&](std::string_view why) {
      row["problem"] = why;
      out.is_good = false;
    };
    ++at;
    if (client.is_terminal) client.progress << '\r' << at << " of " << plan.size() << std::flush;
    if (!text_of(row["problem"]).empty()) {
      out.is_good = false;
    } else if (!rights) {
      fault(rights.error().text());
    } else {
      Request one = request;
      one.payload.clear();
      one.arguments = {text_of(row["from"]), text_of(row["to"])};
      const auto done = ask(client, one, "one");
      if (!done) fault(done.error().text());
      if (done)
        for (const auto& field : done->as_object()) row[field.key()] = field.value();
      const auto* entries =
          rights->is_object() ? rights->as_object().if_contains("entries") : nullptr;
      const auto* count =
          entries != nullptr ? entries->as_object().if_contains(text_of(row["from"])) : nullptr;
      row["rights"] = count != nullptr ? *count : json::value(0);
    }
    out.rows.emplace_back(std::move(row));
  }
  if (client.is_terminal) client.progress << '\n';
  if (rights && rights->is_object())
    for (const auto& problem : rights->as_object().at("problems").as_array()) {
      client.progress << "rights could not be moved in " << text_of(problem) << '\n';
      out.is_good = false;
    }
  return out;
}

}  // namespace

bool migrate_fits(const Request& request) {
  const bool many = request.options.contains("--all") || request.options.contains("--list");
  const bool both = request.options.contains("--all") && request.options.contains("--list");
  return !both && request.arguments.size() == (many ? 0U : 2U);
}

Task<Answer> accounts_migrate(const Desk& desk, Request request) {
  const auto step = request.options[std::string(k_step)];
  if (step == "plan") co_return make_plan(desk, request);
  if (step == "rights") co_return co_await rights_of_all(desk, std::move(request));
  if (step == "one" && request.arguments.size() == 2)
    co_return co_await one_pair(desk, std::move(request));
  co_return fail(Errc::bad_input, "use: kontorctl accounts migrate FROM TO");
}

Result<Finding> accounts_migrate_here(const Client& client, Request request) {
  if (const auto file = request.options.find("--list"); file != request.options.end()) {
    KONTOR_TRY(request.payload,
               io::read_file(io::real_file_system(), file->second, k_longest_list));
  }
  KONTOR_TRY(const auto plan, ask(client, request, "plan"));
  const auto& rows = plan.as_array();
  const bool has_problem = std::ranges::any_of(
      rows, [](const json::value& row) { return !text_of(row.at("problem")).empty(); });
  if (request.options.contains("--dry-run")) return Finding{plan, {}, !has_problem};
  auto done = carry_out(client, request, rows);
  return Finding{std::move(done.rows), {}, done.is_good};
}

}  // namespace kontor::admin
