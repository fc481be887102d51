// SPDX-License-Identifier: GPL-3.0-or-later
// directory: the process that follows the sources of people and groups.
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include "server/admin/verbs.hpp"

namespace kontor::admin {
namespace {

namespace json = boost::json;

Result<directory::DirectoryService*> service_of(const Desk& desk) {
  if (desk.environment.directory_service == nullptr)
    return fail(Errc::unsupported, "this server has no directory process");
  return desk.environment.directory_service;
}

json::object source_row(const directory::SourceStatus& source) {
  json::object row;
  row["source"] = source.source;
  row["reachable"] = source.is_reachable;
  row["server"] = source.server;
  row["changed"] = source.changed;
  row["detail"] = source.detail;
  return row;
}

}  // namespace

Task<Answer> directory_status(const Desk& desk, Request) {
  KONTOR_CO_TRY(const auto* service, service_of(desk));
  const auto state = service->status();
  json::object out;
  out["running"] = state.is_running;
  out["pid"] = state.pid;
  out["restarts"] = state.restarts;
  out["generation"] = state.generation;
  out["objects"] = service->current()->all().size();
  out["held_back"] = state.held_back;
  json::array sources;
  for (const auto& source : state.sources) sources.emplace_back(source_row(source));
  out["sources"] = std::move(sources);
  json::array problems;
  for (const auto& problem : state.problems) problems.emplace_back(problem);
  out["problems"] = std::move(problems);
  co_return json::value(std::move(out));
}

Task<Answer> directory_accept(const Desk& desk, Request) {
  KONTOR_CO_TRY(auto* const service, service_of(desk));
  KONTOR_CO_TRY(const auto lost, co_await service->accept_loss());
  json::object out;
  out["lost"] = lost;
  co_return json::value(std::move(out));
}

Task<Answer> directory_reconcile(const Desk& desk, Request) {
  KONTOR_CO_TRY(auto* const service, service_of(desk));
  KONTOR_CO_TRY(co_await service->reconcile());
  co_return json::value(json::object());
}

}  // namespace kontor::admin
