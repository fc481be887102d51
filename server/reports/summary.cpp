// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/reports/summary.hpp"

#include <algorithm>
#include <array>
#include <functional>
#include <map>
#include <tuple>

namespace kontor::reports {
namespace {

constexpr std::size_t k_most_names = 20;  // of one row

void add(std::set<std::string>& names, const std::string& name) {
  if (!name.empty() && names.size() < k_most_names) names.insert(name);
}

bool is_of(const std::string& name, const std::string& domain) {
  return domain.empty() || name == domain || name.ends_with("." + domain);
}

// What stands in the way of those messages that fail most.
std::string to_do_for(const Source& source) {
  if (source.passed == source.messages) {
    if (source.by_dkim == source.messages) return {};
    return source.by_spf == source.messages && source.by_dkim == 0
               ? "sign its mail by DKIM too: it fails as soon as somebody forwards it"
               : std::string();
  }
  const auto failed = source.messages - source.passed;
  if (failed * 20 < source.messages) return {};  // forwarders and lists break a few of each
  if (!source.signers.empty())
    return "it signs as " + *source.signers.begin() + ": if it sends for you, have it sign as " +
           source.author;
  if (!source.senders.empty())
    return "it sends with reverse-paths of " + *source.senders.begin() +
           ": if it sends for you, have it sign as " + source.author;
  if (source.passed > 0)
    return "some of its mail passes and some does not: look which of its programs do not sign";
  return "not known: if it sends for you, give it a DKIM key and name it in the SPF record; if "
         "not, "
         "it forges, and p=quarantine or p=reject stops it";
}

std::string to_do_for(const TlsSeen& seen) {
  static constexpr std::array<std::pair<std::string_view, std::string_view>, 10> k_known{{
      {"starttls-not-supported",
       "the host offers no STARTTLS: look at its certificate, and for a firewall that takes the "
       "offer out"},
      {"certificate-host-mismatch",
       "its certificate is not for this name, or not the one that its TLSA records name"},
      {"certificate-expired", "renew its certificate"},
      {"certificate-not-trusted",
       "its certificate has to be of a public authority, with the certificates in between"},
      {"tlsa-invalid", "put its TLSA records right: usage 3 1 1 of the certificate in use"},
      {"dnssec-invalid", "the signatures of the zone do not hold: look at DNSSEC and its DS"},
      {"dane-required", "the sender wants TLSA records of it"},
      {"sts-policy-fetch-error",
       "https://mta-sts.DOMAIN/.well-known/mta-sts.txt has to answer; or take the record _mta-sts "
       "away"},
      {"sts-policy-invalid", "the policy at mta-sts.DOMAIN cannot be read"},
      {"sts-webpki-invalid", "the certificate of the web server mta-sts.DOMAIN is not good"},
  }};
  if (seen.result == "success") return {};
  const auto* const found = std::ranges::find(
      k_known, seen.result, &std::pair<std::string_view, std::string_view>::first);
  return found == k_known.end() ? "see the reason" : std::string(found->second);
}

}  // namespace

std::vector<Source> sources_in(const std::vector<std::pair<Arrival, DmarcReport>>& reports,
                               const std::string& domain) {
  std::map<std::pair<std::string, std::string>, Source> found;
  for (const auto& [arrival, report] : reports)
    for (const auto& row : report.rows) {
      if (!is_of(row.author, domain)) continue;
      auto& source = found[{row.author, row.address}];
      source.address = row.address;
      source.author = row.author;
      source.messages += row.count;
      source.passed += row.is_dkim_aligned || row.is_spf_aligned ? row.count : 0;
      source.by_dkim += row.is_dkim_aligned ? row.count : 0;
      source.by_spf += row.is_spf_aligned ? row.count : 0;
      source.quarantined += row.disposition == "quarantine" ? row.count : 0;
      source.rejected += row.disposition == "reject" ? row.count : 0;
      add(source.reporters, report.organisation);
      for (const auto& one : row.dkim)
        if (one.result == "pass") add(source.signers, one.domain);
      for (const auto& one : row.spf)
        if (one.result == "pass") add(source.senders, one.domain);
    }
  std::vector<Source> out;
  for (auto& [key, source] : found) {
    source.to_do = to_do_for(source);
    out.push_back(std::move(source));
  }
  std::ranges::sort(out, std::greater(), [](const Source& one) {
    return std::tuple(one.messages - one.passed, one.messages, one.address, one.author);
  });
  return out;
}

std::vector<TlsSeen> tls_in(const std::vector<std::pair<Arrival, TlsReport>>& reports,
                            const std::string& domain) {
  using Key = std::tuple<std::string, std::string, std::string, std::string>;
  std::map<Key, TlsSeen> found;
  const auto at = [&](const ReportedPolicy& policy, const std::string& result,
                      const std::string& host) -> TlsSeen& {
    auto& seen = found[{policy.domain, policy.type, result, host}];
    seen.domain = policy.domain;
    seen.policy = policy.type;
    seen.result = result;
    seen.host = host;
    return seen;
  };
  for (const auto& [arrival, report] : reports)
    for (const auto& policy : report.policies) {
      if (!is_of(policy.domain, domain)) continue;
      auto& good = at(policy, "success", {});
      good.sessions += policy.successes;
      add(good.reporters, report.organisation);
      std::uint64_t told = 0;
      for (const auto& failure : policy.failures) {
        auto& bad = at(policy, failure.result, failure.host);
        bad.sessions += failure.count;
        told += failure.count;
        if (bad.reason.empty()) bad.reason = failure.reason;
        add(bad.reporters, report.organisation);
      }
      if (policy.failed <= told) continue;  // and of the others nothing is said
      auto& rest = at(policy, "unknown", {});
      rest.sessions += policy.failed - told;
      add(rest.reporters, report.organisation);
    }
  std::vector<TlsSeen> out;
  for (auto& [key, seen] : found) {
    seen.to_do = to_do_for(seen);
    out.push_back(std::move(seen));
  }
  std::ranges::sort(out, std::greater(), [](const TlsSeen& one) {
    return std::tuple(one.result != "success", one.sessions, one.domain, one.result, one.host,
                      one.policy);
  });
  return out;
}

}  // namespace kontor::reports
