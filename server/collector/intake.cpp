// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/collector/intake.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/core/text.hpp"
#include "base/crypto/digest.hpp"
#include "base/mime/header.hpp"
#include "server/collector/recipients.hpp"
#include "server/filter/results.hpp"

namespace kontor::collector {
namespace {

using delivery::Verdict;

constexpr std::size_t k_trace_size = 20;  // as delivery::make_trace_id()

struct Prepared {
  bool is_loop = false;
  std::string sender;
  std::vector<std::string> addresses;  // of multidrop
  std::string body;                    // the message without the fields of its new delivery
  std::string added;                   // fields by which others say what they found
};

// RFC 5321, 4.4: how it came here. "with" is a word of the registry or one's own.
std::string received_field(const Source& source,
                           const Arrived& arrived,
                           const std::string& own_name,
                           UtcSeconds now) {
  const bool is_v6 = arrived.peer.find(':') != std::string::npos;
  const auto literal = (is_v6 ? "[IPv6:" : "[") + arrived.peer + "]";
  const bool has_tls = source.tls != Tls::none;
  auto protocol = to_upper(name_of(source.protocol));
  if (has_tls) protocol += 'S';
  return fmt::format("Received: from {} ({})\r\n\tby {} (Kontor) with {} id {};\r\n\t{}\r\n",
                     source.host, literal, own_name, protocol, arrived.trace,
                     mime::format_date(now));
}

bool is_here(const delivery::Resolved& resolved) {
  return resolved.verdict == Verdict::deliver || resolved.is_early;
}

Prepared prepare(const Source& source,
                 const config::Settings& settings,
                 const delivery::Delivery& delivery,
                 std::string bytes) {
  Prepared out;
  bytes = filter::without_own_results(with_crlf(std::move(bytes)), settings.server.name);
  const auto header = header_of(bytes);
  out.is_loop =
      was_collected(header, source.id) || count_received(header) >= settings.smtp.max_hops;
  out.sender = sender_in(header);
  if (source.is_multidrop)
    out.addresses = addresses_in(header, source.fields, source.hops, [&](std::string_view address) {
      return is_here(delivery.resolve(address));
    });
  out.body = without_first_return_path(bytes);
  return out;
}

struct Route {
  std::vector<delivery::Recipient> recipients;
  std::vector<std::pair<std::string, std::vector<std::string>>> elsewhere;
  std::vector<std::pair<std::string, delivery::Resolved>> all;  // as they were found
  delivery::Principals held;                                    // groups that wait for a moderator

  void add(const std::string& address, delivery::Resolved resolved) {
    all.emplace_back(address, resolved);
    held.insert(held.end(), resolved.held.begin(), resolved.held.end());
    const bool goes_on = !resolved.outside.empty();
    if (goes_on) elsewhere.emplace_back(address, std::move(resolved.outside));
    if (!resolved.mailboxes.empty())
      recipients.push_back(
          {address, std::move(resolved.mailboxes), resolved.is_catch_all, goes_on});
  }
  bool is_empty() const { return recipients.empty() && elsewhere.empty() && held.empty(); }
  void drop(const std::string& address) {
    const auto is_it = [&](const auto& one) { return iequals(one.address, address); };
    const auto is_first = [&](const auto& one) { return iequals(one.first, address); };
    std::erase_if(recipients, is_it);
    std::erase_if(elsewhere, is_first);
    for (const auto& [name, resolved] : all)
      if (iequals(name, address))
        std::erase_if(held, [&](const auto& group) {
          return std::ranges::find(resolved.held, group) != resolved.held.end();
        });
    std::erase_if(all, is_first);
  }
};

Result<Route> route_of(const Source& source,
                       const delivery::Delivery& delivery,
                       const Prepared& prepared) {
  Route out;
  delivery::Sender sender;
  sender.address = prepared.sender;
  for (const auto& address : prepared.addresses) {
    auto resolved = delivery.resolve(address);
    if (resolved.is_early) return fail(Errc::unavailable, "not everybody is known yet");
    if (resolved.verdict != Verdict::deliver) continue;
    // Who may send to a list is asked as it is of mail that nobody signed in for.
    if (delivery.admit(resolved, sender) != delivery::Admission::allowed) continue;
    out.add(address, std::move(resolved));
  }
  if (!out.is_empty()) return out;
  KONTOR_TRY(auto box, resolve_box(source, delivery));
  out.add(source.to, std::move(box));
  return out;
}

}  // namespace

std::string trace_of(const Source& source, const std::string& validity, const std::string& key) {
  const auto digest =
      crypto::sha256("kontor-collector\n" + source.id.bytes() + validity + '\n' + key);
  return hex_encode(digest).substr(0, k_trace_size);
}

Result<delivery::Resolved> resolve_box(const Source& source, const delivery::Delivery& delivery) {
  auto resolved = delivery.resolve(source.to);
  if (resolved.is_early) return fail(Errc::unavailable, "not everybody is known yet");
  if (resolved.verdict != Verdict::deliver)
    return fail(Errc::not_found, fmt::format("{} is no mailbox here ({})", source.to,
                                             delivery::name_of(resolved.verdict)));
  return resolved;
}

namespace {

// What other programs found, put before the message where that has to be seen.
Task<Result<void>> scan(const Source& source,
                        const IntakeEnvironment& environment,
                        const Arrived& arrived,
                        Prepared& prepared,
                        Route& route,
                        Intaken& out) {
  const auto* scanning = environment.scanning;
  if (scanning == nullptr || !scanning->is_enabled() || !environment.log) co_return Result<void>();
  filter::scan::Mail mail;
  mail.client = arrived.peer;
  mail.hello = source.host;
  mail.sender = prepared.sender;
  for (const auto& [address, resolved] : route.all) mail.recipients.push_back(address);
  mail.trace = arrived.trace;
  mail.server_name = environment.settings.server.name;
  auto scanned =
      co_await scanning->run(std::move(mail), std::move(prepared.body), *environment.log);
  prepared.body = std::move(scanned.message);
  if (!scanned.words.empty()) {
    message_trace::Step step;
    step.what = message_trace::What::scanned;
    step.trace = arrived.trace;
    step.text = scanned.words;
    step.marks = scanned.has_virus ? message_trace::k_virus : message_trace::Marks{0};
    message_trace::note(environment.trace, std::move(step));
  }
  // Nobody can be told that it is refused: a virus stays where it is, other things are junk.
  if (scanned.refusal && scanned.refusal->code < 500)
    co_return fail(Errc::unavailable, scanned.refusal->text);
  if (scanned.refusal && scanned.has_virus) out.refusal = scanned.refusal->text;
  if (scanned.refusal && !scanned.has_virus) scanned.quarantine = scanned.refusal->text;
  out.is_dropped = scanned.is_dropped;
  for (auto gone : scanned.recipients) {
    if (gone.starts_with('<') && gone.ends_with('>')) gone = gone.substr(1, gone.size() - 2);
    route.drop(gone);
  }
  prepared.added = scanned.field;
  if (!scanned.quarantine.empty()) prepared.added.insert(0, filter::junk_field(scanned.quarantine));
  co_return Result<void>();
}

void tell_arrival(const Source& source,
                  const IntakeEnvironment& environment,
                  const Arrived& arrived,
                  const Prepared& prepared,
                  const Route& route) {
  if (environment.trace == nullptr) return;
  const auto header = header_of(prepared.body);
  message_trace::Step step;
  step.trace = arrived.trace;
  step.arrival = std::make_unique<message_trace::Arrival>();
  auto& arrival = *step.arrival;
  arrival.protocol = name_of(source.protocol);
  arrival.client = arrived.peer;
  arrival.hello = source.host;
  arrival.account = source.name;
  arrival.sender = prepared.sender;
  arrival.message_id = mime::field_value(header, "Message-ID").value_or("");
  if (environment.settings.message_trace.subjects)
    arrival.subject = mime::decode_words(mime::field_value(header, "Subject").value_or(""));
  arrival.size = prepared.body.size();
  for (const auto& [address, resolved] : route.all) arrival.recipients.push_back(address);
  if (!prepared.added.empty() && prepared.added.starts_with("X-Kontor-Junk"))
    step.marks = message_trace::k_junk;
  environment.trace->note(std::move(step));
}

// Groups that wait for a moderator, and copies for archives.
Task<Result<void>> keep_others(const IntakeEnvironment& environment,
                               const std::string& trace,
                               const std::string& sender,
                               const Route& route,
                               const std::string& message) {
  if (environment.journal) {
    Fetching mail{trace, sender, route.all, message};
    KONTOR_CO_TRY(co_await environment.journal(std::move(mail)));
  }
  auto* moderator = environment.delivery.moderator();
  for (const auto& group : route.held) {
    if (moderator == nullptr) break;
    delivery::HeldMessage held;
    held.trace = trace;
    held.sender = sender;
    held.body = 1;  // queue::Body::mime8
    held.group = group;
    held.bytes = message;
    KONTOR_CO_TRY(co_await moderator->hold(std::move(held)));
  }
  co_return Result<void>();
}

}  // namespace

Task<Result<Intaken>> take_in(const Source& source,
                              const IntakeEnvironment& environment,
                              Arrived arrived) {
  auto& delivery = environment.delivery;
  const auto& settings = environment.settings;
  const bool is_large = arrived.bytes.size() > delivery::k_large_message;
  auto work = [&source, &settings, &delivery, bytes = std::move(arrived.bytes)]() mutable {
    return prepare(source, settings, delivery, std::move(bytes));
  };
  auto prepared = is_large ? co_await io::on_pool(environment.workers, std::move(work)) : work();
  Intaken out;
  out.is_loop = prepared.is_loop;
  if (out.is_loop) co_return out;
  KONTOR_CO_TRY(auto route, route_of(source, delivery, prepared));
  KONTOR_CO_TRY(co_await scan(source, environment, arrived, prepared, route, out));
  tell_arrival(source, environment, arrived, prepared, route);
  if (out.is_dropped || !out.refusal.empty() || route.is_empty()) co_return out;
  // A message that begins with a blank would go on in the field before it: not in that one.
  const auto fields =
      prepared.added + collected_field(source.id) +
      received_field(source, arrived, settings.server.name, environment.clock.now());
  delivery::Envelope envelope;
  envelope.trace = arrived.trace;
  envelope.sender = prepared.sender;
  envelope.recipients = std::move(route.recipients);
  envelope.is_queued = true;     // another try is the collector's work
  envelope.may_be_there = true;  // an earlier one may have ended with the server
  out.recipients = envelope.recipients.size() + route.elsewhere.size();
  const auto message = fields + prepared.body;
  out.size = message.size();
  KONTOR_CO_TRY(co_await keep_others(environment, arrived.trace, prepared.sender, route, message));
  auto results = co_await delivery.deliver(std::move(envelope),
                                           "Return-Path: <" + prepared.sender + ">\r\n" + message);
  for (auto& result : results) {
    KONTOR_CO_TRY(std::move(result));
  }
  for (auto& [from, to] : route.elsewhere) {
    if (!environment.send_on)
      co_return fail(Errc::unsupported, from + " stands for addresses elsewhere");
    KONTOR_CO_TRY(co_await environment.send_on(
        {arrived.trace, prepared.sender, from, std::move(to), message}));
  }
  co_return out;
}

}  // namespace kontor::collector
