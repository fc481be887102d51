// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/app/received_reports.hpp"

#include <boost/asio/strand.hpp>

#include "base/core/text.hpp"
#include "base/log/events/reports.hpp"
#include "base/mime/fields.hpp"
#include "base/mime/header.hpp"
#include "server/autodiscover/answers.hpp"
#include "server/filter/read_results.hpp"

namespace kontor::app {
namespace {

using log::Keys;
using reports::Arrival;

constexpr std::chrono::days k_ahead{2};  // clocks are wrong, and days end at other times elsewhere

std::string author_domain(std::string_view header) {
  const auto authors = mime::parse_addresses(mime::field_value(header, "From").value_or(""));
  return authors.empty() ? std::string() : to_lower(authors.front().mailbox.domain);
}

// What this server found out about the signatures; nothing: it did not look.
enum class Signed : std::uint8_t { unknown, yes, no };

Signed signed_by(std::string_view header, std::string_view server, std::string_view domain) {
  mime::HeaderField field;
  for (mime::FieldCursor cursor(header); cursor.next(field);) {
    if (!iequals(field.name, "Authentication-Results")) continue;
    const auto results = filter::read_results(field.value);
    if (!iequals(results.server, server)) continue;
    for (const auto& one : results.methods) {
      const auto signer = to_lower(one.property("header.d"));
      const bool is_his = !signer.empty() && (signer == domain || domain.ends_with("." + signer) ||
                                              signer.ends_with("." + std::string(domain)));
      if (one.method == "dkim" && one.result == "pass" && is_his) return Signed::yes;
    }
    return Signed::no;
  }
  return Signed::unknown;
}

// A domain of this server, or one below it.
bool is_ours(const config::Settings& settings,
             const directory::DirectoryCopy& copy,
             std::string_view domain) {
  while (!domain.empty()) {
    if (autodiscover::serves_domain(settings, copy, domain)) return true;
    const auto dot = domain.find('.');
    domain.remove_prefix(dot == std::string_view::npos ? domain.size() : dot + 1);
  }
  return false;
}

}  // namespace

template <class Report>
Result<void> ReceivedReports::check(const Report& report, std::string_view domain) const {
  const auto now = environment_.clock.now();
  if (!is_ours(environment_.settings, *environment_.directory.current(), domain))
    return fail(Errc::not_found,
                "it is about " + std::string(domain) + ", no domain of this server");
  if (report.end > now + k_ahead) return fail(Errc::bad_input, "it is about days to come");
  if (report.end + environment_.settings.reports.keep < now)
    return fail(Errc::bad_input, "it is about days long past");
  return {};
}

// RFC 8460, 3: a TLS report that its sender has not signed is ignored. What failed DMARC is
// somebody else's in either case.
Result<void> ReceivedReports::read(const std::string& message, const std::string& header) const {
  const auto& server = environment_.settings.server.name;
  Arrival arrival;
  arrival.sender = reports::shown(author_domain(header));
  arrival.received = environment_.clock.now();
  const auto is_signed = signed_by(header, server, arrival.sender);
  arrival.is_proven = is_signed == Signed::yes;
  if (filter::proof_of_author(header, server, arrival.sender) == filter::Proof::forged)
    return fail(Errc::no_permission, "its author is forged: DMARC failed");
  KONTOR_TRY(const auto document, reports::document_in(message));
  if (document.kind == reports::Kind::dmarc) {
    KONTOR_TRY(const auto report, reports::read_dmarc_report(document.text));
    KONTOR_TRY(check(report, report.domain));
    return environment_.received.keep(arrival, document, report);
  }
  if (is_signed == Signed::no)
    return fail(Errc::no_permission, "a TLS report without a signature of its sender");
  KONTOR_TRY(const auto report, reports::read_tls_report(document.text));
  for (const auto& policy : report.policies) {
    KONTOR_TRY(check(report, policy.domain));
  }
  return environment_.received.keep(arrival, document, report);
}

Task<void> ReceivedReports::take(std::shared_ptr<const std::string> message, std::string header) {
  auto work = [this, message = std::move(message), header] {
    return reading_.with([&](int&) { return read(*message, header); });
  };
  const auto done = co_await io::on_pool(environment_.workers, std::move(work));
  const auto source = author_domain(header);
  if (done)
    environment_.log.emit(log::events::k_report_received, {{Keys::source, source}});
  else
    environment_.log.emit(log::events::k_report_left,
                          {{Keys::source, source}, {Keys::reason, done.error().text()}});
}

void ReceivedReports::consider(std::shared_ptr<const std::string> message, std::string header) {
  environment_.tasks.spawn(boost::asio::make_strand(environment_.executor),
                           take(std::move(message), std::move(header)));
}

}  // namespace kontor::app
