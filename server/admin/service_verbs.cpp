// SPDX-License-Identifier: GPL-3.0-or-later
// services: the protocols of the server and the queue, each of which can be paused, stopped and
// started, also over a restart. The queue's state is that of the paused domain "*".
#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <map>

#include "base/core/contains.hpp"
#include "base/core/text.hpp"
#include "base/io/file_system.hpp"
#include "base/io/work_pool.hpp"
#include "base/log/events/admin.hpp"
#include "server/admin/service_states.hpp"
#include "server/admin/verbs.hpp"

namespace kontor::admin {
namespace {

namespace json = boost::json;
using trace::Services;
using trace::ServiceState;

constexpr std::string_view k_queue = "queue", k_every_domain = "*";
constexpr std::uint64_t k_longest = 65'536;

std::string path_of(const std::string& data_folder) { return data_folder + "/services"; }

Result<Services*> services_of(const Desk& desk) {
  if (desk.environment.services == nullptr)
    return fail(Errc::unsupported, "this server has no services");
  return desk.environment.services;
}

Task<Result<void>> set_queue(const Desk& desk, ServiceState state) {
  auto* queue = desk.environment.queue;
  if (queue == nullptr) co_return fail(Errc::unsupported, "this server has no queue");
  const bool is_paused = contains(queue->paused(), k_every_domain);
  if (state == ServiceState::running && is_paused)
    co_return co_await queue->resume(std::string(k_every_domain));
  if (state != ServiceState::running && !is_paused)
    co_return co_await queue->pause(std::string(k_every_domain));
  co_return Result<void>();
}

Task<Result<void>> set_service(const Desk& desk, std::size_t service, ServiceState state) {
  KONTOR_CO_TRY(auto* services, services_of(desk));
  const auto before = services->state(service);
  services->set(service, state);
  auto work = [path = path_of(desk.environment.settings.server.data_folder),
               bytes = services->format()] {
    return io::write_file_durably(io::real_file_system(), path, bytes);
  };
  auto* pool = desk.environment.workers;
  const auto written = pool == nullptr ? work() : co_await io::on_pool(*pool, std::move(work));
  if (!written) {
    services->set(service, before);
    co_return written;
  }
  if (state == ServiceState::stopped)
    desk.environment.sessions.end_protocol(std::string(Services::k_names.at(service)),
                                           "the service was stopped by the administrator");
  co_return Result<void>();
}

Task<Answer> set(const Desk& desk, const std::string& name, ServiceState state) {
  const auto wanted = to_lower(name);
  if (wanted == k_queue) {
    KONTOR_CO_TRY(co_await set_queue(desk, state));
  } else {
    const auto service = Services::find(wanted);
    if (!service)
      co_return fail(Errc::not_found,
                     name + " is no service: there are queue, " +
                         join({Services::k_names.begin(), Services::k_names.end()}, ", "));
    KONTOR_CO_TRY(co_await set_service(desk, *service, state));
  }
  desk.environment.log.emit(
      log::events::k_service_switched,
      {{log::Keys::listener, wanted}, {log::Keys::status, trace::name_of(state)}});
  co_return co_await services_list(desk, {});
}

}  // namespace

Result<void> load_services(trace::Services& services, const std::string& data_folder) {
  const auto path = path_of(data_folder);
  const auto text = io::read_file(io::real_file_system(), path, k_longest);
  if (!text && text.error().code() == Errc::not_found) return {};
  if (!text) return fail(text.error());
  auto read = services.parse(*text);
  if (!read) return fail(std::move(read).error().while_doing("reading " + path));
  return {};
}

Task<Answer> services_list(const Desk& desk, Request) {
  KONTOR_CO_TRY(const auto* services, services_of(desk));
  std::map<std::string, std::size_t> sessions;
  for (const auto& one : desk.environment.sessions.list()) ++sessions[one.protocol];
  json::array out;
  for (std::size_t i = 0; i < Services::k_names.size(); ++i) {
    json::object row;
    row["name"] = Services::k_names.at(i);
    row["state"] = trace::name_of(services->state(i));
    row["sessions"] = sessions[std::string(Services::k_names.at(i))];
    out.emplace_back(std::move(row));
  }
  if (const auto* queue = desk.environment.queue; queue != nullptr) {
    json::object row;
    row["name"] = k_queue;
    row["state"] = contains(queue->paused(), k_every_domain) ? "stopped" : "running";
    row["sessions"] = 0;
    out.emplace_back(std::move(row));
  }
  co_return json::value(std::move(out));
}

Task<Answer> services_pause(const Desk& desk, Request request) {
  co_return co_await set(desk, request.arguments[0], ServiceState::paused);
}
Task<Answer> services_start(const Desk& desk, Request request) {
  co_return co_await set(desk, request.arguments[0], ServiceState::running);
}
Task<Answer> services_stop(const Desk& desk, Request request) {
  co_return co_await set(desk, request.arguments[0], ServiceState::stopped);
}

}  // namespace kontor::admin
