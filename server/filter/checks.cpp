// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/filter/checks.hpp"

#include "base/core/run_all.hpp"
#include "base/core/text.hpp"
#include "base/core/uuid.hpp"
#include "base/mime/idna.hpp"

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

std::vector<dmarc::Witness> witnesses_of(const Report& report) {
  std::vector<dmarc::Witness> witnesses;
  witnesses.push_back({to_lower(report.spf.domain), true, report.spf.verdict == spf::Verdict::pass,
                       report.spf.verdict == spf::Verdict::temperror});
  for (const auto& outcome : report.signatures)
    witnesses.push_back({outcome.domain, false, outcome.verdict == dkim::Verdict::pass,
                         outcome.verdict == dkim::Verdict::temperror});
  return witnesses;
}

unsigned draw() {
  std::uint32_t value = 0;
  random_bytes(&value, sizeof value);
  return value % 100;
}

}  // namespace

Evidence evidence_of(std::string_view message) {
  const auto end = message.find("\r\n\r\n");
  const auto header = message.substr(0, end == std::string_view::npos ? end : end + 2);
  return {dkim::read_signatures(message), dmarc::author_domains(header)};
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
  co_await run_all(std::move(tasks));
  dmarc::Asked author;
  author.authors = std::move(evidence.authors);
  author.witnesses = witnesses_of(report);
  author.draw = draw();
  author.deadline = deadline;
  report.dmarc = co_await dmarc::check(std::move(author), suffixes_, resolver_);
  co_return report;
}

std::optional<Refusal> Checks::refusal(const Report& report) const {
  const auto& settings = settings_.checks;
  const auto& dmarc = report.dmarc;
  if (settings.dmarc_fail == "refuse" && dmarc.verdict == dmarc::Verdict::fail &&
      dmarc.policy == dmarc::Policy::reject)  // RFC 7489, 10.3
    return Refusal{550, "5.7.1", "the policy of " + dmarc.domain + " (DMARC) forbids this message"};
  if (settings.spf_fail == "refuse" && report.spf.verdict == spf::Verdict::fail) {
    auto text = report.spf.domain + " (SPF) does not let this address send its mail";
    if (!report.spf.explanation.empty()) text += ": " + report.spf.explanation.substr(0, 200);
    return Refusal{550, "5.7.23", std::move(text)};  // RFC 7372, 3.2
  }
  if (!settings.fail_open && is_partly_unknown(report))
    return Refusal{451, "4.4.3", "the sender could not be checked; try again later"};
  return std::nullopt;
}

}  // namespace kontor::filter
