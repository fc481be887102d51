// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/smtp/client/tls_told.hpp"

#include <optional>

#include "base/core/text.hpp"

namespace kontor::smtp::client {
namespace {

using reports::PolicyType;
using reports::TlsFailure;

constexpr std::string_view k_not_named = "the MTA-STS policy does not name this mail host";

// RFC 8460, 4.3.1: a certificate that TLSA records do not name does not adhere to DANE's
// constraints.
std::string result_of(net::Trust trust) {
  switch (trust) {
    case net::Trust::expired:
      return "certificate-expired";
    case net::Trust::other_host:
    case net::Trust::not_by_tlsa:
      return "certificate-host-mismatch";
    case net::Trust::untrusted:
      return "certificate-not-trusted";
    case net::Trust::none:
    case net::Trust::good:
      break;
  }
  return "validation-failure";
}

TlsFailure failure_of(std::string result, std::string reason) {
  TlsFailure out;
  out.result = std::move(result);
  out.reason = std::move(reason);
  return out;
}

TlsFailure failure_of(const net::CertificateVerdict& verdict) {
  return failure_of(result_of(verdict.trust), verdict.text);
}

// Nothing: it went as the owner of the host wants.
std::optional<TlsFailure> failure_in(const Peer& peer) {
  const auto& demand = peer.demand();
  if (!peer.is_tls()) return failure_of("starttls-not-supported", {});
  if (demand.is_left_out) return failure_of("validation-failure", std::string(k_not_named));
  if (demand.is_tested) {
    const auto verdict = peer.verdict();
    if (verdict.trust != net::Trust::good) return failure_of(verdict);
  }
  const bool has_records = demand.told && demand.told->type == PolicyType::tlsa;
  if (has_records && !demand.dane)  // RFC 8460, 4.3.2.1
    return failure_of("tlsa-invalid", "none of the TLSA records is usable for SMTP (RFC 7672)");
  return std::nullopt;
}

}  // namespace

std::shared_ptr<const reports::TlsPolicy> told_of(const std::string& domain,
                                                  const std::vector<net::TlsaRecord>& records) {
  reports::TlsPolicy out;
  out.domain = domain;
  out.type = PolicyType::tlsa;
  for (const auto& record : records) out.lines.push_back(net::text_of(record));
  return std::make_shared<const reports::TlsPolicy>(std::move(out));
}

std::shared_ptr<const reports::TlsPolicy> told_of(const std::string& domain,
                                                  const StsPolicy& policy) {
  reports::TlsPolicy out;
  out.domain = domain;
  out.type = PolicyType::sts;
  out.hosts = policy.hosts;
  const auto text = format_sts_policy(policy);
  for (const auto line : split(text, '\n'))
    if (!trim(line).empty()) out.lines.emplace_back(trim(line));
  return std::make_shared<const reports::TlsPolicy>(std::move(out));
}

void tell_session(reports::TlsKeeper& keeper,
                  const std::string& domain,
                  const Target& target,
                  const Opened& opened,
                  bool must_verify) {
  const auto& demand = target.demand;
  reports::TlsPolicy policy;
  policy.domain = domain;
  if (demand.told) policy = *demand.told;
  std::optional<TlsFailure> failure;
  std::string local;
  if (opened.peer) {
    failure = failure_in(*opened.peer);
    local = opened.peer->local().address;
  } else {
    const auto& why = opened.failure;
    if (!why.is_tls && !why.has_no_tls) return;
    const bool must = must_verify || demand.dane || (demand.authorities && !demand.is_tested);
    if (why.has_no_tls)
      failure = failure_of("starttls-not-supported", {});
    else if (must && why.verdict.trust != net::Trust::none && why.verdict.trust != net::Trust::good)
      failure = failure_of(why.verdict);
    else
      failure = failure_of("validation-failure", why.why.reason);
    local = why.local;
  }
  if (failure) {
    failure->sender = local;
    failure->host = target.host;
    failure->address = target.endpoint.address;
  }
  keeper.note(std::move(policy), std::move(failure));
}

void tell_dnssec(reports::TlsKeeper& keeper,
                 const std::string& domain,
                 const std::string& host,
                 const Error& error) {
  if (error.code() == Errc::timed_out || error.code() == Errc::cancelled) return;  // 4.3.4
  auto failure = failure_of("dnssec-invalid", error.detail());
  failure.host = host;
  reports::TlsPolicy policy;
  policy.domain = domain;
  policy.type = PolicyType::tlsa;
  keeper.note(std::move(policy), std::move(failure));
}

void tell_policy(reports::TlsKeeper& keeper,
                 const std::string& domain,
                 const StsPolicies::Found& found) {
  if (!found.fetch_failure) return;
  const auto& error = *found.fetch_failure;
  // The words of OpenSSL stand in the error of a handshake alone.
  const bool is_certificate =
      error.code() == Errc::bad_input && error.detail().contains("certificate verify failed");
  std::string result = "sts-policy-fetch-error";
  if (found.was_fetched) result = "sts-policy-invalid";
  if (is_certificate) result = "sts-webpki-invalid";
  reports::TlsPolicy policy;
  policy.domain = domain;
  policy.type = PolicyType::sts;
  keeper.note(std::move(policy), failure_of(std::move(result), error.detail()));
}

void tell_left_out(reports::TlsKeeper& keeper,
                   const std::string& domain,
                   const std::string& host,
                   const StsPolicy& policy) {
  auto failure = failure_of("validation-failure", std::string(k_not_named));
  failure.host = host;
  keeper.note(*told_of(domain, policy), std::move(failure));
}

}  // namespace kontor::smtp::client
