// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/app/sts.hpp"

#include "base/core/text.hpp"
#include "server/autodiscover/answers.hpp"
#include "server/http/fetch.hpp"

namespace kontor::app {
namespace {

using smtp::client::StsMode;
using smtp::client::StsPolicy;

constexpr std::string_view k_prefix = "mta-sts.";

StsPolicy own_policy(const config::Settings& settings) {
  StsPolicy policy;
  for (const auto mode : {StsMode::testing, StsMode::enforce})
    if (settings.outbound.policy_mode == word_of(mode)) policy.mode = mode;
  policy.hosts = settings.outbound.policy_hosts;
  if (policy.hosts.empty()) policy.hosts.push_back(settings.server.name);
  policy.max_age = settings.outbound.policy_age;
  return policy;
}

Task<Result<http::wire::Response>> answer(const config::Settings& settings,
                                          const directory::Directory& directory,
                                          http::Call call) {
  std::string host = to_lower(call.request.field("Host"));
  host = host.substr(0, host.find(':'));
  const auto domain = host.starts_with(k_prefix) ? host.substr(k_prefix.size()) : std::string();
  const auto copy = directory.current();
  if (settings.outbound.policy_mode == "off" || domain.empty() ||
      !autodiscover::serves_domain(settings, *copy, domain))
    co_return fail(Errc::not_found, "no policy for " + host);
  co_return http::wire::Response{200, "text/plain; charset=utf-8",
                                 format_sts_policy(own_policy(settings))};
}

}  // namespace

Result<smtp::client::FetchPolicy> make_policy_fetch(const config::Outbound& settings,
                                                    net::Resolver& resolver) {
  KONTOR_TRY(auto authorities, net::ClientTlsContext::make(settings.mta_sts_ca_file));
  http::FetchTerms terms{resolver, std::move(authorities)};
  terms.port = settings.mta_sts_port;
  return [terms](std::string host) {
    auto copy = terms;
    http::Wanted wanted{std::move(host), std::string(smtp::client::k_policy_path)};
    return http::fetch_text(std::move(copy), std::move(wanted));
  };
}

http::Route own_policy_route(const config::Settings& settings,
                             const directory::Directory& directory) {
  return {std::string(smtp::client::k_policy_path),
          {"GET"},
          http::Access::anybody,
          [&](http::Call call) { return answer(settings, directory, std::move(call)); }};
}

}  // namespace kontor::app
