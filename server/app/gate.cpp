// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/app/gate.hpp"

#include <algorithm>

#include "base/core/text.hpp"
#include "base/log/events/server.hpp"
#include "base/log/keys.hpp"
#include "base/net/line_reader.hpp"

namespace kontor::app {
namespace {

constexpr net::Limit k_goodbye_limit{10'000};
constexpr int k_goodbye_lines = 10;
constexpr std::size_t k_goodbye_line = 1'024;
constexpr std::size_t k_most_names = 5;

struct Words {
  std::string_view blocked, denied, undecided, closed;
};

// RFC 9051, 7.1.5 with the codes of RFC 5530.
constexpr Words k_imap{
    "* BYE [UNAVAILABLE] too many wrong passwords from your address, try again later\r\n",
    "* BYE [NOPERM] your address may not use this service\r\n",
    "* BYE [UNAVAILABLE] your address cannot be checked, try again later\r\n",
    "* BYE [UNAVAILABLE] the administrator has paused this service, try again later\r\n"};
// RFC 3206, 4.
constexpr Words k_pop3{
    "-ERR [SYS/TEMP] too many wrong passwords from your address, try again later\r\n",
    "-ERR [SYS/PERM] your address may not use this service\r\n",
    "-ERR [SYS/TEMP] your address cannot be checked, try again later\r\n",
    "-ERR [SYS/TEMP] the administrator has paused this service, try again later\r\n"};
// RFC 5804, 1.2.
constexpr Words k_sieve{"BYE (TRYLATER) \"too many wrong passwords from your address\"\r\n",
                        "BYE \"your address may not use this service\"\r\n",
                        "BYE (TRYLATER) \"your address cannot be checked\"\r\n",
                        "BYE (TRYLATER) \"the administrator has paused this service\"\r\n"};
// RFC 5321, 3.1 (554) and 3.8 (421).
constexpr Words k_smtp{"421 4.7.0 too many wrong passwords from your address, try again later\r\n",
                       "554 5.7.1 your address may not use this service\r\n",
                       "421 4.4.3 your address cannot be checked, try again later\r\n",
                       "421 4.3.2 the administrator has paused this service, try again later\r\n"};

bool speaks_smtp(Service service) {
  return service == Service::mx || service == Service::submission || service == Service::lmtp;
}

std::string_view words_for(Service service, Gate::Verdict verdict) {
  const Words& words = speaks_smtp(service)        ? k_smtp
                       : service == Service::pop3  ? k_pop3
                       : service == Service::sieve ? k_sieve
                                                   : k_imap;
  if (verdict == Gate::Verdict::blocked) return words.blocked;
  if (verdict == Gate::Verdict::closed) return words.closed;
  return verdict == Gate::Verdict::denied ? words.denied : words.undecided;
}

AccessRules rules(const std::vector<std::string>& texts) {
  auto parsed = AccessRules::parse(texts);
  // Checked before; should it not have been, a wrong rule lets nobody in.
  return parsed ? *std::move(parsed) : *AccessRules::parse({"!0.0.0.0/0", "!::/0"});
}

// RFC 5321, 3.1: after 554 the server waits for QUIT and answers everything else with 503.
Task<void> wait_for_quit(net::Stream& stream) {
  net::LineReader reader(stream);
  for (int i = 0; i < k_goodbye_lines; ++i) {
    const auto line = co_await reader.read_line(k_goodbye_line, k_goodbye_limit);
    if (!line) co_return;
    const bool is_quit = istarts_with(*line, "QUIT");
    const std::string_view answer =
        is_quit ? "221 2.0.0 goodbye\r\n" : "503 5.5.1 your address may not use this service\r\n";
    const auto told = co_await stream.write(answer, k_goodbye_limit);
    if (!told || is_quit) co_return;
  }
}

}  // namespace

Gate::Gate(const config::Settings& settings,
           const trace::Guard& guard,
           net::Resolver& resolver,
           log::Context log)
    : imap_(rules(settings.access.imap)),
      pop3_(rules(settings.access.pop3)),
      smtp_(rules(settings.access.smtp)),
      submission_(rules(settings.access.submission)),
      http_(rules(settings.access.http)),
      ldap_(rules(settings.access.ldap)),
      guard_(guard),
      resolver_(resolver),
      log_(std::move(log)) {}

const AccessRules& Gate::rules_of(Service service) const {
  switch (service) {
    case Service::imap:
    case Service::sieve:
      return imap_;
    case Service::pop3:
      return pop3_;
    case Service::mx:
      return smtp_;
    case Service::submission:
      return submission_;
    case Service::http:
      return http_;
    case Service::ldap:
      return ldap_;
    case Service::lmtp:
      break;
  }
  return everybody_;
}

Gate::Verdict Gate::judge(const net::Endpoint& peer, Service service) const {
  const auto place = trace::Services::find(name_of(service));
  if (place && services_.state(*place) != trace::ServiceState::running) return Verdict::closed;
  if (service == Service::lmtp) return Verdict::open;
  const auto address = parse_ip_address(peer.address);
  if (!address) return Verdict::open;  // a Unix socket: nobody from outside
  if (guard_.find_block(peer.address)) return Verdict::blocked;
  switch (rules_of(service).judge(*address)) {
    case AccessRules::Verdict::allowed:
      return Verdict::open;
    case AccessRules::Verdict::refused:
      return Verdict::denied;
    case AccessRules::Verdict::needs_names:
      return Verdict::ask_names;
  }
  return Verdict::denied;
}

Task<Gate::Verdict> Gate::judge_names(net::Endpoint peer, Service service) const {
  const auto address = parse_ip_address(peer.address);
  if (!address) co_return Verdict::denied;
  const auto names = co_await confirmed_names(resolver_, *address);
  if (!names) co_return Verdict::undecided;
  co_return rules_of(service).allows(*address, *names) ? Verdict::open : Verdict::denied;
}

Task<void> Gate::turn_away(net::Stream& stream, Port port, Verdict verdict) const {
  const auto& kind = verdict == Verdict::blocked ? log::events::k_connection_blocked
                                                 : log::events::k_connection_denied;
  log_.emit(kind, {{log::Keys::listener, port.name},
                   {log::Keys::peer, stream.peer().text()},
                   {log::Keys::reason, verdict == Verdict::closed      ? "services"
                                       : verdict == Verdict::undecided ? "the DNS does not answer"
                                       : verdict == Verdict::blocked   ? "blocked"
                                                                       : "settings access"}});
  if (port.implicit_tls || port.service == Service::ldap) co_return;
  const auto words = words_for(port.service, verdict);
  const auto told = co_await stream.write(words, k_goodbye_limit);
  if (told && verdict == Verdict::denied && speaks_smtp(port.service))
    co_await wait_for_quit(stream);
}

Task<bool> Gate::admit(net::Stream& stream, Port port, Verdict verdict) const {
  if (verdict == Verdict::ask_names) verdict = co_await judge_names(stream.peer(), port.service);
  if (verdict == Verdict::open) co_return true;
  co_await turn_away(stream, port, verdict);
  co_return false;
}

// Whoever owns an address may give it any name; that the name leads to the address is the word of
// the name's owner.
Task<Result<std::vector<std::string>>> confirmed_names(net::Resolver& resolver, IpAddress address) {
  const std::string text = address.text();
  auto names = co_await resolver.names(text);
  std::vector<std::string> confirmed;
  if (!names) {
    if (names.error().code() == Errc::not_found) co_return confirmed;
    co_return fail(names.error());
  }
  if (names->size() > k_most_names) names->resize(k_most_names);
  for (auto& name : *names) {
    const auto answer = co_await resolver.addresses(name);
    if (!answer && answer.error().code() == Errc::unavailable) co_return fail(answer.error());
    if (!answer) continue;
    const auto is_it = [&](const std::string& one) {
      const auto parsed = parse_ip_address(one);
      return parsed && *parsed == address;
    };
    if (std::ranges::any_of(answer->addresses, is_it)) confirmed.push_back(std::move(name));
  }
  co_return confirmed;
}

}  // namespace kontor::app
