// SPDX-License-Identifier: GPL-3.0-or-later
// One task at a time has a message in its hands (Table::busy). The file of the message is on the
// disk before the file that says so; what lies there without it is of a try that did not end.
#include "server/moderation/moderation.hpp"

#include <algorithm>

#include "base/core/crc32c.hpp"
#include "base/core/text.hpp"
#include "base/core/uuid.hpp"
#include "base/crypto/digest.hpp"
#include "base/log/events/moderation.hpp"
#include "base/mime/header.hpp"
#include "base/mime/letter.hpp"
#include "server/moderation/letter.hpp"

namespace kontor::moderation {
namespace {

using log::Keys;
using message_trace::What;

constexpr std::string_view k_held = ".held", k_message = ".message", k_damaged = ".damaged";
constexpr std::uint64_t k_longest_held = 1U << 20U;
constexpr std::uint64_t k_longest_message = 4ULL << 30U;
constexpr std::size_t k_key = 32, k_shown = 300, k_most_queued = 1'000;
constexpr std::chrono::seconds k_tick{60}, k_least_pause{1}, k_patience{30};
constexpr net::Limit k_pause = std::chrono::milliseconds(20);
constexpr std::chrono::hours k_day{24};
constexpr std::chrono::hours k_least_memory = 14 * k_day;
constexpr std::uint16_t k_https = 443;

std::string_view header_of(std::string_view message) {
  const auto end = message.find("\r\n\r\n");
  return end == std::string_view::npos ? message : message.substr(0, end + 4);
}

std::string shown(std::string_view header, std::string_view name) {
  const auto value = mime::field_value(header, name).value_or(std::string());
  const auto line = mime::one_line(mime::decode_words(value));
  return std::string(mime::beginning(line, k_shown));
}

bool went_through(std::string_view message, std::string_view address) {
  const auto fields = mime::parse_fields(header_of(message));
  return std::ranges::any_of(fields, [&](const mime::HeaderField& field) {
    return iequals(field.name, "Delivered-To") && iequals(trim(field.value), address);
  });
}

Held held_of(const delivery::HeldMessage& message, UtcSeconds now, std::chrono::seconds lifetime) {
  const auto header = header_of(message.bytes);
  Held out;
  out.id = held_id(message.trace, message.group->id);
  out.trace = message.trace;
  out.sender = message.sender;
  out.envelope_id = message.envelope_id;
  out.body = message.body;
  out.is_utf8 = message.is_utf8;
  out.requires_tls = message.requires_tls;
  out.group = message.group->id;
  out.address = message.group->mail;
  out.author = shown(header, "From");
  out.subject = shown(header, "Subject");
  out.message_id = shown(header, "Message-ID");
  out.arrived = message.arrived == UtcSeconds() ? now : message.arrived;
  out.expires = now + lifetime;
  out.size = message.bytes.size();
  out.checksum = crc32c(message.bytes);
  return out;
}

std::string decision_of(const Held& held) {
  return std::string(name_of(held.stage)) +
         (held.decided_by.empty() ? std::string() : " by " + held.decided_by);
}

}  // namespace

Result<std::unique_ptr<Moderation>> Moderation::open(Environment environment, std::string folder) {
  std::unique_ptr<Moderation> out(new Moderation(std::move(environment), std::move(folder)));
  KONTOR_TRY(io::make_directories(out->environment_.files, out->folder_));
  KONTOR_TRY(out->load_key());
  KONTOR_TRY(out->load());
  return out;
}

Result<void> Moderation::load_key() {
  const auto path = folder_ + "/key";
  auto read = io::read_file(environment_.files, path, k_key);
  if (read && read->size() == k_key) {
    key_ = *std::move(read);
    return {};
  }
  if (read || read.error().code() != Errc::not_found)
    return fail(Errc::corrupt,
                "moderation/key cannot be read; remove it, and letters that were "
                "sent before can be answered by the page alone");
  key_.resize(k_key);
  random_bytes(key_.data(), key_.size());
  return io::write_file_durably(environment_.files, path, key_);
}

Result<void> Moderation::load() {
  KONTOR_TRY(const auto names, environment_.files.list(folder_));
  for (const auto& name : names)
    if (name.ends_with(k_held)) load_one(name);
  // Of tries that did not end; what cannot be read, or is of a later version, keeps its message.
  for (const auto& name : names) {
    if (!name.ends_with(k_message)) continue;
    const auto head = name.substr(0, name.size() - k_message.size()) + std::string(k_held);
    const bool is_known = std::ranges::any_of(names, [&](const auto& one) {
      return one == head || one == head + std::string(k_damaged);
    });
    if (!is_known) static_cast<void>(environment_.files.remove(folder_ + '/' + name).has_value());
  }
  return {};
}

void Moderation::load_one(const std::string& name) {
  const auto path = folder_ + '/' + name;
  const auto bytes = io::read_file(environment_.files, path, k_longest_held);
  auto held = bytes ? parse_held(*bytes) : fail(bytes.error());
  if (held && held->id + std::string(k_held) != name) held = fail(Errc::corrupt, "another's name");
  if (held) {
    auto id = held->id;
    table_.with(
        [&](Table& table) { table.rows.emplace(std::move(id), Row{*std::move(held), true}); });
    return;
  }
  environment_.log.emit(log::events::k_moderation_damaged, held.error(),
                        {{Keys::file, "moderation/" + name}});
  // A later version's stays where it is.
  if (held.error().code() == Errc::corrupt)
    static_cast<void>(environment_.files.rename(path, path + std::string(k_damaged)).has_value());
}

std::string Moderation::path_of(const std::string& id, std::string_view ending) const {
  return folder_ + '/' + id + std::string(ending);
}

// --- the table

std::optional<Held> Moderation::take(const std::string& id) {
  return table_.with([&](Table& table) -> std::optional<Held> {
    const auto row = table.rows.find(id);
    if (row == table.rows.end() || !table.busy.insert(id).second) return std::nullopt;
    return row->second.held;
  });
}

void Moderation::give_back(const std::string& id) {
  table_.with([&](Table& table) { table.busy.erase(id); });
}

// A moderator may answer before the task that wrote to him has put down that it did.
Task<std::optional<Held>> Moderation::take_in_turn(std::string id) {
  const auto deadline = environment_.clock.steady() + k_patience;
  net::Signal never;
  auto held = take(id);
  while (!held && find(id) && environment_.clock.steady() < deadline) {
    static_cast<void>(co_await never.wait(k_pause));
    held = take(id);
  }
  co_return held;
}

std::vector<Held> Moderation::list() const {
  auto out = table_.with([](const Table& table) {
    std::vector<Held> all;
    for (const auto& [id, row] : table.rows) all.push_back(row.held);
    return all;
  });
  std::ranges::sort(out, {}, [](const Held& one) { return std::pair(one.arrived, one.id); });
  return out;
}

Result<Held> Moderation::find(const std::string& id) const {
  return table_.with([&](const Table& table) -> Result<Held> {
    const auto row = table.rows.find(id);
    if (row == table.rows.end()) return fail(Errc::not_found, "there is no such message");
    return row->second.held;
  });
}

bool Moderation::is_approved(const std::string& trace, const directory::PrincipalId& group) const {
  const auto id = held_id(trace, group);
  return table_.with([&](const Table& table) {
    const auto row = table.rows.find(id);
    return row != table.rows.end() && row->second.held.stage == Stage::approved;
  });
}

std::vector<std::string> Moderation::due() const {
  const auto now = environment_.clock.now();
  const auto memory = longest_memory();
  return table_.with([&](const Table& table) {
    std::vector<std::string> out;
    for (const auto& [id, row] : table.rows) {
      const auto& held = row.held;
      const bool waits = held.stage == Stage::waiting;
      const bool is_due = waits          ? !held.is_asked || held.expires <= now
                          : held.is_done ? held.decided + memory <= now
                                         : true;
      if (is_due && !table.busy.contains(id)) out.push_back(id);
    }
    return out;
  });
}

// Until the next one's time is over.
std::chrono::seconds Moderation::next_turn() const {
  const auto now = environment_.clock.now();
  return table_.with([&](const Table& table) {
    std::chrono::seconds out = k_tick;
    for (const auto& [id, row] : table.rows)
      if (row.held.stage == Stage::waiting)
        out = std::min(out, std::max<std::chrono::seconds>(row.held.expires - now, k_least_pause));
    return out;
  });
}

// Longer than an approved message can be in the queue.
std::chrono::seconds Moderation::longest_memory() const {
  return std::max<std::chrono::seconds>(environment_.settings.queue.lifetime + k_day,
                                        k_least_memory);
}

Task<Result<void>> Moderation::write(Held held) {
  auto work = [this, held] {
    return io::write_file_durably(environment_.files, path_of(held.id, k_held), format_held(held));
  };
  KONTOR_CO_TRY(co_await io::on_pool(environment_.disk, std::move(work)));
  table_.with([&](Table& table) {
    const auto row = table.rows.find(held.id);
    if (row != table.rows.end()) row->second.held = std::move(held);
  });
  co_return Result<void>();
}

Task<Result<void>> Moderation::write_new(Held held, std::string bytes) {
  auto work = [this, held, bytes = std::move(bytes)]() -> Result<void> {
    KONTOR_TRY(io::write_file_durably(environment_.files, path_of(held.id, k_message), bytes));
    return io::write_file_durably(environment_.files, path_of(held.id, k_held), format_held(held));
  };
  co_return co_await io::on_pool(environment_.disk, std::move(work));
}

// --- what comes

Task<Result<void>> Moderation::hold(delivery::HeldMessage message) {
  auto held =
      held_of(message, environment_.clock.now(), environment_.settings.groups.moderation_lifetime);
  const bool is_new = table_.with([&](Table& table) {
    return !table.rows.contains(held.id) && table.busy.insert(held.id).second;
  });
  if (!is_new) {
    // Another task may be writing it just now: then it is not known yet whether it will be there.
    if (find(held.id)) co_return Result<void>();
    co_return fail(Errc::busy, "the same message is being taken");
  }
  const auto written = co_await write_new(held, std::move(message.bytes));
  table_.with([&](Table& table) {
    if (written) table.rows.emplace(held.id, Row{held, false});
    table.busy.erase(held.id);
  });
  if (!written) co_return written;
  note(held, What::queued, "held for the moderators of " + held.address);
  wake_.raise();
  co_return Result<void>();
}

bool Moderation::is_answer_address(std::string_view address) const {
  const auto at = address.rfind('@');
  return at != std::string_view::npos && id_in(address.substr(0, at), key_).has_value();
}

Task<Result<void>> Moderation::answer(std::string address,
                                      directory::PrincipalId person,
                                      std::string message) {
  const auto refuse = [&](Errc code, std::string why) -> Result<void> {
    environment_.log.emit(log::events::k_moderation_answer_refused,
                          {{Keys::address, person.text()}, {Keys::reason, why}});
    return fail(code, std::move(why));
  };
  const auto id = id_in(std::string_view(address).substr(0, address.rfind('@')), key_);
  if (!id) co_return refuse(Errc::not_found, "no message waits for this answer");
  const auto held = find(*id);
  if (!held) co_return refuse(Errc::not_found, "this message was decided about long ago");
  if (!is_moderator(*held, person))
    co_return refuse(Errc::no_permission, "you do not decide about mail to this group");
  const auto& mime = environment_.settings.mime;
  auto verdict = read_verdict(message, {mime.max_depth, mime.max_parts});
  if (!verdict)
    co_return refuse(Errc::bad_input, "write approve or reject as the first word of the answer");
  const auto who = environment_.directory.current()->find(person);
  auto decided = co_await decide(*id, *std::move(verdict), who ? who->mail : person.text());
  if (!decided && decided.error().code() == Errc::conflict)
    co_return refuse(Errc::conflict, decided.error().detail());
  co_return decided;
}

bool Moderation::is_moderator(const Held& held, const directory::PrincipalId& person) const {
  const auto* delivery = delivery_.load();
  const auto copy = environment_.directory.current();
  const auto group = copy->find(held.group);
  if (delivery == nullptr || !group) return false;
  return std::ranges::any_of(delivery->senders().moderators_of(*copy, *group),
                             [&](const auto& one) { return one->id == person; });
}

std::string Moderation::proof_of(std::string_view id, const directory::PrincipalId& person) const {
  return hex_encode(crypto::hmac_sha256(key_, "form\n" + std::string(id) + '\n' + person.text()));
}

Task<Result<std::string>> Moderation::read(std::string id) const {
  KONTOR_CO_TRY(const auto held, find(id));
  auto work = [this, id = std::move(id)] {
    return io::read_file(environment_.files, path_of(id, k_message), k_longest_message);
  };
  KONTOR_CO_TRY(auto bytes, co_await io::on_pool(environment_.disk, std::move(work)));
  if (bytes.size() != held.size || crc32c(bytes) != held.checksum)
    co_return fail(Errc::corrupt, "the held message is damaged");
  co_return bytes;
}

Task<Result<void>> Moderation::decide(std::string id, Verdict verdict, std::string by) {
  const auto wanted = verdict.is_approved ? Stage::approved : Stage::rejected;
  auto held = co_await take_in_turn(id);
  if (!held) {
    if (const auto known = find(id); !known) co_return fail(known.error());
    co_return fail(Errc::busy, "this message is being worked on; try again");
  }
  if (held->stage != Stage::waiting) {
    give_back(id);
    if (held->stage == wanted) co_return Result<void>();
    co_return fail(Errc::conflict, "this message is " + decision_of(*held) + " already");
  }
  held->stage = wanted;
  held->decided = environment_.clock.now();
  held->decided_by = std::move(by);
  held->reason = std::move(verdict.reason);
  const auto written = co_await write(*held);
  give_back(id);
  if (!written) co_return written;
  environment_.log.emit(
      wanted == Stage::approved ? log::events::k_moderation_approved
                                : log::events::k_moderation_rejected,
      {{Keys::trace, held->trace}, {Keys::address, held->address}, {Keys::user, held->decided_by}});
  note(*held, wanted == Stage::approved ? What::ruled : What::rejected, decision_of(*held));
  co_await work_on(id);
  co_return Result<void>();
}

// --- what is done about it

Task<void> Moderation::turn() {
  for (const auto& id : due())
    if (!is_stopping_) co_await work_on(id);
}

Task<void> Moderation::run() {
  while (!is_stopping_) {
    co_await turn();
    if (!is_stopping_) (void)co_await wake_.wait(next_turn());
  }
}

void Moderation::stop() {
  is_stopping_ = true;
  wake_.raise();
}

Task<void> Moderation::work_on(std::string id) {
  const auto held = take(id);
  if (!held) co_return;
  const auto done = co_await do_next(*held);
  table_.with([&](Table& table) {
    const auto row = table.rows.find(id);
    if (row != table.rows.end() && !done) row->second.may_be_queued = true;
    table.busy.erase(id);
  });
  if (!done)
    environment_.log.emit(log::events::k_moderation_not_done, done.error(),
                          {{Keys::trace, held->trace}, {Keys::address, held->address}});
}

Task<Result<void>> Moderation::do_next(Held held) {
  const auto now = environment_.clock.now();
  if (held.stage == Stage::waiting && held.expires <= now) {
    held.stage = Stage::expired;
    held.decided = now;
    KONTOR_CO_TRY(co_await write(held));
    environment_.log.emit(log::events::k_moderation_expired,
                          {{Keys::trace, held.trace}, {Keys::address, held.address}});
    note(held, What::expired, "no moderator decided in time");
  }
  if (held.stage == Stage::waiting) {
    if (held.is_asked) co_return Result<void>();
    co_return co_await ask(std::move(held));
  }
  if (!held.is_done) co_return co_await carry_out(std::move(held));
  co_await forget(std::move(held));
  co_return Result<void>();
}

Task<Result<void>> Moderation::ask(Held held) {
  const auto* delivery = delivery_.load();
  const auto copy = environment_.directory.current();
  if (delivery == nullptr || copy->generation() == 0)
    co_return fail(Errc::unavailable, "nobody is known yet");
  std::vector<std::string> to;
  if (const auto group = copy->find(held.group))
    for (const auto& one : delivery->senders().moderators_of(*copy, *group))
      to.push_back(one->mail);
  if (!to.empty()) {
    KONTOR_CO_TRY(const auto message, co_await read(held.id));
    const auto& settings = environment_.settings;
    const auto port = settings.server.port_base + k_https;
    const auto link = "https://" + settings.server.name +
                      (port == k_https ? std::string() : ':' + std::to_string(port)) +
                      "/moderation/" + held.id;
    const auto answers_to = token_of(held.id, key_) + held.address.substr(held.address.rfind('@'));
    auto bytes = letter_of({held, message, settings.queue.notice_languages, to,
                            settings.server.name, answers_to, link, environment_.clock.now()});
    queue::Envelope envelope;
    envelope.trace = delivery::make_trace_id();
    envelope.size = bytes.size();
    envelope.arrived = environment_.clock.now();
    envelope.is_ours = envelope.is_made_here = true;
    envelope.is_utf8 = !mime::is_ascii(header_of(bytes)) || held.is_utf8;
    envelope.requires_tls = held.requires_tls;  // the message goes along
    if (!mime::is_ascii(bytes)) envelope.body = queue::Body::mime8;
    std::vector<queue::Recipient> recipients(to.size());
    for (std::size_t i = 0; i < to.size(); ++i) {
      recipients[i].address = to[i];
      recipients[i].notify = queue::k_notify_never;
    }
    KONTOR_CO_TRY(co_await environment_.queue.add(std::move(envelope), std::move(recipients),
                                                  std::move(bytes)));
  }
  held.is_asked = true;
  KONTOR_CO_TRY(co_await write(held));
  environment_.log.emit(
      to.empty() ? log::events::k_moderation_unasked : log::events::k_moderation_held,
      {{Keys::trace, held.trace},
       {Keys::address, held.address},
       {Keys::sender, held.sender},
       {Keys::count, to.size()}});
  co_return Result<void>();
}

Task<Result<void>> Moderation::carry_out(Held held) {
  auto bytes = co_await read(held.id);
  if (!bytes && bytes.error().code() != Errc::not_found) co_return fail(bytes.error());
  if (bytes && held.stage == Stage::approved) {
    KONTOR_CO_TRY(co_await release(held, *std::move(bytes)));
  } else if (bytes) {
    KONTOR_CO_TRY(co_await send_back(held, *std::move(bytes)));
  }
  held.is_done = held.is_kept = true;
  KONTOR_CO_TRY(co_await write(held));
  auto work = [this, id = held.id] {
    static_cast<void>(environment_.files.remove(path_of(id, k_message)).has_value());
  };
  co_await io::on_pool(environment_.disk, std::move(work));
  co_return Result<void>();
}

queue::Envelope Moderation::envelope_of(const Held& held, std::size_t size) const {
  queue::Envelope out;
  out.trace = held.trace;
  out.sender = held.sender;
  out.envelope_id = held.envelope_id;
  out.body = static_cast<queue::Body>(held.body);
  out.is_utf8 = held.is_utf8;
  out.requires_tls = held.requires_tls;
  out.size = size;
  out.arrived = environment_.clock.now();  // its time in the queue begins now
  return out;
}

bool Moderation::is_queued(const Held& held, const std::string& address) const {
  const bool may_be = table_.with([&](const Table& table) {
    const auto row = table.rows.find(held.id);
    return row != table.rows.end() && row->second.may_be_queued;
  });
  if (!may_be) return false;
  const auto found = environment_.queue.list(address, k_most_queued);
  return std::ranges::any_of(found,
                             [&](const auto& one) { return one.envelope.trace == held.trace; });
}

// Mailboxes are filled by the queue, which asks who is in the group once more; each address
// elsewhere gets its copy as from any group.
Task<Result<void>> Moderation::release(Held held, std::string bytes) {
  const auto* delivery = delivery_.load();
  const auto copy = environment_.directory.current();
  if (delivery == nullptr || copy->generation() == 0)
    co_return fail(Errc::unavailable, "nobody is known yet");
  const auto group = copy->find(held.group);
  delivery::Resolved to;
  if (group) to = delivery->resolve_approved(group, held.trace);
  if (environment_.journal && group && !held.is_kept) {
    KONTOR_CO_TRY(
        co_await environment_.journal({held.trace, held.sender, held.address, to, bytes}));
    held.is_kept = true;
    KONTOR_CO_TRY(co_await write(held));
  }
  KONTOR_CO_TRY(co_await release_outside(held, to, bytes));
  const bool is_outside_alone =
      !to.outside.empty() && to.mailboxes.empty() && to.folders.empty() && to.held.empty();
  if ((is_outside_alone && !held.sender.empty()) || is_queued(held, held.address))
    co_return Result<void>();
  auto envelope = envelope_of(held, bytes.size());
  std::vector<queue::Recipient> recipients(1);
  recipients[0].address = held.address;
  KONTOR_CO_TRY(co_await environment_.queue.add(std::move(envelope), std::move(recipients),
                                                std::move(bytes)));
  co_return Result<void>();
}

Task<Result<void>> Moderation::release_outside(const Held& held,
                                               const delivery::Resolved& to,
                                               const std::string& bytes) {
  // Of a notice the queue does it.
  if (to.outside.empty() || held.sender.empty() || went_through(bytes, held.address) ||
      is_queued(held, to.outside.front()))
    co_return Result<void>();
  auto copy = "Delivered-To: " + held.address + "\r\n" + bytes;
  auto envelope = envelope_of(held, copy.size());
  envelope.asked = held.address;
  std::vector<queue::Recipient> recipients(to.outside.size());
  for (std::size_t i = 0; i < recipients.size(); ++i) {
    recipients[i].address = to.outside[i];
    recipients[i].original = "rfc822;" + held.address;
  }
  KONTOR_CO_TRY(
      co_await environment_.queue.add(std::move(envelope), std::move(recipients), std::move(copy)));
  co_return Result<void>();
}

// By a notice as for mail that cannot be delivered (RFC 3464).
Task<Result<void>> Moderation::send_back(const Held& held, std::string bytes) {
  const auto group = environment_.directory.current()->find(held.group);
  const auto flags = group ? group->mail_rules.moderation_flags : 6U;
  const auto at = held.sender.rfind('@');
  const bool is_from_here =
      at != std::string::npos &&
      environment_.directory.current()->is_local_domain(to_lower(held.sender.substr(at + 1)));
  // msExchModerationFlags: 2 tells senders of the organisation, 4 others.
  if (held.sender.empty() || (flags & (is_from_here ? 2U : 4U)) == 0) co_return Result<void>();
  queue::Outcome outcome;
  outcome.fate = queue::Fate::failed;
  outcome.status = held.stage == Stage::expired ? "4.4.7" : "5.7.1";
  outcome.reason = held.stage == Stage::expired
                       ? "no moderator of the group decided in time"
                       : "a moderator of the group rejected the message" +
                             (held.reason.empty() ? std::string() : ": " + held.reason);
  std::vector<queue::Recipient> recipients(1);
  recipients[0].address = held.address;
  std::vector<queue::Outcome> outcomes(1, std::move(outcome));
  auto envelope = envelope_of(held, bytes.size());
  co_return co_await environment_.queue.tell(std::move(envelope), std::move(recipients),
                                             std::move(outcomes), std::move(bytes));
}

Task<void> Moderation::forget(Held held) {
  auto work = [this, id = held.id] {
    static_cast<void>(environment_.files.remove(path_of(id, k_message)).has_value());
    return environment_.files.remove(path_of(id, k_held));
  };
  const auto removed = co_await io::on_pool(environment_.disk, std::move(work));
  if (removed) table_.with([&](Table& table) { table.rows.erase(held.id); });
}

void Moderation::note(const Held& held, What what, std::string text) const {
  message_trace::Step step;
  step.what = what;
  step.trace = held.trace;
  step.arrived = held.arrived;
  step.recipient = held.address;
  step.text = std::move(text);
  message_trace::note(environment_.trace, std::move(step));
}

}  // namespace kontor::moderation
