// SPDX-License-Identifier: GPL-3.0-or-later
// dmarc, tlsrpt: what other mail servers report of our domains, and what they will be told of
// theirs in TLS.
#include <fmt/format.h>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include "base/core/text.hpp"
#include "base/io/work_pool.hpp"
#include "base/mime/idna.hpp"
#include "server/admin/verbs.hpp"
#include "server/reports/summary.hpp"
#include "server/reports/tls_keeper.hpp"
#include "store/tools/history.hpp"

namespace kontor::admin {
namespace {

namespace json = boost::json;

constexpr std::uint32_t k_usual_days = 30, k_most_days = 3'650;

Error none_read() {
  return {Errc::unavailable,
          "reports of others are not read: set reports.addresses to the mailboxes they come to"};
}
Error none_made() {
  return {Errc::unavailable,
          "no TLS reports are made: set reports.tls_sender to an address of yours"};
}

struct Wish {
  std::string domain;  // as the DNS has it; empty: all
  UtcSeconds since{};
};

Result<Wish> wish_of(const Desk& desk, const Request& request) {
  Wish out;
  std::uint32_t days = k_usual_days;
  if (const auto found = request.options.find("--days"); found != request.options.end()) {
    const auto number = parse_number<std::uint32_t>(found->second);
    if (!number || *number == 0 || *number > k_most_days)
      return fail(Errc::bad_input, "--days is a number of days");
    days = *number;
  }
  out.since = desk.environment.clock.now() - std::chrono::days(days);
  if (request.arguments.empty()) return out;
  const auto domain = mime::domain_to_ascii(request.arguments[0]);
  if (!domain) return fail(Errc::bad_input, request.arguments[0] + " is not a domain");
  out.domain = *domain;
  return out;
}

// On the pool: files are read.
template <class Work>
Task<std::invoke_result_t<Work&>> ask(const Desk& desk, Work work) {
  auto* pool = desk.environment.workers;
  if (pool == nullptr) co_return work();
  co_return co_await io::on_pool(*pool, std::move(work));
}

std::string joined(const std::set<std::string>& names) {
  return join(std::vector<std::string>(names.begin(), names.end()), ", ");
}

json::object row_of(const reports::Source& source) {
  json::object row;
  row["source"] = source.address;
  row["from"] = source.author;
  row["messages"] = source.messages;
  row["passed"] = source.passed;
  row["dkim"] = source.by_dkim;
  row["spf"] = source.by_spf;
  row["quarantined"] = source.quarantined;
  row["rejected"] = source.rejected;
  row["signed_as"] = joined(source.signers);
  row["sent_as"] = joined(source.senders);
  row["reporters"] = joined(source.reporters);
  row["to_do"] = source.to_do;
  return row;
}

json::object row_of(const reports::TlsSeen& seen) {
  json::object row;
  row["domain"] = seen.domain;
  row["policy"] = seen.policy;
  row["result"] = seen.result;
  row["sessions"] = seen.sessions;
  row["mail_host"] = seen.host;
  row["reason"] = seen.reason;
  row["reporters"] = joined(seen.reporters);
  row["to_do"] = seen.to_do;
  return row;
}

template <class Report>
json::object row_of(const reports::Arrival& arrival, const Report& report) {
  json::object row;
  row["reporter"] = report.organisation;
  row["report"] = report.id;
  row["from"] = store::show_moment(report.begin);
  row["until"] = store::show_moment(report.end);
  row["sender"] = arrival.sender;
  row["signed"] = arrival.is_proven;
  row["received"] = store::show_moment(arrival.received);
  return row;
}

}  // namespace

Task<Answer> dmarc_sources(const Desk& desk, Request request) {
  const auto* received = desk.environment.received;
  if (received == nullptr) co_return fail(none_read());
  KONTOR_CO_TRY(const auto wish, wish_of(desk, request));
  auto work = [received, wish] {
    return reports::sources_in(received->dmarc(wish.since), wish.domain);
  };
  const auto found = co_await ask(desk, std::move(work));
  json::array rows;
  for (const auto& source : found) rows.push_back(row_of(source));
  co_return json::value(std::move(rows));
}

Task<Answer> dmarc_received(const Desk& desk, Request request) {
  const auto* received = desk.environment.received;
  if (received == nullptr) co_return fail(none_read());
  KONTOR_CO_TRY(const auto wish, wish_of(desk, request));
  auto work = [received, wish] { return received->dmarc(wish.since); };
  const auto found = co_await ask(desk, std::move(work));
  json::array rows;
  for (const auto& [arrival, report] : found) {
    if (!wish.domain.empty() && report.domain != wish.domain) continue;
    auto row = row_of(arrival, report);
    std::uint64_t messages = 0;
    for (const auto& one : report.rows) messages += one.count;
    row["domain"] = report.domain;
    row["policy"] = report.policy;
    row["messages"] = messages;
    rows.push_back(std::move(row));
  }
  co_return json::value(std::move(rows));
}

Task<Answer> tlsrpt(const Desk& desk, Request request) {
  const auto* received = desk.environment.received;
  if (received == nullptr) co_return fail(none_read());
  KONTOR_CO_TRY(const auto wish, wish_of(desk, request));
  auto work = [received, wish] { return reports::tls_in(received->tls(wish.since), wish.domain); };
  const auto found = co_await ask(desk, std::move(work));
  json::array rows;
  for (const auto& seen : found) rows.push_back(row_of(seen));
  co_return json::value(std::move(rows));
}

Task<Answer> tlsrpt_received(const Desk& desk, Request request) {
  const auto* received = desk.environment.received;
  if (received == nullptr) co_return fail(none_read());
  KONTOR_CO_TRY(const auto wish, wish_of(desk, request));
  auto work = [received, wish] { return received->tls(wish.since); };
  const auto found = co_await ask(desk, std::move(work));
  json::array rows;
  for (const auto& [arrival, report] : found) {
    auto row = row_of(arrival, report);
    std::set<std::string> domains;
    std::uint64_t successes = 0, failed = 0;
    for (const auto& policy : report.policies) {
      domains.insert(policy.domain);
      successes += policy.successes;
      failed += policy.failed;
    }
    if (!wish.domain.empty() && !domains.contains(wish.domain)) continue;
    row["domain"] = joined(domains);
    row["succeeded"] = successes;
    row["failed"] = failed;
    rows.push_back(std::move(row));
  }
  co_return json::value(std::move(rows));
}

Task<Answer> tlsrpt_results(const Desk& desk, Request) {
  if (desk.environment.tls_results == nullptr) co_return fail(none_made());
  json::array rows;
  for (const auto& [day, tally] : desk.environment.tls_results->days())
    for (const auto& [policy, counts] : tally) {
      json::object row;
      row["day"] = io::day_name(day);
      row["domain"] = policy.domain;
      row["policy"] = reports::word_of(policy.type);
      row["succeeded"] = counts.successes;
      row["failed"] = counts.failed();
      std::set<std::string> results;
      for (const auto& [failure, count] : counts.failures)
        results.insert(fmt::format("{} {}: {}", failure.result, failure.host, count));
      row["failures"] = joined(results);
      rows.push_back(std::move(row));
    }
  co_return json::value(std::move(rows));
}

Task<Answer> tlsrpt_send(const Desk& desk, Request) {
  if (!desk.environment.send_tls_reports) co_return fail(none_made());
  json::object out;
  out["reports"] = co_await desk.environment.send_tls_reports();
  co_return json::value(std::move(out));
}

}  // namespace kontor::admin
