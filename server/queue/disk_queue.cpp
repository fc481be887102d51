// SPDX-License-Identifier: GPL-3.0-or-later
// Taking mail in, the administrator's questions, opening and closing. Fates: settle.cpp; recovery:
// load.cpp; space: reclaim.cpp; the runs of transports: run.cpp.
#include "server/queue/disk_queue.hpp"

#include <algorithm>

#include "base/core/mail_domain.hpp"
#include "base/core/text.hpp"
#include "base/log/events/queue.hpp"
#include "base/mime/header.hpp"
#include "server/queue/notice.hpp"
#include "server/queue/paused.hpp"
#include "server/queue/traced.hpp"
#include "store/log/frame.hpp"

namespace kontor::queue {

using log::Keys;
namespace events = log::events;

Result<std::unique_ptr<Queue>> Queue::open(QueueEnvironment environment,
                                           std::string folder,
                                           QueueOptions options) {
  auto queue = std::make_unique<DiskQueue>(std::move(environment), std::move(folder), options);
  KONTOR_TRY(queue->load());
  return std::unique_ptr<Queue>(std::move(queue));
}

DiskQueue::DiskQueue(QueueEnvironment environment, std::string folder, QueueOptions options)
    : environment_(std::move(environment)),
      settings_(environment_.settings.queue),
      folder_(std::move(folder)),
      options_(options),
      log_(environment_.log),
      runs_(log_),
      reports_(log_),
      core_(settings_) {}

DiskQueue::~DiskQueue() {
  const auto last = core_.with([](Core& core) {
    core.is_closed = true;
    return std::exchange(core.log, nullptr);
  });
}

// --- under the lock ---

Result<store::Appended> DiskQueue::append(Core& core,
                                          std::vector<store::NewFrame> frames,
                                          Done done) {
  if (core.error) return fail(*core.error);
  if (core.is_closed) return fail(Errc::unavailable, "the queue is closed");
  std::vector<std::uint64_t> sizes;
  for (const auto& frame : frames)
    sizes.push_back(store::k_frame_header_size + frame.payload.size());
  KONTOR_TRY(auto appended,
             core.log->append(std::move(frames),
                              [this, done = std::move(done)](const Result<void>& result) mutable {
                                core_.with([&](Core& now) {
                                  if (!result) now.error = result.error();
                                  reclaim_later(now);  // what ended is known to the disk now
                                });
                                if (!result) log_.emit(events::k_queue_closed, result.error());
                                done(result);
                              }));
  for (std::size_t i = 0; i < sizes.size(); ++i)
    core.table.count_frame(appended.positions[i], sizes[i]);
  reclaim_later(core);
  return appended;
}

Result<std::vector<MessageId>> DiskQueue::append_messages(Core& core,
                                                          std::vector<store::NewFrame> frames,
                                                          std::vector<NewMessage> messages,
                                                          Done done) {
  const auto others = frames.size();
  for (auto& message : messages) {
    message.head.envelope.size = message.bytes.size();
    frames.push_back({store::FrameType::queue_message,
                      encode_message(encode_head(message.head), message.bytes)});
    message.bytes = {};
  }
  auto ids = std::make_shared<std::vector<MessageId>>();  // known when it is durable at the latest
  KONTOR_TRY(const auto appended,
             append(core, std::move(frames),
                    [this, ids, done = std::move(done)](const Result<void>& result) mutable {
                      if (result) become_due(*ids);
                      done(result);
                    }));
  for (std::size_t i = 0; i < messages.size(); ++i) {
    ids->push_back(appended.first_sequence + others + i);
    place(core, ids->back(), appended.positions[others + i], std::move(messages[i]));
  }
  return *ids;
}

void DiskQueue::place(Core& core, MessageId id, store::LogPosition position, NewMessage message) {
  Row row;
  row.head = encode_head(message.head);
  row.position = position;
  row.frame_size = store::k_frame_header_size + 8 + row.head.size() + message.head.envelope.size;
  row.size = message.head.envelope.size;
  row.take(message.head.envelope);
  row.recipients.resize(message.head.recipients.size());
  for (auto& one : row.recipients) one.next_try = row.begins;
  assign(core, core.table.add(id, std::move(row)));
}

// Asks the transport where each recipient belongs; before start() nobody can say.
void DiskQueue::assign(Core& core, Row& row) const {
  const Transport* transport = transport_;
  if (transport == nullptr) return;
  const auto head = head_of(row);
  for (std::size_t i = 0; i < row.recipients.size(); ++i) {
    const auto& address = head.recipients[i].address;
    const bool is_paused = is_paused_in(core.paused, address);
    auto& one = row.recipients[i];
    core.schedule.assign(one, is_paused ? std::string(k_paused) + mail_domain(address)
                                        : transport->destination(address));
    if (one.stage == Stage::waiting && one.tries == 0)
      one.next_try = core.schedule.first_try(row, one.destination);
  }
}

void DiskQueue::become_due(const std::vector<MessageId>& ids) {
  core_.with([&](Core& core) {
    for (const auto id : ids) {
      Row* row = core.table.find(id);
      if (row == nullptr) continue;  // removed already
      row->is_durable = true;
      for (const auto& one : row->recipients) core.schedule.expect(id, one);
    }
  });
  changed_.raise();
}

void DiskQueue::erase(Core& core, MessageId id) {
  const Row* row = core.table.find(id);
  if (row == nullptr) return;
  core.schedule.forget(*row);
  core.table.erase(id, core.log ? core.log->last_sequence() : 0);
  reclaim_later(core);
}

void DiskQueue::make_due(Core& core, MessageId id, bool whoever_holds_it) {
  const auto now = environment_.clock.now();
  Row& row = *core.table.find(id);
  for (auto& one : row.recipients) {
    if (one.stage != Stage::waiting) continue;
    const bool is_held = one.destination != nullptr && one.destination->is_held();
    if (whoever_holds_it) {
      one.next_try = std::min(one.next_try, now);
      if (is_held) one.destination->is_released = true;
    } else if (!is_held) {
      one.next_try = std::min(one.next_try, std::max(now, row.begins));
    }
    core.schedule.expect(id, one);
    if (one.destination != nullptr) core.schedule.wake(*one.destination, now);
  }
}

std::vector<MessageId> DiskQueue::matching(const Core& core, const std::string& filter) const {
  std::vector<MessageId> ids;
  const auto wanted = to_lower(filter);
  const auto has = [&](std::string_view text) { return to_lower(text).contains(wanted); };
  for (const auto& [id, row] : core.table.rows()) {
    const auto is_there = [&] {
      const auto head = head_of(row);
      return has(head.envelope.sender) ||
             std::ranges::any_of(head.recipients,
                                 [&](const Recipient& one) { return has(one.address); }) ||
             std::ranges::any_of(row.recipients, [&](const RecipientState& one) {
               return one.destination != nullptr && has(one.destination->name);
             });
    };
    if (wanted.empty() || is_there()) ids.push_back(id);
  }
  return ids;
}

// --- taking mail ---

namespace {

// RFC 8689, 5: "TLS-Required: No".
bool says_tls_optional(std::string_view bytes) {
  const auto header = bytes.substr(0, std::min(bytes.find("\r\n\r\n"), bytes.size()));
  const auto value = mime::field_value(header, "TLS-Required");
  return value && iequals(trim(*value), "No");
}

}  // namespace

// What every message gets that leaves by this server, and what its header says of how.
Task<std::string> DiskQueue::dressed(Envelope& envelope, std::string bytes) const {
  if (environment_.dress) bytes = co_await environment_.dress(envelope.is_ours, std::move(bytes));
  envelope.tls_optional = !envelope.requires_tls && says_tls_optional(bytes);
  co_return bytes;
}

Task<Result<MessageId>> DiskQueue::add(Envelope envelope,
                                       std::vector<Recipient> recipients,
                                       std::string bytes) {
  if (recipients.empty()) co_return fail(Errc::bad_input, "a message to nobody");
  bytes = co_await dressed(envelope, std::move(bytes));
  KONTOR_CO_TRY(co_await grant(bytes.size()));
  std::vector<message_trace::Step> steps;
  if (environment_.trace != nullptr) steps = queued_steps(envelope, recipients, bytes);
  NewMessage message;
  message.head.envelope = std::move(envelope);
  message.head.recipients = std::move(recipients);
  message.bytes = std::move(bytes);
  const auto log = log_.with({{Keys::trace, message.head.envelope.trace},
                              {Keys::sender, message.head.envelope.sender},
                              {Keys::recipients, message.head.recipients.size()},
                              {Keys::bytes, message.bytes.size()}});
  auto id = std::make_shared<MessageId>(0);
  std::move_only_function<void(Done)> start = [this, id,
                                               message = std::move(message)](Done done) mutable {
    std::vector<NewMessage> messages;
    messages.push_back(std::move(message));
    auto kept = std::make_shared<Done>(std::move(done));
    const auto failed = core_.with([&](Core& core) -> std::optional<Error> {
      auto ids = append_messages(core, {}, std::move(messages),
                                 [kept](const Result<void>& result) { (*kept)(result); });
      if (!ids) return ids.error();
      *id = ids->front();
      return std::nullopt;
    });
    if (failed) (*kept)(fail(*failed));
  };
  KONTOR_CO_TRY(co_await until_done(std::move(start)));
  log.emit(events::k_queue_message_queued, {{Keys::queue_id, *id}});
  for (auto& step : steps) {
    step.queue_id = step.recipient.empty() ? 0 : *id;
    environment_.trace->note(std::move(step));
  }
  co_return *id;
}

Task<Result<void>> DiskQueue::tell(Envelope envelope,
                                   std::vector<Recipient> recipients,
                                   std::vector<Outcome> outcomes,
                                   std::string bytes) {
  auto verdicts = std::make_shared<Verdicts>();
  add_notices(*verdicts, envelope, recipients, outcomes, bytes);
  if (verdicts->notices.empty()) co_return Result<void>();
  KONTOR_CO_TRY(co_await grant(bytes.size()));
  co_return co_await commit(std::move(verdicts));
}

// --- questions ---

QueueTotals DiskQueue::totals() const {
  return core_.with([](const Core& core) {
    QueueTotals totals;
    totals.messages = core.table.rows().size();
    totals.recipients = core.table.recipients();
    totals.bytes = core.table.message_bytes();
    totals.active = core.schedule.active();
    totals.disk_bytes = core.table.disk_size();
    if (core.error) totals.problem = core.error->text();
    if (!core.table.rows().empty()) totals.oldest = core.table.rows().begin()->second.arrived;
    return totals;
  });
}

namespace {

MessageInfo info_of(MessageId id, const Row& row) {
  MessageInfo info;
  info.id = id;
  auto head = head_of(row);
  info.envelope = std::move(head.envelope);
  for (std::size_t i = 0; i < row.recipients.size(); ++i) {
    const auto& state = row.recipients[i];
    RecipientInfo one;
    one.recipient = std::move(head.recipients[i]);
    if (state.destination != nullptr) {
      one.recipient.destination = state.destination->name;
      if (state.destination->rules) one.route = state.destination->rules->route;
      one.is_held = state.destination->is_held();
    }
    one.is_done = state.is_done();
    if (state.stage == Stage::delivered) one.fate = Fate::delivered;
    if (state.stage == Stage::relayed) one.fate = Fate::relayed;
    if (state.stage == Stage::failed) one.fate = Fate::failed;
    one.tries = state.tries;
    one.next_try = state.next_try;
    if (state.last) one.last = *state.last;
    info.recipients.push_back(std::move(one));
  }
  return info;
}

Error no_such(MessageId id) {
  return {Errc::not_found, "no message " + std::to_string(id) + " is in the queue"};
}

}  // namespace

std::vector<MessageInfo> DiskQueue::list(std::string filter, std::size_t most) const {
  return core_.with([&](const Core& core) {
    std::vector<MessageInfo> all;
    for (const auto id : matching(core, filter)) {
      if (all.size() == most) break;
      all.push_back(info_of(id, *core.table.find(id)));
    }
    return all;
  });
}

Result<MessageInfo> DiskQueue::find(MessageId id) const {
  return core_.with([&](const Core& core) -> Result<MessageInfo> {
    const Row* row = core.table.find(id);
    if (row == nullptr) return fail(no_such(id));
    return info_of(id, *row);
  });
}

std::optional<MessageId> DiskQueue::find_trace(std::string trace) const {
  return core_.with([&](const Core& core) -> std::optional<MessageId> {
    for (const auto& [id, row] : core.table.rows())
      if (row.head.contains(trace) && head_of(row).envelope.trace == trace) return id;
    return std::nullopt;
  });
}

Task<Result<std::string>> DiskQueue::read(MessageId id) {
  auto job = [this, id]() -> Result<std::string> {
    // A message that is carried on meanwhile is looked for at its new place.
    std::optional<store::LogPosition> last;
    while (true) {
      std::shared_ptr<store::AccountLog> log;
      const auto position = core_.with([&](Core& core) -> std::optional<store::LogPosition> {
        const Row* row = core.table.find(id);
        log = core.log;
        return row == nullptr ? std::nullopt : std::optional(row->position);
      });
      if (!position) return fail(no_such(id));
      if (!log) return fail(Errc::unavailable, "the queue is closed");
      auto payload = log->read_payload(*position);
      if (payload) return body_of(*std::move(payload));
      if (position == last) return fail(std::move(payload).error());
      last = position;
    }
  };
  auto body = co_await io::on_pool(disk_, std::move(job));
  if (!body && body.error().code() != Errc::not_found)
    log_.emit(events::k_queue_message_unreadable, body.error(), {{Keys::queue_id, id}});
  co_return body;
}

Task<Result<std::uint64_t>> DiskQueue::retry(std::string filter) {
  const auto count = core_.with([&](Core& core) -> Result<std::uint64_t> {
    if (core.error) return fail(*core.error);
    const auto ids = matching(core, filter);
    for (const auto id : ids) make_due(core, id);
    return static_cast<std::uint64_t>(ids.size());
  });
  changed_.raise();
  co_return count;
}

Task<Result<void>> DiskQueue::retry_one(MessageId id) {
  const auto result = core_.with([&](Core& core) -> Result<void> {
    if (core.table.find(id) == nullptr) return fail(no_such(id));
    if (core.error) return fail(*core.error);
    make_due(core, id, true);
    return {};
  });
  changed_.raise();
  co_return result;
}

Task<Result<void>> DiskQueue::remove(MessageId id, bool tell) {
  KONTOR_CO_TRY(const auto info, find(id));
  auto verdicts = std::make_shared<Verdicts>();
  verdicts->removed.ids.push_back(id);
  if (tell) {
    std::vector<Recipient> left;
    for (const auto& one : info.recipients)
      if (!one.is_done) left.push_back(one.recipient);
    Outcome why;
    why.fate = Fate::failed;
    why.status = "5.7.1";
    why.reason = "removed from the queue by an administrator";
    const auto bytes = co_await read(id);
    add_notices(*verdicts, info.envelope, left, std::vector<Outcome>(left.size(), why),
                bytes ? *bytes : std::string());
  }
  const auto log = log_.with({{Keys::queue_id, id},
                              {Keys::trace, info.envelope.trace},
                              {Keys::sender, info.envelope.sender}});
  for (const auto& one : info.recipients)
    if (!one.is_done)
      verdicts->events.emplace_back(
          [this, id, log, envelope = info.envelope, recipient = one.recipient] {
            log.emit(events::k_queue_message_removed, {{Keys::address, recipient.address}});
            message_trace::note(environment_.trace, removed_step(id, envelope, recipient));
          });
  co_return co_await commit(std::move(verdicts));
}

// --- space ---

Task<Result<void>> DiskQueue::grant(std::uint64_t bytes) {
  constexpr std::int64_t k_most = 64 << 20;
  constexpr std::int64_t k_second = 1'000'000'000;
  const auto need = static_cast<std::int64_t>(bytes) + 4096;
  const auto now = environment_.clock.steady().time_since_epoch().count();
  if (now - asked_.load() < k_second && credit_.fetch_sub(need) >= need) co_return Result<void>();
  auto ask = [this] { return environment_.files.free_space(folder_); };
  const auto free = co_await io::on_pool(disk_, std::move(ask));
  if (!free) co_return fail(free.error());
  const auto room =
      static_cast<std::int64_t>(*free) - static_cast<std::int64_t>(settings_.reserve) - need;
  if (room < 0) {
    credit_ = 0;
    log_.emit(events::k_queue_full);
    co_return fail(Errc::no_space, "the disk is full up to queue.reserve");
  }
  credit_ = std::min(room, k_most);
  asked_ = now;
  co_return Result<void>();
}

}  // namespace kontor::queue
