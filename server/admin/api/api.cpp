// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/admin/api/api.hpp"

#include <algorithm>
#include <array>
#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "base/core/contains.hpp"
#include "base/core/percent.hpp"
#include "base/core/text.hpp"
#include "base/io/work_pool.hpp"
#include "base/log/events/admin.hpp"
#include "server/admin/api/answers.hpp"
#include "server/admin/api/openapi.hpp"
#include "server/admin/audit_log.hpp"
#include "server/admin/changes.hpp"
#include "server/admin/frame.hpp"
#include "server/admin/lookup.hpp"
#include "server/http/sign_in.hpp"

namespace kontor::admin::api {
namespace {

namespace json = boost::json;
using http::wire::Response;
using log::Keys;

constexpr std::size_t k_max_body = 64U << 20U;
constexpr std::array<std::string_view, 4> k_page_names{"offset", "limit", "sort", "filter"};
// Whose name in a path is a mailbox's or a person's.
constexpr std::array<std::string_view, 3> k_owners{"account", "mailbox", "person"};

// The members of a query, each once. bad_input: not percent-encoded UTF-8, or a name twice.
Result<json::object> members_of_query(std::string_view query) {
  json::object out;
  for (const auto part : split(query, '&')) {
    if (part.empty()) continue;
    const auto equals = std::min(part.find('='), part.size());
    const auto name = http::wire::percent_decode(part.substr(0, equals), true);
    const auto value = equals < part.size()
                           ? http::wire::percent_decode(part.substr(equals + 1), true)
                           : std::string();
    if (!name || !value || to_valid_utf8(*name) != *name || to_valid_utf8(*value) != *value)
      return fail(Errc::bad_input, "the query is not percent-encoded UTF-8");
    if (out.contains(*name)) return fail(Errc::bad_input, "\"" + *name + "\" stands there twice");
    out[*name] = *value;
  }
  return out;
}

Result<json::object> members_of_body(const http::wire::Request& request) {
  if (request.body.empty()) return json::object();
  if (!istarts_with(request.field("Content-Type"), "application/json"))
    return fail(Errc::bad_input, "the body must be application/json");
  boost::system::error_code error;
  auto value = json::parse(request.body, error);
  if (error || !value.is_object())
    return fail(Errc::bad_input, "the body is no JSON object in UTF-8");
  return std::move(value.as_object());
}

Result<std::size_t> number_of(const json::object& members, std::string_view name) {
  const auto& text = members.at(name).as_string();
  const auto number = parse_number<std::uint32_t>(std::string_view(text));
  if (!number) return fail(Errc::bad_input, "\"" + std::string(name) + "\" is a number");
  return *number;
}

// Takes what chooses a part of a list out of a query, but for what the verb itself takes.
Result<Page> take_page(const Operation& operation, json::object& members) {
  const auto known = parameters_of(operation);
  const auto is_ours = [&](std::string_view name) {
    return members.contains(name) && !contains(known, name, &Parameter::name);
  };
  Page out;
  if (is_ours("offset")) {
    KONTOR_TRY(out.offset, number_of(members, "offset"));
  }
  if (is_ours("limit")) {
    KONTOR_TRY(out.limit, number_of(members, "limit"));
  }
  if (is_ours("sort"))
    for (const auto one : split(std::string_view(members.at("sort").as_string()), ','))
      if (!one.empty()) out.sort.emplace_back(one);
  if (is_ours("filter")) out.filter = members.at("filter").as_string();
  for (const auto name : k_page_names)
    if (is_ours(name)) members.erase(name);
  return out;
}

// {"verb":"backup","arguments":[],"options":{"to":"friday"}}
Result<NewJob> job_of(const json::object& members) {
  NewJob out;
  for (const auto& [name, value] : members) {
    if (name == "verb" && value.is_string()) {
      out.verb = value.as_string();
    } else if (name == "arguments" && value.is_array()) {
      for (const auto& one : value.as_array()) {
        if (!one.is_string()) return fail(Errc::bad_input, "\"arguments\" is a list of texts");
        out.request.arguments.emplace_back(one.as_string());
      }
    } else if (name == "options" && value.is_object()) {
      for (const auto& [option, what] : value.as_object()) {
        if (what.is_bool() && !what.as_bool()) continue;
        if (!what.is_bool() && !what.is_string())
          return fail(Errc::bad_input, "\"options\" are texts, true or false");
        out.request.options["--" + std::string(option)] =
            what.is_bool() ? std::string() : std::string(what.as_string());
      }
    } else {
      return fail(Errc::bad_input, "there is no \"" + std::string(name) + "\" of this kind here");
    }
  }
  return out;
}

// A request on its way.
struct Asked {
  const http::Call& call;
  Powers powers;
  Matched matched;
  json::object members;
  Page page;

  const Operation& operation() const { return *matched.operation; }
};

class Api {
 public:
  explicit Api(const Parts& parts) : parts_(parts) {}

  Task<Result<Response>> answer(http::Call call) const {
    auto answered = co_await respond(call);
    if (answered) co_return *std::move(answered);
    parts_.desk.environment.log.emit(log::events::k_admin_request_refused, answered.error(),
                                     {{Keys::user, call.person->login},
                                      {Keys::command, call.request.method},
                                      {Keys::detail, call.request.path}});
    co_return error_response(answered.error());
  }

 private:
  Task<Result<Response>> respond(const http::Call& call) const {
    if (!call.person->app_password.empty())
      co_return fail(Errc::no_permission, "app passwords are for mail programs, not for this");
    const auto& environment = parts_.desk.environment;
    auto powers = parts_.roles.powers_of(*call.person, *environment.directory.current());
    if (!powers.is_any())
      co_return fail(Errc::no_permission, "you have no role here: ask an administrator for one");
    const bool changes = call.request.method != "GET" && call.request.method != "HEAD";
    if (changes) {
      KONTOR_CO_TRY(check_guard(call.request));
    }
    // As it was sent: a name in it may hold an encoded "/".
    std::string_view path = call.request.raw_path;
    if (!path.starts_with(k_root)) co_return fail(Errc::not_found, "no such path");
    path.remove_prefix(k_root.size());
    if (path == "/session") co_return session(call, powers);
    if (path == "/openapi.json") co_return tagged(call, description());
    if (path == "/verbs") co_return co_await speak(call, std::move(powers));
    if (path == "/jobs" || path.starts_with("/jobs/"))
      co_return co_await work(call, std::move(powers), path);
    co_return co_await operate(call, std::move(powers), path);
  }

  static Result<void> check_guard(const http::wire::Request& request) {
    if (http::is_from_elsewhere(request))
      return fail(Errc::no_permission, "a page of another site asks");
    if (request.field(http::k_client_field).empty())
      return fail(Errc::no_permission,
                  "the field " + std::string(http::k_client_field) + " is missing");
    return {};
  }

  Response session(const http::Call& call, const Powers& powers) const {
    if (call.request.method == "DELETE") {
      auto out = json_response(200, json::object());
      out.fields.push_back({"Set-Cookie", parts_.cookies.end(call.request)});
      return out;
    }
    // A session begins with a proof of who it is, not with another session: else none would end.
    const bool begins = call.request.method == "POST";
    if (begins && call.request.field("Authorization").empty()) {
      auto out = error_response(Error(Errc::auth_failed, "sign in with a ticket or a password"));
      out.fields.push_back(
          {"WWW-Authenticate", "Kontor"});  // RFC 9110, 15.5.2: there is always one
      return out;
    }
    json::object body;
    body["user"] = call.person->mail;
    body["name"] = call.person->name;
    json::array roles, rights, scope;
    for (const auto& one : powers.grants()) {
      roles.emplace_back(name_of(one.role));
      for (const auto& domain : one.domains) scope.emplace_back(domain);
      for (const auto& unit : one.units) scope.emplace_back(unit);
    }
    for (std::size_t i = 0; i < k_rights; ++i)
      if (powers.may_somewhere(static_cast<Right>(i)))
        rights.emplace_back(name_of(static_cast<Right>(i)));
    body["roles"] = std::move(roles);
    body["scope"] = std::move(scope);
    body["rights"] = std::move(rights);
    body["version"] = KONTOR_VERSION;
    auto out = json_response(200, body);
    if (begins) {
      static_cast<void>(parts_.cookies.end(call.request));  // the one before
      auto cookie = parts_.cookies.begin(*call.person);
      if (!cookie.empty()) out.fields.push_back({"Set-Cookie", std::move(cookie)});
    }
    return out;
  }

  static Response tagged(const http::Call& call, const json::value& value) {
    auto out = json_response(200, value);
    const auto tag = entity_tag(out.body);
    if (names_tag(call.request.field("If-None-Match"), tag)) {
      out.status = 304;
      out.body.clear();
      out.type.clear();
    }
    out.fields.push_back({"ETag", tag});
    return out;
  }

  // --- operations

  // A verb in kontorctl's own words, as over the control socket (docs/formats/control.md).
  Task<Result<Response>> speak(const http::Call& call, Powers powers) const {
    if (call.request.method != "POST") co_return no_operation({"POST"});
    KONTOR_CO_TRY(auto named, parse_request(call.request.body));
    KONTOR_CO_TRY(const auto* verb, server_verb_of(named));
    const auto* operation = operation_of(named.verb, named.request);
    if (operation == nullptr || verb->at_server == nullptr)
      co_return fail(Errc::unsupported, named.verb + " is done at the server's own machine alone");
    Asked asked{
        call, std::move(powers), {operation, path_values_of(*operation, named.request)}, {}, {}};
    KONTOR_CO_TRY(check_right(asked));
    // The table names the right for one mailbox; the same for all of them needs more.
    if (operation->changes() && !names_all(*operation, asked.matched.values) &&
        !asked.powers.may(Right::server))
      co_return fail(Errc::no_permission, "your roles allow this for one mailbox at a time");
    auto request = std::move(named.request);
    request.peer = peer_of(call);
    note_verb(asked, request);
    const auto* change = operation->changes() ? operation : nullptr;
    auto value = co_await run_recorded(parts_.desk, change, *verb, std::move(request));
    if (value) narrow(asked, *value);
    Response out;
    out.type = "application/json; charset=utf-8";
    out.body = print_answer(value);
    out.fields.push_back({"Cache-Control", "no-store"});
    co_return out;
  }

  static bool names_all(const Operation& operation, const PathValues& values) {
    return std::ranges::all_of(parameters_of(operation), [&](const Parameter& one) {
      return one.place != Parameter::Place::path || values.contains(one.name);
    });
  }

  static std::string peer_of(const http::Call& call) {
    return "account=" + call.person->mail + " address=" + call.peer;
  }

  // What only looks is in the log of requests (http.access.logged); a page asks often.
  void note_verb(const Asked& asked, const Request& request) const {
    const auto& operation = asked.operation();
    if (!operation.changes() && operation.right == Right::look) return;
    parts_.desk.environment.log.emit(log::events::k_admin_verb_run,
                                     {{Keys::user, asked.call.person->login},
                                      {Keys::command, operation.verb},
                                      {Keys::detail, join(request.arguments, " ")}});
  }

  // Whom the path means; nullptr: nobody in particular, or nobody who is there.
  std::shared_ptr<const directory::Principal> owner_of(const Matched& matched) const {
    for (const auto name : k_owners) {
      const auto found = matched.values.find(name);
      if (found == matched.values.end()) continue;
      const auto account = find_account(parts_.desk.environment, found->second);
      return account ? account->person : nullptr;
    }
    return nullptr;
  }

  Result<void> check_right(const Asked& asked) const {
    const auto right = asked.operation().right;
    if (asked.powers.may(right)) return {};
    const auto refused = [&]() -> Result<void> {
      return fail(Errc::no_permission,
                  "your roles do not allow this: it needs \"" + std::string(name_of(right)) + '"');
    };
    if (!asked.powers.may_somewhere(right)) return refused();
    // For some mailboxes alone: only what is about one of them, or a list that can be narrowed.
    if (const auto owner = owner_of(asked.matched))
      return asked.powers.may(right, *owner) ? Result<void>() : refused();
    const bool is_list = !asked.operation().hint("rows").empty() && !asked.operation().changes();
    return is_list ? Result<void>() : refused();
  }

  // The rows of a list that somebody for some mailboxes alone may see.
  void narrow(const Asked& asked, json::value& value) const {
    const auto right = asked.operation().right;
    const auto name = asked.operation().hint("rows");
    auto* rows = value.if_array();
    if (asked.powers.may(right) || name.empty() || rows == nullptr) return;
    const auto copy = parts_.desk.environment.directory.current();
    json::array kept;
    for (auto& row : *rows) {
      const auto* text = row.is_object() ? row.as_object().if_contains(name) : nullptr;
      if (text == nullptr || !text->is_string()) continue;
      const auto one = copy->find_address(to_lower(std::string_view(text->as_string())));
      if (one && asked.powers.may(right, *one)) kept.push_back(std::move(row));
    }
    *rows = std::move(kept);
  }

  Task<Result<Response>> operate(const http::Call& call,
                                 Powers powers,
                                 std::string_view path) const {
    const auto method = call.request.method == "HEAD" ? std::string("GET") : call.request.method;
    auto matched = match(method, path);
    if (!matched) co_return no_operation(matched.error());
    Asked asked{call, std::move(powers), *std::move(matched), {}, {}};
    KONTOR_CO_TRY(check_right(asked));
    KONTOR_CO_TRY(read_members(asked));
    KONTOR_CO_TRY(auto request, request_of(asked.operation(), asked.members));
    request.peer = peer_of(call);
    if (!call.request.field("If-Match").empty()) {
      KONTOR_CO_TRY(co_await check_unchanged(asked));
    }
    co_return co_await run(asked, std::move(request));
  }

  static Response no_operation(const std::vector<std::string_view>& methods) {
    if (methods.empty()) return error_response(404, "not_found", "there is no such path");
    auto out = error_response(405, "unsupported", "this path has other methods");
    std::string allowed;
    for (const auto one : methods) allowed += (allowed.empty() ? "" : ", ") + std::string(one);
    out.fields.push_back({"Allow", allowed});
    return out;
  }

  Result<void> read_members(Asked& asked) const {
    const auto& request = asked.call.request;
    KONTOR_TRY(auto query, members_of_query(request.query));
    KONTOR_TRY(auto body, members_of_body(request));
    bool is_rehearsal = false;
    if (const auto* dry = query.if_contains("dry_run")) {
      is_rehearsal = dry->as_string() == "true";
      query.erase("dry_run");
    }
    if (!asked.operation().changes()) {
      KONTOR_TRY(asked.page, take_page(asked.operation(), query));
    }
    asked.members = std::move(query);
    for (auto& one : body) asked.members[one.key()] = std::move(one.value());
    for (const auto& [name, value] : asked.matched.values) {
      if (asked.members.contains(name))
        return fail(Errc::bad_input, "\"" + name + "\" stands in the path");
      asked.members[name] = value;
    }
    if (!is_rehearsal) return {};
    const auto known = parameters_of(asked.operation());
    if (!contains(known, "--dry-run", &Parameter::word))
      return fail(Errc::unsupported, "this operation cannot be rehearsed");
    asked.members["dry-run"] = true;
    return {};
  }

  // RFC 9110, 13.1.1: of what the operation changes.
  Task<Result<void>> check_unchanged(const Asked& asked) const {
    const auto* shown = shown_by(asked.operation());
    if (shown == nullptr || !asked.operation().changes())
      co_return fail(Errc::unsupported, "If-Match has no meaning here");
    json::object values;
    for (const auto& one : parameters_of(*shown))
      if (const auto found = asked.matched.values.find(one.name);
          one.place == Parameter::Place::path && found != asked.matched.values.end())
        values[one.name] = found->second;
    KONTOR_CO_TRY(auto request, request_of(*shown, values));
    const auto* verb = find_verb(shown->verb);
    KONTOR_CO_TRY(auto state, co_await run_verb(parts_.desk, *verb, std::move(request)));
    KONTOR_CO_TRY(state, paged(std::move(state), {}));
    if (!names_tag(asked.call.request.field("If-Match"), entity_tag(json::serialize(state))))
      co_return fail(Errc::conflict, "it was changed since you looked: look again");
    co_return Result<void>();
  }

  Task<Result<Response>> run(const Asked& asked, Request request) const {
    const auto& operation = asked.operation();
    const auto* verb = find_verb(operation.verb);
    if (verb == nullptr || verb->at_server == nullptr)
      co_return fail(Errc::unsupported, "this is done by kontorctl alone");
    note_verb(asked, request);
    if (operation.has_hint("job") && parts_.jobs != nullptr) {
      KONTOR_CO_TRY(const auto id,
                    co_await begin_job({std::string(operation.verb), std::move(request),
                                        asked.call.person->mail}));
      co_return begun(id);
    }
    const auto* change = operation.changes() ? &operation : nullptr;
    KONTOR_CO_TRY(auto value,
                  co_await run_recorded(parts_.desk, change, *verb, std::move(request)));
    narrow(asked, value);
    KONTOR_CO_TRY(value, paged(std::move(value), asked.page));
    if (change != nullptr) co_return json_response(200, value);
    co_return tagged(asked.call, value);
  }

  Task<Result<std::string>> begin_job(NewJob job) const {
    auto work = [jobs = parts_.jobs, job = std::move(job)] { return jobs->begin(job); };
    co_return co_await io::on_pool(*parts_.desk.environment.workers, std::move(work));
  }

  static Response begun(const std::string& id) {
    json::object body;
    body["job"] = id;
    auto out = json_response(202, body);
    out.fields.push_back({"Location", std::string(k_root) + "/jobs/" + id});
    return out;
  }

  Task<Result<Response>> work(const http::Call& call, Powers powers, std::string_view path) const;

  Parts parts_;
};

// Jobs: a list, one of them, a new one, and its end.
Task<Result<Response>> Api::work(const http::Call& call,
                                 Powers powers,
                                 std::string_view path) const {
  if (parts_.jobs == nullptr) co_return fail(Errc::unsupported, "there are no jobs here");
  const auto& method = call.request.method;
  const bool asks = method == "GET" || method == "HEAD";
  const auto needed = asks ? Right::look : Right::server;
  const auto id = std::string(path.substr(std::min(path.size(), std::size_t{6})));
  // Who began a job may look at it and end it.
  const auto own = id.empty() ? Result<json::object>(fail(Errc::not_found)) : parts_.jobs->show(id);
  const bool is_own = own && own->at("who").as_string() == call.person->mail;
  if (!powers.may(needed) && !is_own)
    co_return fail(Errc::no_permission, "your roles do not allow this");
  if (id.empty() && asks) {
    KONTOR_CO_TRY(auto query, members_of_query(call.request.query));
    Operation list{"GET", "/jobs", "", Right::look};
    KONTOR_CO_TRY(const auto page, take_page(list, query));
    KONTOR_CO_TRY(auto value, paged(parts_.jobs->list(), page));
    co_return tagged(call, value);
  }
  if (id.empty() && method == "POST") {
    KONTOR_CO_TRY(auto members, members_of_body(call.request));
    KONTOR_CO_TRY(auto job, job_of(members));
    job.who = call.person->mail;
    if (auto* audit = parts_.desk.environment.audit; audit != nullptr) {
      KONTOR_CO_TRY(co_await audit->add("job", peer_of(call), std::move(members)));
    }
    KONTOR_CO_TRY(const auto made, co_await begin_job(std::move(job)));
    co_return begun(made);
  }
  if (!id.empty() && asks) {
    KONTOR_CO_TRY(auto value, parts_.jobs->show(id));
    co_return tagged(call, value);
  }
  if (!id.empty() && method == "DELETE") {
    KONTOR_CO_TRY(parts_.jobs->cancel(id));
    co_return json_response(200, json::object());
  }
  co_return no_operation({"GET", id.empty() ? "POST" : "DELETE"});
}

}  // namespace

std::vector<http::Route> routes(const Parts& parts) {
  const auto api = std::make_shared<const Api>(parts);
  http::Route route;
  route.path = k_root;
  route.methods = {"GET", "POST", "PUT", "DELETE"};
  route.access = http::Access::person;
  route.handler = [api](http::Call call) { return api->answer(std::move(call)); };
  route.has_below = true;
  route.max_body = k_max_body;
  return {std::move(route)};
}

}  // namespace kontor::admin::api
