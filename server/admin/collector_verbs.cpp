// SPDX-License-Identifier: GPL-3.0-or-later
// A password goes to the server as the payload, which no log shows, and never comes back.
#include "server/admin/collector_verbs.hpp"

#include <fmt/format.h>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include "base/config/values.hpp"
#include "base/core/text.hpp"
#include "base/mime/header.hpp"
#include "server/admin/ask_password.hpp"
#include "server/admin/client.hpp"
#include "server/collector/collector.hpp"

namespace kontor::admin {
namespace {

namespace json = boost::json;
using collector::Source;
using collector::Status;
using collector::Values;

Result<collector::Collector*> collector_of(const Desk& desk) {
  auto* collector = desk.environment.collector;
  if (collector == nullptr) return fail(Errc::unsupported, "this server fetches no mail");
  return collector;
}

// "host", "host:993", "[::1]:993".
Result<void> add_host(Values& values, const std::string& text) {
  const auto close = text.starts_with('[') ? text.find(']') : std::string::npos;
  const bool is_bracketed = close != std::string::npos;
  const auto colon = text.find(':', is_bracketed ? close : 0);
  const auto host = is_bracketed ? text.substr(1, close - 1) : text.substr(0, colon);
  const auto port = colon == std::string::npos ? std::string("0") : text.substr(colon + 1);
  if (!parse_number<std::uint16_t>(port))
    return fail(Errc::bad_input, "--host wants HOST or HOST:PORT");
  values.emplace_back("host", host);
  values.emplace_back("port", port);
  return {};
}

// As the file of a source has them.
Result<Values> values_of(const Request& request) {
  Values out;
  for (const auto& [option, text] : request.options) {
    const auto key = option.substr(2);
    if (key == "password") continue;
    if (key == "host") {
      KONTOR_TRY(add_host(out, text));
    } else if (key == "interval") {
      KONTOR_TRY(const auto time, config::parse_duration(text));
      const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(time).count();
      out.emplace_back(key, std::to_string(seconds));
    } else if (key == "max-size") {
      KONTOR_TRY(const auto size, config::parse_size(text));
      out.emplace_back(key, std::to_string(size));
    } else {
      out.emplace_back(key, text);
    }
  }
  if (!request.payload.empty()) out.emplace_back("password", hex_encode(request.payload));
  return out;
}

std::string time_text(const std::optional<UtcSeconds>& time) {
  return time ? mime::format_date(*time) : std::string();
}

std::string state_of(const Status& one) {
  if (!one.problem.empty()) return "unreadable";
  if (one.is_running) return "running";
  if (one.source.is_paused) return "paused";
  return one.last_error.empty() ? "waiting" : "failed";
}

json::object row_of(const Status& one) {
  json::object row;
  row["name"] = one.source.name;
  row["state"] = state_of(one);
  row["source"] = one.problem.empty() ? to_valid_utf8(one.source.text()) : "";
  row["to"] = one.source.to;
  row["taken"] = one.report.taken;
  row["total"] = one.total;
  row["waiting"] = one.report.waiting;
  row["last"] = time_text(one.last);
  row["next"] = time_text(one.next);
  row["error"] = one.problem.empty() ? one.last_error : one.problem;
  return row;
}

json::object whole_row_of(const Status& one) {
  auto row = row_of(one);
  const auto& source = one.source;
  if (!one.problem.empty()) return row;
  row["protocol"] = collector::name_of(source.protocol);
  row["host"] = source.host;
  row["port"] = source.port_used();
  row["tls"] = collector::name_of(source.tls);
  row["ca_file"] = source.ca_file;
  row["user"] = source.user;
  row["folder"] = source.folder;
  row["mode"] = source.is_move ? "move" : "copy";
  row["take"] = source.only_new ? "new" : "all";
  row["interval"] = config::show_duration(source.interval);
  row["limit"] = source.limit;
  row["max_size"] = source.max_size == 0 ? "smtp.max_message" : config::show_size(source.max_size);
  row["multidrop"] = source.is_multidrop;
  row["fields"] = join(source.fields, ",");
  row["hops"] = source.hops;
  row["bytes"] = one.report.bytes;
  row["deleted"] = one.report.deleted;
  row["loops"] = one.report.loops;
  row["refused"] = one.report.refused;
  row["remaining"] = one.report.remaining;
  row["failures"] = one.failures;
  return row;
}

Task<Answer> shown(const Desk& desk, std::string name) {
  KONTOR_CO_TRY(const auto* collector, collector_of(desk));
  KONTOR_CO_TRY(const auto one, collector->find(name));
  co_return json::value(whole_row_of(one));
}

Task<Answer> set_paused(const Desk& desk, std::string name, bool is_paused) {
  KONTOR_CO_TRY(auto* collector, collector_of(desk));
  Values values(1, {"paused", is_paused ? "yes" : "no"});
  KONTOR_CO_TRY(co_await collector->set(name, std::move(values)));
  co_return co_await shown(desk, std::move(name));
}

Result<Finding> send_on(const Client& client, const std::string& verb, Request request) {
  request.options.erase("--password-file");
  KONTOR_TRY(auto value, ask_server(client.data_folder, {verb, std::move(request)}));
  return Finding{std::move(value), {}, true};
}

}  // namespace

Result<Finding> collector_add_here(const Client& client, Request request) {
  KONTOR_TRY(request.payload, new_password(request, request.arguments[0]));
  return send_on(client, "collector add", std::move(request));
}

Result<Finding> collector_set_here(const Client& client, Request request) {
  if (request.options.contains("--password") || request.options.contains("--password-file")) {
    KONTOR_TRY(request.payload, new_password(request, request.arguments[0]));
  }
  return send_on(client, "collector set", std::move(request));
}

Task<Answer> collector_add(const Desk& desk, Request request) {
  KONTOR_CO_TRY(auto* collector, collector_of(desk));
  if (!request.options.contains("--protocol"))
    co_return fail(Errc::bad_input, "--protocol is imap or pop3");
  Source source;
  KONTOR_CO_TRY(collector::set_value(source, "name", request.arguments[0]));
  KONTOR_CO_TRY(const auto values, values_of(request));
  for (const auto& [key, value] : values) {
    KONTOR_CO_TRY(collector::set_value(source, key, value));
  }
  KONTOR_CO_TRY(co_await collector->add(std::move(source)));
  co_return co_await shown(desk, request.arguments[0]);
}

Task<Answer> collector_set(const Desk& desk, Request request) {
  KONTOR_CO_TRY(auto* collector, collector_of(desk));
  KONTOR_CO_TRY(auto values, values_of(request));
  if (values.empty()) co_return fail(Errc::bad_input, "it names no value");
  KONTOR_CO_TRY(co_await collector->set(request.arguments[0], std::move(values)));
  co_return co_await shown(desk, request.arguments[0]);
}

Task<Answer> collector_list(const Desk& desk, Request) {
  KONTOR_CO_TRY(const auto* collector, collector_of(desk));
  json::array rows;
  for (const auto& one : collector->list()) rows.emplace_back(row_of(one));
  co_return json::value(std::move(rows));
}

Task<Answer> collector_show(const Desk& desk, Request request) {
  co_return co_await shown(desk, request.arguments[0]);
}

Task<Answer> collector_pause(const Desk& desk, Request request) {
  co_return co_await set_paused(desk, request.arguments[0], true);
}

Task<Answer> collector_resume(const Desk& desk, Request request) {
  co_return co_await set_paused(desk, request.arguments[0], false);
}

Task<Answer> collector_remove(const Desk& desk, Request request) {
  KONTOR_CO_TRY(auto* collector, collector_of(desk));
  KONTOR_CO_TRY(co_await collector->remove(request.arguments[0]));
  json::object out;
  out["removed"] = request.arguments[0];
  co_return json::value(std::move(out));
}

Task<Answer> collector_run(const Desk& desk, Request request) {
  KONTOR_CO_TRY(auto* collector, collector_of(desk));
  KONTOR_CO_TRY(const auto one, co_await collector->run(request.arguments[0]));
  if (!one.last_error.empty()) co_return fail(Errc::unavailable, one.last_error);
  co_return json::value(whole_row_of(one));
}

Task<Answer> collector_check(const Desk& desk, Request request) {
  KONTOR_CO_TRY(auto* collector, collector_of(desk));
  KONTOR_CO_TRY(const auto seen, co_await collector->check(request.arguments[0]));
  json::object out;
  out["name"] = request.arguments[0];
  out["server"] = seen.peer;
  out["messages"] = seen.messages;
  out["bytes"] = seen.bytes;
  out["waiting"] = seen.waiting;
  co_return json::value(std::move(out));
}

}  // namespace kontor::admin
