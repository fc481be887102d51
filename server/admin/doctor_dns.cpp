// SPDX-License-Identifier: GPL-3.0-or-later
// doctor: the DNS, as the resolvers of dns.servers see it: what others need to send mail to us and
// to believe mail from us.
#include <fmt/format.h>

#include <algorithm>
#include <span>

#include "base/config/screening_rules.hpp"
#include "base/core/networks.hpp"
#include "base/core/text.hpp"
#include "base/net/resolver.hpp"
#include "server/admin/doctor.hpp"
#include "server/admin/mail_domains.hpp"
#include "server/filter/dkim/key_ring.hpp"
#include "server/filter/spf/check.hpp"

namespace kontor::admin {
namespace {

constexpr std::chrono::seconds k_patience{20};  // for the questions of one SPF record
constexpr std::size_t k_most_domains = 50;

struct Looker {
  const Desk& desk;
  net::Resolver& resolver;
  std::string host;                    // server.name
  std::vector<std::string> addresses;  // of it
  Diagnoses out = {};

  void say(std::string check, Grade grade, std::string about, Words sentence, Words advice = {}) {
    out.push_back(
        {std::move(check), grade, std::move(about), std::move(sentence), std::move(advice)});
  }
  // True: the question itself failed, and that was said.
  bool is_unanswered(const std::string& check, const std::string& about, const Error& error) {
    if (error.code() == Errc::not_found) return false;
    say(check, Grade::warning, about,
        {"The name servers gave no answer: " + error.text() + ".",
         "Серверы имён не ответили: " + error.text() + "."},
        {"See dns.servers of the settings, and the network.",
         "Проверьте dns.servers в настройках и сеть."});
    return true;
  }
  Task<void> look_at_host();
  Task<void> look_at_lists(std::string address);
  Task<void> look_at_mx(std::string domain);
  Task<void> look_at_spf(std::string domain);
  Task<void> look_at_dkim(std::string domain);
  Task<void> look_at_dmarc(std::string domain);
  Task<void> look_at_transport(std::string domain);
  Task<std::vector<std::string>> texts(std::string name, std::string check);
};

// The host's own name: its addresses, and back again (RFC 1912, 2.1; big receivers ask for it).
Task<void> Looker::look_at_host() {
  const auto found = co_await resolver.addresses(host);
  if (found) addresses = found->addresses;
  if (addresses.empty()) {
    if (!found && is_unanswered("dns.host", host, found.error())) co_return;
    say("dns.host", Grade::problem, host,
        {"The server's name has no address.", "У имени сервера нет адреса."},
        {"Make an A or AAAA record for " + host + ", or correct server.name.",
         "Создайте запись A или AAAA для " + host + " либо исправьте server.name."});
    co_return;
  }
  say("dns.host", Grade::good, host,
      {"Its addresses: " + join(addresses, ", ") + ".", "Адреса: " + join(addresses, ", ") + "."});
  for (const auto& address : addresses) {
    const auto names = co_await resolver.names(address);
    const bool is_back =
        names && std::ranges::any_of(*names, [&](const auto& name) { return iequals(name, host); });
    if (is_back)
      say("dns.ptr", Grade::good, address,
          {"The address leads back to " + host + ".", "Адрес ведёт обратно к " + host + "."});
    else if (names || !is_unanswered("dns.ptr", address, names.error()))
      say("dns.ptr", Grade::warning, address,
          {"The address does not lead back to " + host + ": others may refuse mail from it.",
           "Адрес не ведёт обратно к " + host + ": другие могут отказать письмам с него."},
          {"Ask the provider of the address for the PTR record " + host + ".",
           "Попросите у владельца адреса запись PTR " + host + "."});
    co_await look_at_lists(address);
  }
}

// RFC 5782, 2.1: the address backwards, below the list's name.
std::string listed_name(const IpAddress& address, const std::string& zone) {
  std::string out;
  const auto bytes = std::span(address.bytes).subspan(address.is_v4() ? 12 : 0);
  for (auto byte = bytes.rbegin(); byte != bytes.rend(); ++byte) {
    if (address.is_v4())
      out += fmt::format("{}.", static_cast<unsigned>(*byte));
    else
      out += fmt::format("{:x}.{:x}.", *byte & 15U, *byte >> 4U);
  }
  return out + zone;
}

Task<void> Looker::look_at_lists(std::string address) {
  const auto numeric = parse_ip_address(address);
  if (!numeric) co_return;
  for (const auto& row : desk.environment.settings.screening.dnsbl) {
    const auto list = config::parse_dns_list(row);
    if (!list) continue;
    const auto found =
        co_await resolver.addresses_of(listed_name(*numeric, list->zone), net::AddressFamily::v4);
    if (found && !found->empty())
      say("dns.blocklist", Grade::problem, address,
          {"The list " + list->zone + " names the server's own address (" + found->front() + ").",
           "Собственный адрес сервера есть в списке " + list->zone + " (" + found->front() + ")."},
          {"Find what was sent from it (kontorctl statistics), then ask the list to take it off.",
           "Выясните, что с него отправлялось (kontorctl statistics), и попросите список его "
           "убрать."});
    else if (found || !is_unanswered("dns.blocklist", address, found.error()))
      say("dns.blocklist", Grade::good, address,
          {"It is not in " + list->zone + ".", "Его нет в " + list->zone + "."});
  }
}

Task<void> Looker::look_at_mx(std::string domain) {
  const auto found = co_await resolver.mx(domain);
  if (!found && is_unanswered("dns.mx", domain, found.error())) co_return;
  const bool has_any = found && !found->hosts.empty();
  const bool is_here = has_any && std::ranges::any_of(found->hosts, [&](const net::Mx& one) {
                         return iequals(one.host, host);
                       });
  if (is_here)
    say("dns.mx", Grade::good, domain,
        {"Mail for it is sent to " + host + ".", "Почта для него идёт на " + host + "."});
  else if (has_any)
    say("dns.mx", Grade::warning, domain,
        {"Mail for it is sent to " + found->hosts.front().host + ", which is not this server.",
         "Почта для него идёт на " + found->hosts.front().host + ", а не на этот сервер."},
        {"That is right when a relay of yours stands in front; else make the record MX 10 " + host +
             ".",
         "Это верно, если впереди стоит ваш ретранслятор; иначе создайте запись MX 10 " + host +
             "."});
  else
    say("dns.mx", Grade::problem, domain,
        {"It has no MX record: mail for it finds nobody.",
         "У него нет записи MX: почта для него никуда не приходит."},
        {"Make the record " + domain + ". MX 10 " + host + ".",
         "Создайте запись " + domain + ". MX 10 " + host + "."});
}

Task<std::vector<std::string>> Looker::texts(std::string name, std::string check) {
  const auto found = co_await resolver.texts(name);
  if (!found) (void)is_unanswered(check, name, found.error());
  co_return found ? *found : std::vector<std::string>();
}

Task<void> Looker::look_at_spf(std::string domain) {
  const auto found = co_await resolver.texts(domain);
  if (!found && is_unanswered("dns.spf", domain, found.error())) co_return;
  const auto count = found ? std::ranges::count_if(*found, filter::spf::is_spf_record) : 0;
  if (count != 1) {
    say("dns.spf", count == 0 ? Grade::warning : Grade::problem, domain,
        count == 0 ? Words{"It has no SPF record.", "У него нет записи SPF."}
                   : Words{"It has several SPF records; then none counts.",
                           "У него несколько записей SPF; тогда не действует ни одна."},
        {"Make one TXT record: \"v=spf1 mx -all\".",
         "Оставьте одну запись TXT: \"v=spf1 mx -all\"."});
    co_return;
  }
  bool is_good = true;
  for (const auto& address : addresses) {
    const auto client = parse_ip_address(address);
    if (!client) continue;
    filter::spf::Asked asked{*client,
                             host,
                             "postmaster@" + domain,
                             host,
                             desk.environment.clock.now(),
                             desk.environment.clock.steady() + k_patience};
    const auto answer = co_await filter::spf::check(std::move(asked), resolver);
    if (answer.verdict == filter::spf::Verdict::pass) continue;
    is_good = false;
    say("dns.spf", Grade::problem, domain,
        {fmt::format("The SPF record does not let {} send ({}).", address,
                     filter::spf::word_of(answer.verdict)),
         fmt::format("Запись SPF не разрешает отправку с {} ({}).", address,
                     filter::spf::word_of(answer.verdict))},
        {"Put the address or mx into the record, before all.",
         "Добавьте в запись этот адрес или mx перед all."});
  }
  if (is_good)
    say("dns.spf", Grade::good, domain,
        {"The SPF record lets this server send.", "Запись SPF разрешает этому серверу отправку."});
}

Task<void> Looker::look_at_dkim(std::string domain) {
  if (desk.environment.dkim_keys == nullptr) co_return;
  auto keys = desk.environment.dkim_keys->list();
  std::erase_if(keys, [&](const auto& key) {
    return key.domain != domain || key.state != filter::dkim::KeyState::active;
  });
  if (keys.empty()) {
    const bool is_above = !desk.environment.dkim_keys->keys_for(domain).empty();
    if (is_above) co_return;  // signed by the domain above, which is looked at by itself
    say("dns.dkim", Grade::warning, domain,
        {"Mail of it is not signed.", "Почта от него не подписывается."},
        {"kontorctl dkim add " + domain, "kontorctl dkim add " + domain});
    co_return;
  }
  const auto looked = co_await filter::dkim::KeyRing::look_up(std::move(keys), resolver);
  for (const auto& one : looked) {
    const auto name = one.key.selector + "._domainkey." + domain;
    if (one.seen == filter::dkim::Seen::right)
      say("dns.dkim", Grade::good, domain,
          {"The record " + name + " is that of its key.",
           "Запись " + name + " соответствует ключу."});
    else
      say("dns.dkim", Grade::problem, domain,
          {"Mail is signed, and the record " + name + " is not there or another one.",
           "Почта подписывается, а записи " + name + " нет или она другая."},
          {"kontorctl dkim show " + domain, "kontorctl dkim show " + domain});
  }
}

Task<void> Looker::look_at_dmarc(std::string domain) {
  const auto found = co_await texts("_dmarc." + domain, "dns.dmarc");
  const auto is_record = [](const std::string& text) { return text.starts_with("v=DMARC1"); };
  if (std::ranges::any_of(found, is_record))
    say("dns.dmarc", Grade::good, domain, {"It has a DMARC record.", "У него есть запись DMARC."});
  else
    say("dns.dmarc", Grade::warning, domain,
        {"It has no DMARC record: others may take mail in its name from anybody.",
         "У него нет записи DMARC: письма от его имени могут принимать от кого угодно."},
        {"Make the TXT record _dmarc." + domain + " \"v=DMARC1; p=none\", and see kontorctl dmarc.",
         "Создайте запись TXT _dmarc." + domain +
             " \"v=DMARC1; p=none\" и смотрите kontorctl dmarc."});
}

// MTA-STS (RFC 8461), reports of TLS (RFC 8460), DANE (RFC 7672): good to have.
Task<void> Looker::look_at_transport(std::string domain) {
  const auto& mode = desk.environment.settings.outbound.policy_mode;
  const auto sts = co_await texts("_mta-sts." + domain, "dns.mta_sts");
  const bool has_sts =
      std::ranges::any_of(sts, [](const std::string& text) { return text.starts_with("v=STSv1"); });
  const bool serves = mode != "off";
  if (has_sts != serves)
    say("dns.mta_sts", Grade::warning, domain,
        serves ? Words{"The server has an MTA-STS policy, and no record tells of it.",
                       "У сервера есть политика MTA-STS, но запись о ней не сообщает."}
               : Words{"A record tells of an MTA-STS policy, and this server has none.",
                       "Запись сообщает о политике MTA-STS, а у этого сервера её нет."},
        serves ? Words{"Make the TXT record _mta-sts." + domain + " \"v=STSv1; id=1\".",
                       "Создайте запись TXT _mta-sts." + domain + " \"v=STSv1; id=1\"."}
               : Words{"Set outbound.policy_mode, or take the record away.",
                       "Задайте outbound.policy_mode или уберите запись."});
  else if (serves)
    say("dns.mta_sts", Grade::good, domain,
        {"Record and policy of MTA-STS are there.", "Запись и политика MTA-STS есть."});
  const auto reports = co_await texts("_smtp._tls." + domain, "dns.tlsrpt");
  const bool has_reports = std::ranges::any_of(
      reports, [](const std::string& text) { return text.starts_with("v=TLSRPTv1"); });
  if (has_reports)
    say("dns.tlsrpt", Grade::good, domain,
        {"Others report of TLS with this server.", "Другие сообщают о TLS с этим сервером."});
}

}  // namespace

Task<Diagnoses> diagnose_dns(const Desk& desk) {
  const auto made = net::Resolver::make(desk.environment.settings.dns);
  if (!made)
    co_return Diagnoses{{"dns",
                         Grade::problem,
                         "",
                         {"The DNS cannot be asked: " + made.error().text() + ".",
                          "К DNS нельзя обратиться: " + made.error().text() + "."},
                         {"Correct the settings dns.*.", "Исправьте настройки dns.*."}}};
  Looker looker{desk, **made, desk.environment.settings.server.name, {}};
  co_await looker.look_at_host();
  std::size_t count = 0;
  for (const auto& [domain, known] : mail_domains(desk)) {
    if (known.kind != MailDomain::Kind::local) continue;
    if (++count > k_most_domains) break;
    co_await looker.look_at_mx(domain);
    co_await looker.look_at_spf(domain);
    co_await looker.look_at_dkim(domain);
    co_await looker.look_at_dmarc(domain);
    co_await looker.look_at_transport(domain);
  }
  co_return std::move(looker.out);
}

}  // namespace kontor::admin
