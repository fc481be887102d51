// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/collector/intake.hpp"

#include <fmt/format.h>

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

  void add(const std::string& address, delivery::Resolved resolved) {
    const bool goes_on = !resolved.outside.empty();
    if (goes_on) elsewhere.emplace_back(address, std::move(resolved.outside));
    if (!resolved.mailboxes.empty())
      recipients.push_back(
          {address, std::move(resolved.mailboxes), resolved.is_catch_all, goes_on});
  }
  bool is_empty() const { return recipients.empty() && elsewhere.empty(); }
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
  // A message that begins with a blank would go on in the field before it: not in that one.
  const auto fields =
      collected_field(source.id) +
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
