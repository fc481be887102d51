// SPDX-License-Identifier: GPL-3.0-or-later
// status, sessions, deliver, config: the running server itself.
#include <unistd.h>

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include "base/config/load.hpp"
#include "base/mime/header.hpp"
#include "server/admin/lookup.hpp"
#include "server/admin/sources/line_ends.hpp"
#include "server/admin/verbs.hpp"
#include "server/message_trace/database/recorder.hpp"

namespace kontor::admin {
namespace json = boost::json;

Task<Answer> status(const Desk& desk, Request) {
  const auto& environment = desk.environment;
  const auto copy = environment.directory.current();
  const auto mailboxes = environment.store.list();
  const auto damaged = std::ranges::count_if(
      mailboxes, [](const store::AccountInfo& info) { return !info.problem.empty(); });
  const auto people = std::ranges::count_if(
      copy->all(), [](const auto& principal) { return principal->has_mailbox(); });
  json::object out;
  out["version"] = KONTOR_VERSION;
  out["server"] = environment.settings.server.name;
  out["pid"] = ::getpid();
  out["up_seconds"] = (environment.clock.now() - desk.started).count();
  out["data_folder"] = environment.settings.server.data_folder;
  out["connections"] = environment.sessions.list().size();
  out["people"] = people;
  out["mailboxes"] = mailboxes.size();
  out["mailboxes_with_problems"] = damaged;
  out["directory_generation"] = copy->generation();
  add_queue_status(desk, out);
  json::array problems;
  for (const auto& problem : copy->problems()) problems.emplace_back(problem);
  if (const auto* keeper = environment.policies)
    for (const auto& problem : keeper->policies().problems()) problems.emplace_back(problem);
  if (const auto closed = queue_problem(desk); !closed.empty()) problems.emplace_back(closed);
  if (const auto* service = environment.directory_service) {
    const auto state = service->status();
    out["directory_running"] = state.is_running;
    for (const auto& source : state.sources)
      if (!source.is_reachable) problems.emplace_back(source.source + ": " + source.detail);
  }
  out["problems"] = std::move(problems);
  co_return json::value(std::move(out));
}

Task<Answer> sessions_list(const Desk& desk, Request) {
  json::array rows;
  for (const auto& session : desk.environment.sessions.list()) {
    json::object row;
    row["session"] = session.id;
    row["protocol"] = session.protocol;
    row["user"] = session.user;
    row["peer"] = session.peer.text();
    row["tls"] = session.tls;
    row["state"] = session.state;
    row["seconds"] = (desk.environment.clock.now() - session.since).count();
    rows.emplace_back(std::move(row));
  }
  co_return json::value(std::move(rows));
}

Task<Answer> sessions_end(const Desk& desk, Request request) {
  KONTOR_CO_TRY(const auto found, find_account(desk.environment, request.arguments[0]));
  if (!found.person) co_return fail(Errc::not_found, "this account is nobody's");
  json::object out;
  out["ended"] = desk.environment.sessions.end(found.person->id, "ended by the administrator");
  co_return json::value(std::move(out));
}

namespace {

// An administrator's message comes by no protocol.
void tell_arrival(const Desk& desk,
                  const std::string& trace,
                  const std::string& address,
                  std::string_view message) {
  if (desk.environment.trace == nullptr) return;
  const auto header = message.substr(0, message.find("\r\n\r\n"));
  message_trace::Step step;
  step.trace = trace;
  step.arrival = std::make_unique<message_trace::Arrival>();
  step.arrival->protocol = "kontorctl";
  step.arrival->message_id = mime::field_value(header, "Message-ID").value_or("");
  if (desk.environment.settings.message_trace.subjects)
    step.arrival->subject = mime::decode_words(mime::field_value(header, "Subject").value_or(""));
  step.arrival->size = message.size();
  step.arrival->recipients.push_back(address);
  desk.environment.trace->note(std::move(step));
}

}  // namespace

Task<Answer> deliver(const Desk& desk, Request request) {
  auto& delivery = desk.environment.delivery;
  const auto& address = request.arguments[0];
  auto resolved = delivery.resolve(address);
  if (resolved.verdict != delivery::Verdict::deliver)
    co_return fail(Errc::not_found, address + ": " + std::string(name_of(resolved.verdict)));
  if (resolved.mailboxes.empty() && resolved.folders.empty())
    co_return fail(Errc::not_found, address + ": its mail goes to another server");
  delivery::Envelope envelope;
  envelope.trace = delivery::make_trace_id();
  const auto trace = envelope.trace;
  const auto copies = resolved.mailboxes.size() + resolved.folders.size();
  envelope.recipients.push_back(
      {address, std::move(resolved.mailboxes), false, false, std::move(resolved.folders)});
  auto message = sources::with_crlf(request.payload);
  tell_arrival(desk, trace, address, message);
  const auto results = co_await delivery.deliver(std::move(envelope), std::move(message));
  KONTOR_CO_TRY(results.at(0));
  json::object out;
  out["trace"] = trace;
  out["copies"] = copies;
  co_return json::value(std::move(out));
}

Task<Answer> config_dump(const Desk& desk, Request request) {
  const bool changed = !request.arguments.empty();
  if (changed && request.arguments[0] != "changed")
    co_return fail(Errc::bad_input, "the only word that may follow is: changed");
  json::object out;
  out["settings"] = config::dump_settings(desk.environment.settings, changed);
  co_return json::value(std::move(out));
}

}  // namespace kontor::admin
