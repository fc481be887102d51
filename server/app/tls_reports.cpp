// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/app/tls_reports.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/core/uuid.hpp"
#include "base/log/events/reports.hpp"
#include "base/mime/idna.hpp"
#include "base/net/gzip.hpp"
#include "server/app/own_letter.hpp"
#include "server/http/fetch.hpp"

namespace kontor::app {

using log::Keys;
using reports::Day;
using reports::TlsTally;

namespace {

constexpr std::size_t k_id_size = 16;

std::string text_of(const reports::Destination& to) {
  return to.is_mail ? to.address : fmt::format("https://{}:{}{}", to.host, to.port, to.path);
}

// The policies of each domain by themselves.
std::map<std::string, TlsTally> by_domain(const TlsTally& tally) {
  std::map<std::string, TlsTally> out;
  for (const auto& [policy, counts] : tally) out[policy.domain].emplace(policy, counts);
  return out;
}

}  // namespace

Result<std::unique_ptr<TlsReports>> TlsReports::make(Environment environment) {
  KONTOR_TRY(auto authorities, net::ClientTlsContext::make(environment.settings.reports.ca_file));
  std::unique_ptr<TlsReports> made(new TlsReports(std::move(environment), std::move(authorities)));
  return made;
}

// RFC 8460, 3: a letter without a signature of its sender is ignored.
Task<Result<void>> TlsReports::mail(const Report& report, std::string to) {
  const auto& sender = environment_.settings.reports.tls_sender;
  const auto domain = mime::domain_to_ascii(std::string_view(sender).substr(sender.rfind('@') + 1));
  if (!domain || environment_.keys.keys_for(*domain).empty())
    co_return fail(
        Errc::unsupported,
        fmt::format("{} has no DKIM key that signs, and nobody reads a TLS report without "
                    "a signature: kontorctl dkim add",
                    domain ? *domain : sender));
  OwnLetter letter;
  letter.sender = sender;
  letter.recipient = to;
  letter.notify = queue::k_notify_never;
  letter.date = environment_.clock.now();
  letter.bytes = reports::tls_report_letter(
      {report.head, sender, to, report.domain, report.compressed, letter.date});
  co_return co_await enqueue(environment_.queue, std::move(letter));
}

Task<Result<void>> TlsReports::post(const Report& report, reports::Destination to) {
  http::FetchTerms terms{environment_.resolver, authorities_};
  terms.port = to.port;
  http::Wanted wanted{to.host, to.path, "application/tlsrpt+gzip", report.compressed};
  KONTOR_CO_TRY(const auto reply, co_await http::fetch(std::move(terms), std::move(wanted)));
  if (reply.status < 200 || reply.status > 299)
    co_return fail(Errc::unavailable, fmt::format("the web server answers {}", reply.status));
  co_return Result<void>();
}

Task<TlsReports::Told> TlsReports::tell(Day day, std::string domain, TlsTally tally) {
  const auto& settings = environment_.settings;
  const auto texts = co_await environment_.resolver.texts("_smtp._tls." + domain);
  Told told;
  if (!texts) {  // nobody wants it; or it is not known yet
    const auto code = texts.error().code();
    told.is_settled = code == Errc::not_found || code == Errc::bad_input;
    co_return told;
  }
  const auto destinations = reports::destinations_of(*texts);
  told.is_settled = true;
  if (destinations.empty()) co_return told;
  Report report;
  report.domain = domain;
  report.head.organisation = settings.server.name;
  report.head.contact =
      settings.reports.contact.empty() ? settings.reports.tls_sender : settings.reports.contact;
  report.head.id = io::day_name(day) + "." + Uuid::random().hex().substr(0, k_id_size);
  report.head.begin = day;
  report.head.end = day + std::chrono::days(1) - std::chrono::seconds(1);
  auto work = [head = report.head, tally = std::move(tally)] {
    return net::gzip(reports::tls_report_json(head, tally));
  };
  auto compressed = co_await io::on_pool(environment_.workers, std::move(work));
  if (!compressed) co_return Told{};
  report.compressed = *std::move(compressed);
  const auto log = environment_.log.with({{Keys::domain, domain}});
  for (const auto& to : destinations) {
    Result<void> done;
    if (to.is_mail)
      done = co_await mail(report, to.address);
    else
      done = co_await post(report, to);
    if (done) {
      ++told.sent;
      log.emit(log::events::k_tls_report_sent, {{Keys::address, text_of(to)}});
    } else {
      log.emit(log::events::k_tls_report_failed, done.error(), {{Keys::address, text_of(to)}});
    }
  }
  told.is_settled = told.sent > 0;  // nobody is to get it twice
  co_return told;
}

Task<std::uint64_t> TlsReports::send(bool all) {
  if (is_sending_.exchange(true)) co_return 0;
  const auto today = std::chrono::floor<std::chrono::days>(environment_.clock.now());
  std::uint64_t sent = 0;
  const auto days = environment_.results.days();
  for (const auto& [day, tally] : days) {
    if (day >= today && !all) continue;
    const auto domains = by_domain(tally);
    for (const auto& [domain, policies] : domains) {
      const auto told = co_await tell(day, domain, policies);
      sent += told.sent;
      if (!told.is_settled) continue;
      auto forget = [this, at = day, whom = domain] {
        return environment_.results.forget(at, whom);
      };
      (void)co_await io::on_pool(environment_.disk, std::move(forget));
    }
  }
  is_sending_ = false;
  co_return sent;
}

}  // namespace kontor::app
