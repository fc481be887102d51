// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/filter/scan/scanning.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/core/text.hpp"
#include "base/log/events/checks.hpp"
#include "base/log/keys.hpp"
#include "server/filter/printable.hpp"
#include "server/filter/scan/clamd.hpp"

namespace kontor::filter {
namespace {

constexpr std::size_t k_most_reason = 200, k_most_score = 60;

std::string field_of(std::string_view text) {
  return fmt::format("{}: {}\r\n", Scanning::k_field, text);
}

// For the message trace.
void say(Scanned& out, const std::string& program, const std::string& words) {
  if (!out.words.empty()) out.words += "; ";
  out.words += program + ": " + words;
}

// The fields that rspamd and SpamAssassin write.
bool is_score(std::string_view name) {
  constexpr std::array<std::string_view, 3> k_names{"X-Spam-Score", "X-Rspamd-Score",
                                                    "X-Spamd-Result"};
  return std::ranges::any_of(k_names, [&](auto one) { return iequals(one, name); });
}

}  // namespace

Scanning::Scanning(const config::Settings& settings, scan::Dial dial)
    : settings_(settings), dial_(std::move(dial)) {
  if (auto address = config::parse_service_address(settings.scan.clamd))
    clamd_ = Service{*std::move(address), settings.scan.clamd};
  for (const auto& row : settings.scan.milters)
    if (auto address = config::parse_service_address(row))
      milters_.push_back({*std::move(address), row});
}

void Scanning::note_silence(const Service& service,
                            const Error& error,
                            Scanned& out,
                            const scan::Mail& mail,
                            const log::Context& log) const {
  log.emit(log::events::k_scanner_silent, error,
           {{log::Keys::trace, mail.trace}, {log::Keys::destination, service.name}});
  say(out, service.name, "no answer: " + error.text());
  if (!settings_.scan.fail_open)
    out.refusal = Refusal{451, "4.3.0", "the message could not be scanned; try again later"};
}

Task<void> Scanning::look_for_virus(Scanned& out,
                                    const scan::Mail& mail,
                                    const log::Context& log) const {
  const auto deadline = std::chrono::steady_clock::now() + settings_.scan.timeout;
  auto stream = co_await dial_(clamd_->address, scan::time_left(deadline));
  auto virus = stream ? co_await scan::ask_clamd(**stream, out.message, deadline)
                      : Result<std::string>(fail(stream.error()));
  if (stream) co_await (*stream)->close();
  if (!virus) {
    note_silence(*clamd_, virus.error(), out, mail, log);
    co_return;
  }
  say(out, clamd_->name, virus->empty() ? "no virus" : "virus " + *virus);
  if (virus->empty()) co_return;
  out.has_virus = true;
  log.emit(log::events::k_virus_found, {{log::Keys::trace, mail.trace},
                                        {log::Keys::sender, mail.sender},
                                        {log::Keys::detail, *virus}});
  if (settings_.scan.virus == "refuse")
    out.refusal = Refusal{554, "5.7.0", "the message holds a virus: " + *virus};
  else {
    out.field += field_of("virus=" + *virus);
    out.virus = printable(*virus, k_most_reason);
  }
}

Task<void> Scanning::ask(const Service& milter,
                         Scanned& out,
                         const scan::Mail& mail,
                         const log::Context& log) const {
  using Kind = scan::MilterChange::Kind;
  const auto deadline = std::chrono::steady_clock::now() + settings_.scan.timeout;
  auto stream = co_await dial_(milter.address, scan::time_left(deadline));
  auto verdict = stream ? co_await scan::ask_milter(**stream, mail, out.message, deadline)
                        : Result<scan::MilterVerdict>(fail(stream.error()));
  if (stream) co_await (*stream)->close();
  if (!verdict) {
    note_silence(milter, verdict.error(), out, mail, log);
    co_return;
  }
  const auto& refusal = verdict->refusal;
  say(out, milter.name,
      refusal               ? fmt::format("refused with {} {}", refusal->code, refusal->text)
      : verdict->is_dropped ? std::string("dropped it")
                            : fmt::format("taken, {} changes", verdict->changes.size()));
  log.emit(log::events::k_milter_asked,
           {{log::Keys::trace, mail.trace},
            {log::Keys::destination, milter.name},
            {log::Keys::count, verdict->changes.size()},
            {log::Keys::reason,
             refusal ? fmt::format("{} {} {}", refusal->code, refusal->status, refusal->text)
             : verdict->is_dropped ? "dropped"
                                   : ""}});
  if (refusal)
    out.refusal = Refusal{refusal->code,
                          !refusal->status.empty() ? refusal->status
                          : refusal->code < 500    ? "4.7.1"
                                                   : "5.7.1",
                          refusal->text.empty() ? "a filter refused this message" : refusal->text};
  out.is_dropped = verdict->is_dropped;
  for (const auto& change : verdict->changes) {
    if (change.kind == Kind::quarantine) out.quarantine = printable(change.value, k_most_reason);
    if (change.kind == Kind::delete_recipient) out.recipients.push_back(change.value);
    if (is_score(change.name)) out.score = printable(trim(change.value), k_most_score);
  }
  out.message = scan::changed_message(std::move(out.message), verdict->changes);
}

Task<Scanned> Scanning::run(scan::Mail mail, std::string message, const log::Context& log) const {
  Scanned out;
  out.message = std::move(message);
  if (clamd_) co_await look_for_virus(out, mail, log);
  for (const auto& milter : milters_) {
    if (out.refusal || out.is_dropped) break;
    co_await ask(milter, out, mail, log);
  }
  if (!out.quarantine.empty()) out.field += field_of("quarantine=" + out.quarantine);
  co_return out;
}

}  // namespace kontor::filter
