// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include "base/core/text.hpp"
#include "base/mime/header.hpp"
#include "server/admin/audit_log.hpp"
#include "server/admin/client.hpp"
#include "server/admin/guard_verbs.hpp"
#include "server/admin/lookup.hpp"
#include "server/delivery/own_lists.hpp"
#include "server/learning/learner.hpp"
#include "server/quarantine/keeper.hpp"
#include "store/tools/history.hpp"

namespace kontor::admin {
namespace {

namespace json = boost::json;
using config::OwnQuarantine;
using quarantine::Fate;
using quarantine::Row;

constexpr std::size_t k_most_listed = 1'000;
constexpr std::size_t k_most_annotations = 10'000;  // of the account itself
constexpr std::size_t k_date_size = 10;             // "2026-11-23"

Result<quarantine::Keeper*> keeper_of(const Desk& desk) {
  if (desk.environment.quarantine == nullptr)
    return fail(Errc::unsupported, "this server holds no mail");
  return desk.environment.quarantine;
}

// Whose mail it is about; nothing: everybody's.
using Viewer = std::shared_ptr<const directory::Principal>;

Result<Viewer> viewer_of(const Desk& desk, const Request& request, OwnQuarantine least) {
  const auto name = option(request, "--as");
  if (name.empty()) return Viewer();
  KONTOR_TRY(const auto found, find_account(desk.environment, name));
  if (!found.person) return fail(Errc::not_found, name + " is no person");
  const auto* policies = desk.environment.policies;
  const auto may = policies == nullptr ? OwnQuarantine::none
                                       : policies->policies().of(found.person->id)->quarantine;
  if (may < least)
    return fail(Errc::no_permission, "policy (quarantine=) does not let " + name +
                                         (least == OwnQuarantine::see ? " see" : " release") +
                                         " held mail");
  return found.person;
}

quarantine::People people_of(const Viewer& viewer) {
  quarantine::People out;
  if (!viewer) return out;
  out = viewer->addresses;
  out.push_back(viewer->mail);
  return out;
}

std::string_view name_of(Fate fate) {
  if (fate == Fate::waiting) return "waiting";
  return fate == Fate::released ? "released" : "deleted";
}

json::object line_of(const Row& row, const quarantine::People& people) {
  json::object out;
  out["id"] = row.id;
  out["since"] = store::show_moment(row.since);
  out["reason"] = quarantine::name_of(row.held.cause);
  out["sender"] = row.held.envelope.sender.empty() ? "<>" : row.held.envelope.sender;
  std::string first;
  std::size_t waiting = 0;
  for (std::size_t i = 0; i < row.fates.size(); ++i) {
    if (row.fates[i] != Fate::waiting || !quarantine::is_of(people, row.held.recipients[i].address))
      continue;
    if (waiting++ == 0) first = row.held.recipients[i].address;
  }
  if (waiting > 1) first += " +" + std::to_string(waiting - 1);
  out["recipient"] = first;
  out["bytes"] = row.bytes;
  out["subject"] = row.subject;
  return out;
}

json::object whole_of(const Row& row, const quarantine::People& people) {
  json::object out;
  out["id"] = row.id;
  out["trace"] = row.held.envelope.trace;
  out["since"] = store::show_moment(row.since);
  out["arrived"] = store::show_moment(row.held.envelope.arrived);
  out["reason"] = quarantine::name_of(row.held.cause);
  out["detail"] = row.held.reason;
  out["score"] = row.held.score;
  out["client"] = row.held.client;
  out["sender"] = row.held.envelope.sender.empty() ? "<>" : row.held.envelope.sender;
  out["from"] = row.from;
  out["subject"] = row.subject;
  out["message_id"] = row.message_id;
  out["bytes"] = row.bytes;
  json::array recipients;
  for (std::size_t i = 0; i < row.fates.size(); ++i) {
    if (!quarantine::is_of(people, row.held.recipients[i].address)) continue;
    json::object one;
    one["recipient"] = row.held.recipients[i].address;
    one["state"] = name_of(row.fates[i]);
    recipients.emplace_back(std::move(one));
  }
  out["recipients"] = std::move(recipients);
  return out;
}

Result<quarantine::Question> question_of(const Desk& desk, const Request& request) {
  quarantine::Question out;
  const auto now = desk.environment.clock.now();
  if (const auto text = option(request, "--since"); !text.empty()) {
    const bool is_day = text.size() == k_date_size;
    KONTOR_TRY(out.since, store::parse_moment(is_day ? text + " 00:00" : text, now));
  }
  if (const auto text = option(request, "--until"); !text.empty()) {
    const bool is_day = text.size() == k_date_size;
    KONTOR_TRY(out.until, store::parse_moment(is_day ? text + " 23:59" : text, now));
    if (is_day) *out.until += std::chrono::seconds(59);
  }
  out.sender = option(request, "--sender");
  out.recipient = option(request, "--recipient");
  if (const auto text = option(request, "--reason"); !text.empty()) {
    out.cause = quarantine::find_cause(text);
    if (!out.cause)
      return fail(Errc::bad_input, "--reason is one of virus, filter, dmarc, signs, rule");
  }
  if (const auto text = option(request, "--limit"); !text.empty()) {
    const auto most = parse_number<std::uint32_t>(text);
    if (!most || *most == 0 || *most > k_most_listed)
      return fail(Errc::bad_input, "--limit is a number from 1 to 1000");
    out.most = *most;
  }
  return out;
}

// One that this viewer may know of.
Task<Result<Row>> find_row(const Desk& desk, const Request& request, const Viewer& viewer) {
  KONTOR_CO_TRY(auto* keeper, keeper_of(desk));
  KONTOR_CO_TRY(auto row, co_await keeper->find(request.arguments[0]));
  const auto people = people_of(viewer);
  const auto is_his = [&](const auto& one) { return quarantine::is_of(people, one.address); };
  if (viewer && std::ranges::none_of(row.held.recipients, is_his))
    co_return fail(Errc::not_found, "no message of that id is held");
  co_return row;
}

// What is done stands in the audit log first; who cannot have it written does nothing.
Task<Result<void>> record(const Desk& desk,
                          const Request& request,
                          std::string kind,
                          const Row& row) {
  auto* audit = desk.environment.audit;
  if (audit == nullptr) co_return Result<void>();
  json::object fields;
  fields["id"] = row.id;
  fields["trace"] = row.held.envelope.trace;
  fields["sender"] = row.held.envelope.sender;
  fields["reason"] = quarantine::name_of(row.held.cause);
  json::array recipients;
  for (const auto& one : row.held.recipients) recipients.emplace_back(one.address);
  fields["recipients"] = std::move(recipients);
  for (const auto& [name, value] : request.options) fields[name.substr(2)] = value;
  KONTOR_CO_TRY(co_await audit->add(std::move(kind), request.peer, std::move(fields)));
  co_return Result<void>();
}

// The sender is believed from now on: by this person, or of everybody.
Task<Result<void>> allow_sender(const Desk& desk, const Row& row, const Viewer& viewer) {
  const auto& sender = row.held.envelope.sender;
  if (sender.empty()) co_return fail(Errc::bad_input, "the message has no sender to allow");
  if (!viewer) {
    auto added = co_await desk.environment.quarantine->add_exception(sender);
    if (!added && added.error().code() == Errc::exists) co_return Result<void>();
    co_return added;
  }
  store::Binding owner{viewer->id.source, viewer->id.guid};
  KONTOR_CO_TRY(const auto account, co_await desk.environment.store.open_for(std::move(owner)));
  const auto view = account->view();
  auto changes = delivery::add_own(view.annotations(0), delivery::OwnList::allowed, sender);
  if (!changes && changes.error().code() == Errc::exists) co_return Result<void>();
  if (!changes) co_return fail(changes.error());
  co_return co_await account->set_annotations(0, *std::move(changes), k_most_annotations);
}

Task<Answer> settle(const Desk& desk, Request request, Fate fate) {
  KONTOR_CO_TRY(auto* keeper, keeper_of(desk));
  KONTOR_CO_TRY(const auto viewer, viewer_of(desk, request, OwnQuarantine::release));
  KONTOR_CO_TRY(const auto row, co_await find_row(desk, request, viewer));
  const bool learns = request.options.contains("--learn");
  auto* learner = desk.environment.learner;
  if (learns && learner == nullptr)
    co_return fail(Errc::unsupported, "learning.controller is not set: nothing is learnt");
  const bool is_release = fate == Fate::released;
  KONTOR_CO_TRY(
      co_await record(desk, request, is_release ? "quarantine.release" : "quarantine.delete", row));
  json::object out;
  out["id"] = row.id;
  std::string message;
  if (learns) {  // before it may be gone
    KONTOR_CO_TRY(message, co_await keeper->read(row.id));
  }
  if (request.options.contains("--allow-sender")) {
    KONTOR_CO_TRY(co_await allow_sender(desk, row, viewer));
    out["allowed"] = row.held.envelope.sender;
  }
  auto people = people_of(viewer);
  auto id = row.id;
  auto done = is_release ? co_await keeper->release(std::move(id), std::move(people))
                         : co_await keeper->remove(std::move(id), std::move(people));
  if (!done) co_return fail(std::move(done).error());
  json::array recipients;
  for (const auto& address : done->recipients) recipients.emplace_back(address);
  out[is_release ? "released" : "deleted"] = std::move(recipients);
  json::array failed;
  for (const auto& [address, why] : done->failed)
    failed.emplace_back(json::object{{"recipient", address}, {"error", why}});
  if (!failed.empty()) out["still_held"] = std::move(failed);
  if (learns) {
    const auto said = co_await learner->learn(!is_release, std::move(message));
    out["learnt"] = said ? *said : said.error().text();
  }
  if (done->recipients.empty() && !done->failed.empty())
    co_return fail(Errc::unavailable, done->failed.front().first + ": " +
                                          done->failed.front().second + "; it is still held");
  co_return json::value(std::move(out));
}

}  // namespace

Task<Answer> quarantine_list(const Desk& desk, Request request) {
  if (!request.arguments.empty() && request.arguments[0] != "list")
    co_return fail(Errc::bad_input,
                   "the words that may follow are: list, show, read, release, delete, except");
  KONTOR_CO_TRY(auto* keeper, keeper_of(desk));
  KONTOR_CO_TRY(auto question, question_of(desk, request));
  KONTOR_CO_TRY(const auto viewer, viewer_of(desk, request, OwnQuarantine::see));
  question.people = people_of(viewer);
  const auto people = question.people;
  KONTOR_CO_TRY(const auto rows, co_await keeper->list(std::move(question)));
  json::array out;
  for (const auto& row : rows) out.emplace_back(line_of(row, people));
  co_return json::value(std::move(out));
}

Task<Answer> quarantine_show(const Desk& desk, Request request) {
  KONTOR_CO_TRY(const auto viewer, viewer_of(desk, request, OwnQuarantine::see));
  KONTOR_CO_TRY(const auto row, co_await find_row(desk, request, viewer));
  co_return json::value(whole_of(row, people_of(viewer)));
}

Task<Answer> quarantine_read(const Desk& desk, Request request) {
  KONTOR_CO_TRY(auto* keeper, keeper_of(desk));
  KONTOR_CO_TRY(const auto viewer, viewer_of(desk, request, OwnQuarantine::see));
  KONTOR_CO_TRY(const auto row, co_await find_row(desk, request, viewer));
  KONTOR_CO_TRY(co_await record(desk, request, "quarantine.read", row));
  auto id = row.id;
  KONTOR_CO_TRY(const auto bytes, co_await keeper->read(std::move(id)));
  json::object out;
  out["message"] = base64_encode(bytes);
  co_return json::value(std::move(out));
}

Task<Answer> quarantine_release(const Desk& desk, Request request) {
  co_return co_await settle(desk, std::move(request), Fate::released);
}

Task<Answer> quarantine_delete(const Desk& desk, Request request) {
  co_return co_await settle(desk, std::move(request), Fate::deleted);
}

Task<Answer> quarantine_except(const Desk& desk, Request request) {
  KONTOR_CO_TRY(auto* keeper, keeper_of(desk));
  const bool removes = request.options.contains("--remove");
  if (request.arguments.empty() && removes)
    co_return fail(Errc::bad_input, "--remove needs the sender or network");
  if (!request.arguments.empty()) {
    auto text = request.arguments[0];
    auto done = removes ? co_await keeper->remove_exception(std::move(text))
                        : co_await keeper->add_exception(std::move(text));
    if (!done) co_return fail(std::move(done).error());
  }
  json::array rows;
  for (const auto& one : keeper->exceptions()) rows.emplace_back(json::object{{"excepted", one}});
  co_return json::value(std::move(rows));
}

Result<Finding> quarantine_read_here(const Client& client, Request request) {
  KONTOR_TRY(auto value, ask_server(client.data_folder, {"quarantine read", std::move(request)}));
  const auto* encoded = value.as_object().if_contains("message");
  if (encoded == nullptr || !encoded->is_string())
    return fail(Errc::bad_input, "the server's answer has no message");
  KONTOR_TRY(auto bytes, base64_decode(std::string_view(encoded->as_string())));
  return Finding{std::move(value), std::move(bytes), true};
}

}  // namespace kontor::admin
