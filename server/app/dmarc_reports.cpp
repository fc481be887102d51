// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/app/dmarc_reports.hpp"

#include <algorithm>

#include "base/core/text.hpp"
#include "base/core/uuid.hpp"
#include "base/log/events/checks.hpp"
#include "base/mime/idna.hpp"
#include "base/net/gzip.hpp"
#include "server/app/own_letter.hpp"
#include "server/filter/dmarc/record.hpp"
#include "server/filter/dmarc/report.hpp"

namespace kontor::app {

using filter::dmarc::Day;
using filter::dmarc::Outcomes;
using filter::dmarc::Published;
using log::Keys;

// RFC 7489, 7.1: another organisation says "v=DMARC1" at DOMAIN._report._dmarc.ITS-DOMAIN.
Task<Result<bool>> DmarcReports::is_wanted(std::string domain, std::string address) {
  const auto host = mime::domain_to_ascii(std::string_view(address).substr(address.rfind('@') + 1));
  if (!host) co_return false;
  if (suffixes_.organisation_of(*host) == suffixes_.organisation_of(domain)) co_return true;
  const auto texts = co_await environment_.resolver.texts(domain + "._report._dmarc." + *host);
  if (texts) co_return std::ranges::any_of(*texts, filter::dmarc::is_dmarc_record);
  if (texts.error().code() == Errc::not_found || texts.error().code() == Errc::bad_input)
    co_return false;
  co_return fail(texts.error());
}

Task<DmarcReports::Told> DmarcReports::tell(Day day, Published published, Outcomes outcomes) {
  const auto& settings = environment_.settings;
  Told told;
  told.is_settled = true;
  filter::dmarc::ReportHead head;
  head.organisation = settings.server.name;
  head.sender = settings.checks.report_sender;
  head.id = io::day_name(day) + "." + Uuid::random().hex().substr(0, 16);
  head.begin = day;
  head.end = std::min<UtcSeconds>(day + std::chrono::days(1) - std::chrono::seconds(1),
                                  environment_.clock.now());
  auto work = [head, published, outcomes = std::move(outcomes)] {
    return net::gzip(report_xml(head, published, outcomes));
  };
  const auto compressed = co_await io::on_pool(environment_.workers, std::move(work));
  if (!compressed) co_return Told{};
  const auto log = environment_.log.with({{Keys::domain, published.domain}});
  for (const auto& to :
       filter::dmarc::destinations_of(published.destinations, compressed->size())) {
    const auto wanted = co_await is_wanted(published.domain, to);
    Result<void> done;
    if (!wanted) {
      done = fail(wanted.error());
    } else if (!*wanted) {
      log.emit(log::events::k_dmarc_report_refused, {{Keys::address, to}});
      continue;
    } else {
      OwnLetter letter;
      letter.sender = head.sender;
      letter.recipient = to;
      letter.notify = queue::k_notify_never;
      letter.date = environment_.clock.now();
      letter.bytes = filter::dmarc::report_letter({head, published, to, *compressed, letter.date});
      done = co_await enqueue(environment_.queue, std::move(letter));
    }
    if (done) {
      ++told.letters;
      log.emit(log::events::k_dmarc_report_sent, {{Keys::address, to}});
    } else {
      told.is_settled = told.letters > 0;  // nobody is to get it twice
      log.emit(log::events::k_dmarc_report_failed, done.error(), {{Keys::address, to}});
    }
  }
  co_return told;
}

Task<std::uint64_t> DmarcReports::send(bool all) {
  if (is_sending_.exchange(true)) co_return 0;
  const auto today = std::chrono::floor<std::chrono::days>(environment_.clock.now());
  std::uint64_t letters = 0;
  for (const auto& [day, tally] : environment_.results.days()) {
    if (day >= today && !all) continue;
    for (const auto& [published, outcomes] : tally) {
      const auto told = co_await tell(day, published, outcomes);
      letters += told.letters;
      if (!told.is_settled) continue;
      auto forget = [this, at = day, whom = published] {
        return environment_.results.forget(at, whom);
      };
      (void)co_await io::on_pool(environment_.disk, std::move(forget));
    }
  }
  is_sending_ = false;
  co_return letters;
}

}  // namespace kontor::app
