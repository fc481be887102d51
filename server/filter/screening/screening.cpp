// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/filter/screening/screening.hpp"

#include <fmt/format.h>

#include "base/core/run_all.hpp"
#include "base/core/text.hpp"
#include "base/mime/idna.hpp"

namespace kontor::filter {
namespace {

using screening::Verdict;

config::PeerList peers(const std::vector<std::string>& rows) {
  auto list = config::PeerList::parse(rows);
  return list ? *std::move(list) : config::PeerList();
}

std::vector<config::DnsList> dns_lists(const std::vector<std::string>& rows) {
  std::vector<config::DnsList> out;
  for (const auto& row : rows)
    if (auto list = config::parse_dns_list(row)) out.push_back(*std::move(list));
  return out;
}

// As the DNS has it; empty: it can have no such domain.
std::string domain_of(const std::string& sender) {
  const auto at = sender.rfind('@');
  if (at == std::string::npos) return {};
  auto domain = mime::domain_to_ascii(std::string_view(sender).substr(at + 1));
  return domain ? *std::move(domain) : std::string();
}

bool is_literal(const std::string& sender) { return sender.ends_with(']'); }

bool is_postmaster(std::string_view recipient) {
  return iequals(recipient.substr(0, recipient.rfind('@')), "postmaster");
}

bool is_loopback(const IpAddress& address) {
  return address.is_v4() ? address.bytes[12] == 127 : address.text() == "::1";
}

Refusal listed(const screening::Listing& listing, std::string_view what) {
  auto text = fmt::format("{} is on the list {}", what, listing.zone);
  if (!listing.text.empty()) text += ": " + listing.text;
  return {554, "5.7.1", std::move(text)};
}

Task<void> ask_name(IpAddress client,
                    net::Resolver& resolver,
                    SteadyTime deadline,
                    screening::ReverseName& out) {
  out = co_await screening::reverse_name(client, resolver, deadline);
}
Task<void> ask_address_lists(const std::vector<config::DnsList>& lists,
                             IpAddress client,
                             net::Resolver& resolver,
                             std::vector<screening::Listing>& out) {
  out = co_await screening::find_address(lists, client, resolver);
}
Task<void> ask_domain_lists(const std::vector<config::DnsList>& lists,
                            std::string domain,
                            net::Resolver& resolver,
                            std::vector<screening::Listing>& out) {
  out = co_await screening::find_domain(lists, std::move(domain), resolver);
}
Task<void> ask_domain(std::string domain, net::Resolver& resolver, Verdict& out) {
  out = co_await screening::takes_mail(std::move(domain), resolver);
}

std::vector<std::string> findings(const Visit& visit) {
  std::vector<std::string> out;
  if (visit.is_allowed) out.emplace_back("allowed");
  if (visit.name.verdict == Verdict::pass)
    out.push_back(fmt::format("iprev=pass ({})", visit.name.name));
  if (visit.name.verdict == Verdict::fail) out.emplace_back("iprev=fail");
  for (const auto& listing : visit.listings)
    out.push_back(fmt::format("dnsbl={} ({})", listing.zone, listing.code));
  for (const auto& listing : visit.domain_listings)
    out.push_back(fmt::format("rhsbl={} ({})", listing.zone, listing.code));
  if (!visit.hello_fault.empty()) out.push_back(fmt::format("helo=fail ({})", visit.hello_fault));
  if (visit.sender_domain == Verdict::fail) out.emplace_back("sender-domain=fail");
  if (visit.is_own_sender) out.emplace_back("own-sender");
  if (visit.address.verdict == Verdict::pass) out.emplace_back("sender-address=pass");
  if (visit.address.verdict == Verdict::fail)
    out.push_back(fmt::format("sender-address=fail ({})", visit.address.words));
  if (visit.is_spam_source) out.emplace_back("spam-base=listed");
  if (visit.is_early) out.emplace_back("early-talk");
  return out;
}

}  // namespace

Screening::Screening(const config::Settings& settings, net::Resolver& resolver, const Clock& clock)
    : settings_(settings),
      resolver_(resolver),
      clock_(clock),
      allow_(peers(settings.screening.allow)),
      deny_(peers(settings.screening.deny)),
      dnsbl_(dns_lists(settings.screening.dnsbl)),
      rhsbl_(dns_lists(settings.screening.rhsbl)),
      greylist_(settings.screening),
      spam_base_(settings.screening),
      callout_(settings, clock) {}

Visit Screening::enter(const std::string& address) const {
  Visit visit;
  if (const auto client = parse_ip_address(address)) visit.client = *client;
  visit.is_allowed = allow_.has_address(address);
  if (visit.client && settings_.screening.spam_base != "off")
    visit.is_spam_source = spam_base_.is_listed(*visit.client, clock_.now());
  return visit;
}

std::optional<Refusal> Screening::at_connect(const Visit& visit) const {
  if (visit.is_allowed || !visit.client || !deny_.has_address(visit.client->text()))
    return std::nullopt;
  return Refusal{554, "5.7.1", "no mail is taken from your address"};
}

std::optional<Refusal> Screening::at_early_talk(Visit& visit) const {
  visit.is_early = true;
  if (visit.is_allowed || settings_.screening.early_talk != "refuse") return std::nullopt;
  return Refusal{554, "5.5.0", "you spoke before the greeting"};  // RFC 5321, 3.1
}

void Screening::at_hello(Visit& visit, const std::string& name) const {
  visit.hello = name;
  visit.hello_fault.clear();
  if (settings_.screening.hello != "off" && visit.client)
    visit.hello_fault = screening::hello_fault(name, *visit.client, settings_.server.name,
                                               is_loopback(*visit.client));
}

// Questions about the client once, about the sender's domain each time; all side by side.
Task<void> Screening::ask(Visit& visit) {
  const auto& settings = settings_.screening;
  const auto deadline = std::chrono::steady_clock::now() + settings_.checks.timeout;
  std::vector<Task<void>> tasks;
  if (visit.client && !visit.is_asked) {
    const bool is_named = settings.reverse_name != "off" || allow_.has_names() || deny_.has_names();
    if (is_named) tasks.push_back(ask_name(*visit.client, resolver_, deadline, visit.name));
    tasks.push_back(ask_address_lists(dnsbl_, *visit.client, resolver_, visit.listings));
  }
  visit.is_asked = true;
  if (!visit.sender.empty() && !is_literal(visit.sender)) {
    const auto domain = domain_of(visit.sender);
    if (domain.empty()) {
      visit.sender_domain = Verdict::fail;
    } else {
      tasks.push_back(ask_domain_lists(rhsbl_, domain, resolver_, visit.domain_listings));
      if (settings.sender_domain != "off")
        tasks.push_back(ask_domain(domain, resolver_, visit.sender_domain));
    }
  }
  co_await run_all(std::move(tasks));
}

Task<std::optional<Refusal>> Screening::at_mail(Visit& visit, std::string sender) {
  visit.sender = std::move(sender);
  visit.refusal.reset();
  visit.domain_listings.clear();
  visit.sender_domain = Verdict::unknown;
  visit.is_own_sender = visit.is_sender_asked = false;
  visit.address = {};
  const bool is_known_sender = allow_.has_sender(visit.sender);
  if (visit.is_allowed || is_known_sender) co_return std::nullopt;
  if (deny_.has_sender(visit.sender))
    co_return Refusal{550, "5.7.1", "no mail is taken from this sender"};
  co_await ask(visit);
  if (allow_.has_name(visit.name.name)) {
    visit.is_allowed = true;
    co_return std::nullopt;
  }
  if (deny_.has_name(visit.name.name))
    co_return Refusal{554, "5.7.1", "no mail is taken from " + visit.name.name};
  visit.refusal = judge(visit);
  co_return std::nullopt;
}

std::optional<Refusal> Screening::judge(const Visit& visit) const {
  const auto& settings = settings_.screening;
  if (settings.listed == "refuse" && !visit.listings.empty())
    return listed(visit.listings[0], "your address " + visit.client->text());
  if (settings.listed == "refuse" && !visit.domain_listings.empty())
    return listed(visit.domain_listings[0], "the domain of this sender");
  if (settings.spam_base == "refuse" && visit.is_spam_source)
    return Refusal{554, "5.7.1",
                   "mail from your address " + visit.client->text() +
                       " was reported as spam here again and again"};
  if (settings.reverse_name == "refuse" && visit.name.verdict == Verdict::fail)  // RFC 7372, 3.3
    return Refusal{550, "5.7.25", "your address has no name that leads back to it"};
  if (settings.hello == "refuse" && !visit.hello_fault.empty())
    return Refusal{550, "5.7.1", "your HELO is " + visit.hello_fault};
  if (settings.sender_domain == "refuse" && visit.sender_domain == Verdict::fail)
    return Refusal{550, "5.1.8", "the domain of this sender takes no mail"};
  return std::nullopt;
}

std::optional<Refusal> Screening::at_recipient(Visit& visit, const std::string& recipient) {
  if (visit.is_allowed || is_postmaster(recipient) || allow_.has_sender(visit.sender))
    return std::nullopt;
  if (visit.refusal) return visit.refusal;
  if (!settings_.screening.greylist || !visit.client) return std::nullopt;
  const auto wait = greylist_.judge(*visit.client, visit.sender, recipient, clock_.now());
  if (!wait) return std::nullopt;
  return Refusal{451, "4.7.1",
                 fmt::format("you are not known here yet; try again in {} seconds", wait->count())};
}

Task<std::optional<Refusal>> Screening::at_sender(Visit& visit,
                                                  Owner owner,
                                                  std::string recipient) {
  const auto& settings = settings_.screening;
  const bool is_looked_at = settings.own_sender != "off" || settings.sender_address != "off";
  if (!is_looked_at || visit.is_allowed || visit.sender.empty() || is_literal(visit.sender) ||
      is_postmaster(recipient) || allow_.has_sender(visit.sender))
    co_return std::nullopt;
  const bool is_own = owner != Owner::others;
  visit.is_own_sender = is_own && settings.own_sender != "off";
  if (!visit.is_sender_asked && settings.sender_address != "off") {
    visit.is_sender_asked = true;
    if (owner == Owner::known) visit.address.verdict = Verdict::pass;
    if (owner == Owner::nobody) visit.address = {Verdict::fail, "not in the directory"};
    // A domain that takes no mail need not be asked for.
    if (!is_own && visit.sender_domain != Verdict::fail)
      visit.address = co_await callout_.ask(visit.sender);
  }
  if (settings.own_sender == "refuse" && visit.is_own_sender)
    co_return Refusal{550, "5.7.1", "sign in to send with an address of this server"};
  if (settings.sender_address == "refuse" && visit.address.verdict == Verdict::fail)
    co_return Refusal{550, "5.1.8",
                      is_own ? std::string("nobody here has the address of this sender")
                             : fmt::format("the server of this sender says that there is no such "
                                           "address: {}",
                                           visit.address.words)};
  co_return std::nullopt;
}

std::string Screening::summary(const Visit& visit) { return join(findings(visit), " "); }

std::string Screening::field(const Visit& visit) {
  const auto found = findings(visit);
  if (found.empty()) return {};
  return fmt::format("{}: {}\r\n", k_field, join(found, "\r\n\t"));
}

}  // namespace kontor::filter
