// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/autodiscover/routes.hpp"

#include "server/autodiscover/answers.hpp"
#include "server/autodiscover/mozilla.hpp"

namespace kontor::autodiscover {
namespace {

using http::Access;
using http::Call;
using http::wire::Response;

constexpr std::string_view k_xml = "text/xml; charset=utf-8";

Offer offer_of(const Environment& environment) {
  return make_offer(environment.settings, environment.sign_in.mechanisms(true));
}

// The domain that a program asks about: of its address, or of the name it has us by.
std::string asked_domain(const Environment& environment, const http::wire::Request& request) {
  const auto address = http::wire::query_parameter(request.query, "emailaddress");
  if (!address.empty()) return split_address(address).domain;
  std::string host(request.field("Host"));
  host = host.substr(0, host.find(':'));
  constexpr std::string_view prefix = "autoconfig.";
  if (host.starts_with(prefix)) return host.substr(prefix.size());
  return environment.settings.directory.default_domain;
}

Task<Result<Response>> mozilla(const Environment& environment, Call call) {
  const auto domain = asked_domain(environment, call.request);
  const auto copy = environment.directory.current();
  // Of a foreign domain this server knows nothing; a program then asks elsewhere.
  if (!serves_domain(environment.settings, *copy, domain))
    co_return fail(Errc::not_found, "no domain of this server: " + domain);
  co_return Response{200, std::string(k_xml), mozilla_config(offer_of(environment), domain)};
}

Task<Result<Response>> pox(const Environment& environment, Call call) {
  const auto copy = environment.directory.current();
  auto body = answer_pox(environment.settings, *copy, offer_of(environment), call.request.body,
                         environment.clock.now());
  co_return Response{200, std::string(k_xml), std::move(body)};
}

Task<Result<Response>> person(const Environment& environment, Call call) {
  const auto copy = environment.directory.current();
  auto body = answer_person(*copy, offer_of(environment), *call.person);
  if (!body) co_return fail(Errc::not_found, "has no mailbox");
  co_return Response{200, "application/json", *std::move(body)};
}

template <class Work>
http::Handler bind(const Environment& environment, Work work) {
  return [environment, work](Call call) { return work(environment, call); };
}

}  // namespace

std::vector<http::Route> routes(const Environment& environment) {
  std::vector<http::Route> all;
  for (const auto* path : {"/mail/config-v1.1.xml", "/.well-known/autoconfig/mail/config-v1.1.xml"})
    all.push_back({path, {"GET"}, Access::anybody, bind(environment, mozilla)});
  // Programs write it in any case; some begin with GET to see whether they may.
  all.push_back({std::string(k_pox_path),
                 {"GET", "POST"},
                 Access::person,
                 bind(environment, pox),
                 false,
                 true});
  all.push_back({std::string(k_person_path), {"GET"}, Access::ticket, bind(environment, person)});
  return all;
}

}  // namespace kontor::autodiscover
