// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/filter/checks.hpp"

#include <algorithm>

#include "base/core/run_all.hpp"
#include "base/core/text.hpp"
#include "base/core/uuid.hpp"
#include "base/mime/idna.hpp"
#include "server/filter/read_results.hpp"

namespace kontor::filter {
namespace {

// The part behind the '@' as the DNS has it.
std::string dns_address(const std::string& address) {
  const auto at = address.rfind('@');
  if (at == std::string::npos) return address;
  const auto domain = mime::domain_to_ascii(std::string_view(address).substr(at + 1));
  return domain ? address.substr(0, at + 1) + *domain : address;
}

Task<void> ask_spf(spf::Asked asked, net::Resolver& resolver, spf::Answer& answer) {
  answer = co_await spf::check(std::move(asked), resolver);
}

Task<void> ask_dkim(std::vector<dkim::Prepared> signatures,
                    net::Resolver& resolver,
                    UtcSeconds now,
                    SteadyTime deadline,
                    std::vector<dkim::Outcome>& outcomes) {
  outcomes = co_await dkim::verify(std::move(signatures), resolver, now, deadline);
}

Task<void> ask_arc(arc::Prepared chain,
                   net::Resolver& resolver,
                   UtcSeconds now,
                   SteadyTime deadline,
                   arc::Answer& answer) {
  answer = co_await arc::verify(std::move(chain), resolver, now, deadline);
}

std::vector<dmarc::Witness> witnesses_of(const Report& report) {
  std::vector<dmarc::Witness> witnesses;
  witnesses.push_back({to_lower(report.spf.domain), true, report.spf.verdict == spf::Verdict::pass,
                       report.spf.verdict == spf::Verdict::temperror});
  for (const auto& outcome : report.signatures)
    witnesses.push_back({outcome.domain, false, outcome.verdict == dkim::Verdict::pass,
                         outcome.verdict == dkim::Verdict::temperror});
  return witnesses;
}

// The sealer by whose word the author is who he says. Everybody who sealed after him could have
// changed that word, so all of them must be trusted too.
std::string voucher(const arc::Answer& chain,
                    const std::vector<std::string>& trusted,
                    std::string_view author) {
  for (auto sealer = chain.sealers.rbegin(); sealer != chain.sealers.rend(); ++sealer) {
    const auto same = [&](const std::string& name) { return iequals(name, sealer->domain); };
    if (std::ranges::none_of(trusted, same)) return {};
    if (proof_in(read_results(sealer->results), author) == Proof::proven) return sealer->domain;
  }
  return {};
}

unsigned draw() {
  std::uint32_t value = 0;
  random_bytes(&value, sizeof value);
  return value % 100;
}

// Everything in a report is printable ASCII without what separates fields there.
std::string plain(std::string_view text) {
  std::string out;
  for (const char c : text.substr(0, 255))
    if (c > ' ' && c <= '~' && c != ',') out += c;
  return out;
}

std::string domain_of(const std::string& address) {
  return plain(to_lower(std::string_view(address).substr(address.rfind('@') + 1)));
}

dmarc::Published published_of(const dmarc::Answer& answer) {
  const auto& record = *answer.record;
  const auto form = [](bool is_strict) { return is_strict ? "s" : "r"; };
  dmarc::Published published;
  published.domain = plain(answer.policy_domain);
  published.policy = std::string("adkim=") + form(record.is_dkim_strict) +
                     " aspf=" + form(record.is_spf_strict) +
                     " p=" + std::string(dmarc::word_of(record.policy)) +
                     " sp=" + std::string(dmarc::word_of(record.below.value_or(record.policy))) +
                     " pct=" + std::to_string(record.percent);
  for (const char c : std::string_view(record.reports).substr(0, 1'000))
    if (c >= ' ' && c <= '~') published.destinations += c;
  return published;
}

// The author's domain wants it put aside.
std::string forged_reason(const dmarc::Answer& dmarc) {
  if (dmarc.verdict != dmarc::Verdict::fail || dmarc.policy != dmarc::Policy::quarantine) return {};
  return "dmarc=fail; the policy of " + dmarc.domain + " is quarantine";
}

}  // namespace

Evidence evidence_of(std::string_view message) {
  const auto end = message.find("\r\n\r\n");
  const auto header = message.substr(0, end == std::string_view::npos ? end : end + 2);
  return {dkim::read_signatures(message), arc::read_chain(message), dmarc::author_domains(header)};
}

Task<Report> Checks::run(Sent sent, Evidence evidence) const {
  const auto deadline = std::chrono::steady_clock::now() + settings_.checks.timeout;
  Report report;
  report.hello = sent.hello;
  report.sender = sent.sender;
  spf::Asked asked;
  asked.hello = sent.hello;
  asked.sender = dns_address(sent.sender);
  asked.receiver = settings_.server.name;
  asked.now = clock_.now();
  asked.deadline = deadline;
  std::vector<Task<void>> tasks;
  if (const auto client = parse_ip_address(sent.client)) {
    asked.client = *client;
    tasks.push_back(ask_spf(std::move(asked), resolver_, report.spf));
  }
  tasks.push_back(ask_dkim(std::move(evidence.signatures), resolver_, clock_.now(), deadline,
                           report.signatures));
  tasks.push_back(
      ask_arc(std::move(evidence.chain), resolver_, clock_.now(), deadline, report.arc));
  co_await run_all(std::move(tasks));
  dmarc::Asked author;
  author.authors = std::move(evidence.authors);
  author.witnesses = witnesses_of(report);
  author.draw = draw();
  author.deadline = deadline;
  report.dmarc = co_await dmarc::check(std::move(author), suffixes_, resolver_);
  if (report.dmarc.verdict == dmarc::Verdict::fail)
    report.vouched_by = voucher(report.arc, settings_.checks.trusted_sealers, report.dmarc.domain);
  if (!report.vouched_by.empty()) {  // RFC 8617, 7.2.1; RFC 7489, 6.7: the receiver's own policy
    report.dmarc.verdict = dmarc::Verdict::pass;
    report.dmarc.policy = dmarc::Policy::none;
    report.dmarc.reason = "by the ARC seal of " + report.vouched_by;
  }
  co_return report;
}

std::optional<Refusal> Checks::refusal(const Report& report) const {
  const auto& settings = settings_.checks;
  const auto& dmarc = report.dmarc;
  if (settings.dmarc_fail != "mark" && dmarc.verdict == dmarc::Verdict::fail &&
      dmarc.policy == dmarc::Policy::reject)  // RFC 7489, 10.3; RFC 7372, 3.3
    return Refusal{550, "5.7.26",
                   "neither SPF nor DKIM shows that this message is from " + dmarc.domain +
                       ", whose policy (DMARC) forbids it then"};
  if (settings.spf_fail == "refuse" && report.spf.verdict == spf::Verdict::fail) {
    auto text = report.spf.domain + " (SPF) does not let this address send its mail";
    if (!report.spf.explanation.empty()) text += ": " + report.spf.explanation.substr(0, 200);
    return Refusal{550, "5.7.23", std::move(text)};  // RFC 7372, 3.2
  }
  if (!settings.fail_open && is_partly_unknown(report))
    return Refusal{451, "4.4.3", "the sender could not be checked; try again later"};
  return std::nullopt;
}

void Checks::note(const Report& report,
                  const std::string& client,
                  const std::optional<Refusal>& refused) const {
  const auto& answer = report.dmarc;
  const bool is_known =
      answer.verdict == dmarc::Verdict::pass || answer.verdict == dmarc::Verdict::fail;
  if (results_ == nullptr || !is_known || !answer.record || answer.record->reports.empty()) return;
  dmarc::OutcomeRow row;
  row.client = plain(client);
  row.disposition = refused && refused->code >= 500                              ? "reject"
                    : junk_reason(report).empty() && hold_reason(report).empty() ? "none"
                                                                                 : "quarantine";
  row.is_dkim_aligned = answer.is_dkim_aligned;
  row.is_spf_aligned = answer.is_spf_aligned;
  row.author = plain(answer.domain);
  row.sender = domain_of(report.sender);
  row.spf_domain = plain(report.spf.domain);
  row.spf_result = word_of(report.spf.verdict);
  for (const auto& one : report.signatures)
    if (!one.domain.empty() && row.signatures.size() < dmarc::k_most_told)
      row.signatures.push_back(plain(one.domain) + " " + plain(one.selector) + " " +
                               std::string(dkim::word_of(one.verdict)));
  if (!report.vouched_by.empty())
    row.overridden = "the ARC seal of " + plain(report.vouched_by);
  else if (row.disposition != dmarc::word_of(answer.policy))
    row.overridden = "this server follows the policy in part only";
  results_->note(published_of(answer), std::move(row));
}

std::string Checks::junk_reason(const Report& report) const {
  return settings_.checks.dmarc_fail == "obey" ? forged_reason(report.dmarc) : std::string();
}

std::string Checks::hold_reason(const Report& report) const {
  return settings_.checks.dmarc_fail == "hold" ? forged_reason(report.dmarc) : std::string();
}

}  // namespace kontor::filter
