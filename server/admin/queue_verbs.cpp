// SPDX-License-Identifier: GPL-3.0-or-later
// queue: mail on its way to others.
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include "base/core/text.hpp"
#include "base/mime/header.hpp"
#include "server/admin/verbs.hpp"
#include "server/queue/queue.hpp"

namespace kontor::admin {
namespace {

namespace json = boost::json;

constexpr std::size_t k_most_listed = 1'000;

Result<queue::Queue*> queue_of(const Desk& desk) {
  if (desk.environment.queue == nullptr) return fail(Errc::unavailable, "there is no queue");
  return desk.environment.queue;
}

Result<queue::MessageId> id_of(const std::string& text) {
  const auto id = parse_number<queue::MessageId>(text);
  if (!id)
    return fail(Errc::bad_input, text + " is not the number of a message; see kontorctl queue");
  return *id;
}

std::string word_of(const queue::RecipientInfo& one) {
  if (!one.is_done) return one.tries == 0 ? "new" : "waiting";
  if (one.fate == queue::Fate::delivered) return "delivered";
  return one.fate == queue::Fate::relayed ? "handed over" : "failed";
}

std::string words_of(const queue::Outcome& outcome) {
  return outcome.diagnostic.empty() ? outcome.reason : outcome.diagnostic;
}

// Who lets it wait: its sender (RFC 4865), or the route, until ETRN asks; empty: nobody.
std::string held_by(const queue::Envelope& envelope,
                    const queue::RecipientInfo& one,
                    UtcSeconds now) {
  if (one.is_done) return {};
  if (envelope.release > now && one.next_try > now) return "sender";
  return one.is_held ? "route" : "";
}

// The message in one line: to whom it still has to go, when, and what was wrong the last time.
json::object line_of(const queue::MessageInfo& info, UtcSeconds now) {
  json::object row;
  row["id"] = info.id;
  row["age_seconds"] = (now - info.envelope.arrived).count();
  row["bytes"] = info.envelope.size;
  row["sender"] = info.envelope.sender.empty() ? "<>" : info.envelope.sender;
  const queue::RecipientInfo* first = nullptr;
  std::size_t left = 0;
  for (const auto& one : info.recipients) {
    if (one.is_done) continue;
    ++left;
    if (first == nullptr || one.next_try < first->next_try) first = &one;
  }
  row["recipients_left"] = left;
  row["recipient"] = first != nullptr ? first->recipient.address : "";
  row["next_try_seconds"] =
      first != nullptr ? std::max<std::int64_t>(0, (first->next_try - now).count()) : 0;
  row["last"] = first != nullptr ? words_of(first->last) : "";
  row["route"] = first != nullptr ? first->route : "";
  row["held"] = first != nullptr ? held_by(info.envelope, *first, now) : "";
  return row;
}

// What its sender asked for, where he did.
void add_wishes(const queue::Envelope& envelope, json::object& out) {
  const auto is_set = [](UtcSeconds time) { return time.time_since_epoch().count() != 0; };
  if (is_set(envelope.release)) out["release"] = mime::format_date(envelope.release);
  if (is_set(envelope.deliver_by)) {
    out["deliver_by"] = mime::format_date(envelope.deliver_by);
    out["otherwise"] = envelope.is_by_return ? "return" : "notify";
  }
  if (envelope.priority != 0) out["priority"] = envelope.priority;
  if (envelope.requires_tls) out["requires_tls"] = true;
  if (envelope.tls_optional) out["tls_optional"] = true;
}

json::object recipient_of(const queue::Envelope& envelope,
                          const queue::RecipientInfo& one,
                          UtcSeconds now) {
  json::object row;
  row["recipient"] = one.recipient.address;
  row["destination"] = one.recipient.destination;
  row["route"] = one.route;
  row["held"] = held_by(envelope, one, now);
  row["state"] = word_of(one);
  row["tries"] = one.tries;
  row["next_try"] = one.is_done ? "" : mime::format_date(one.next_try);
  row["status"] = one.last.status;
  row["remote"] = one.last.remote;
  row["last"] = words_of(one.last);
  return row;
}

}  // namespace

void add_queue_status(const Desk& desk, json::object& out) {
  if (desk.environment.queue == nullptr) return;
  const auto totals = desk.environment.queue->totals();
  out["queue_messages"] = totals.messages;
  out["queue_bytes"] = totals.bytes;
  out["queue_disk_bytes"] = totals.disk_bytes;
  out["queue_active"] = totals.active;
  out["queue_oldest_seconds"] =
      totals.messages == 0 ? 0 : (desk.environment.clock.now() - totals.oldest).count();
}

std::string queue_problem(const Desk& desk) {
  if (desk.environment.queue == nullptr) return {};
  const auto problem = desk.environment.queue->totals().problem;
  return problem.empty() ? "" : "the queue is closed until the server is restarted: " + problem;
}

Task<Answer> queue_list(const Desk& desk, Request request) {
  KONTOR_CO_TRY(auto* queue, queue_of(desk));
  const auto filter = request.arguments.empty() ? std::string() : request.arguments[0];
  json::array rows;
  for (const auto& info : queue->list(filter, k_most_listed))
    rows.emplace_back(line_of(info, desk.environment.clock.now()));
  co_return json::value(std::move(rows));
}

Task<Answer> queue_show(const Desk& desk, Request request) {
  KONTOR_CO_TRY(auto* queue, queue_of(desk));
  KONTOR_CO_TRY(const auto id, id_of(request.arguments[0]));
  KONTOR_CO_TRY(const auto info, queue->find(id));
  json::object out;
  out["id"] = info.id;
  out["trace"] = info.envelope.trace;
  out["sender"] = info.envelope.sender.empty() ? "<>" : info.envelope.sender;
  out["envelope_id"] = info.envelope.envelope_id;
  out["arrived"] = mime::format_date(info.envelope.arrived);
  out["bytes"] = info.envelope.size;
  add_wishes(info.envelope, out);
  json::array recipients;
  for (const auto& one : info.recipients)
    recipients.emplace_back(recipient_of(info.envelope, one, desk.environment.clock.now()));
  out["recipients"] = std::move(recipients);
  const auto bytes = co_await queue->read(id);
  const auto subject = bytes ? mime::field_value(*bytes, "subject") : std::nullopt;
  out["subject"] = subject ? mime::decode_words(*subject) : "";
  if (!bytes) out["problem"] = bytes.error().text();
  co_return json::value(std::move(out));
}

Task<Answer> queue_retry(const Desk& desk, Request request) {
  KONTOR_CO_TRY(auto* queue, queue_of(desk));
  json::object out;
  const auto& which = request.arguments.empty() ? std::string() : request.arguments[0];
  if (const auto id = parse_number<queue::MessageId>(which)) {
    KONTOR_CO_TRY(co_await queue->retry_one(*id));
    out["retried"] = 1;
  } else {
    KONTOR_CO_TRY(const auto count, co_await queue->retry(which));
    out["retried"] = count;
  }
  co_return json::value(std::move(out));
}

Task<Answer> queue_bounce(const Desk& desk, Request request) {
  KONTOR_CO_TRY(auto* queue, queue_of(desk));
  KONTOR_CO_TRY(const auto id, id_of(request.arguments[0]));
  KONTOR_CO_TRY(co_await queue->remove(id, true));
  json::object out;
  out["bounced"] = id;
  co_return json::value(std::move(out));
}

// As many as there are now at most: what comes while it runs is left.
Task<Answer> queue_clear(const Desk& desk, Request request) {
  KONTOR_CO_TRY(auto* queue, queue_of(desk));
  const auto filter = request.arguments[0] == "all" ? std::string() : request.arguments[0];
  const bool tell = request.options.contains("--notify");
  const auto most = queue->totals().messages;
  std::uint64_t deleted = 0;
  while (deleted < most) {
    const auto listed = queue->list(filter, std::min<std::size_t>(k_most_listed, most - deleted));
    if (listed.empty()) break;
    for (const auto& info : listed) {
      const auto removed = co_await queue->remove(info.id, tell && !info.envelope.sender.empty());
      if (!removed && removed.error().code() != Errc::not_found) co_return fail(removed.error());
      ++deleted;  // or it has ended by itself
    }
  }
  json::object out;
  out["deleted"] = deleted;
  out["senders_told"] = tell;
  co_return json::value(std::move(out));
}

Task<Answer> queue_pause(const Desk& desk, Request request) {
  KONTOR_CO_TRY(auto* queue, queue_of(desk));
  if (!request.arguments.empty()) {
    KONTOR_CO_TRY(co_await queue->pause(request.arguments[0]));
  }
  json::array rows;
  for (const auto& domain : queue->paused()) {
    json::object row;
    row["paused"] = domain;
    rows.emplace_back(std::move(row));
  }
  co_return json::value(std::move(rows));
}

Task<Answer> queue_resume(const Desk& desk, Request request) {
  KONTOR_CO_TRY(auto* queue, queue_of(desk));
  KONTOR_CO_TRY(co_await queue->resume(request.arguments[0]));
  json::object out;
  out["resumed"] = request.arguments[0];
  co_return json::value(std::move(out));
}

Task<Answer> queue_release(const Desk& desk, Request request) {
  KONTOR_CO_TRY(auto* queue, queue_of(desk));
  const auto& name = request.arguments[0];
  const bool below = name.starts_with('@');
  KONTOR_CO_TRY(const auto count, co_await queue->release(name.substr(below ? 1 : 0), below));
  json::object out;
  out["released"] = name;
  out["recipients"] = count;
  co_return json::value(std::move(out));
}

Task<Answer> queue_delete(const Desk& desk, Request request) {
  KONTOR_CO_TRY(auto* queue, queue_of(desk));
  KONTOR_CO_TRY(const auto id, id_of(request.arguments[0]));
  const bool tell = request.arguments.size() > 1;
  if (tell && request.arguments[1] != "notify")
    co_return fail(Errc::bad_input, "the only word that may follow is: notify");
  KONTOR_CO_TRY(co_await queue->remove(id, tell));
  json::object out;
  out["deleted"] = id;
  out["sender_told"] = tell;
  co_return json::value(std::move(out));
}

}  // namespace kontor::admin
