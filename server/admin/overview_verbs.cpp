// SPDX-License-Identifier: GPL-3.0-or-later
// overview: the state of the server on one page, for a console's first one and a snap-in's tree;
// certificates; domains and the records that their DNS should have.
#include <fmt/format.h>

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <map>

#include "base/core/text.hpp"
#include "base/io/disk_room.hpp"
#include "base/io/work_pool.hpp"
#include "base/net/tls.hpp"
#include "server/admin/domains_verbs.hpp"
#include "server/admin/log_lines.hpp"
#include "server/admin/mail_domains.hpp"
#include "server/admin/verbs.hpp"
#include "server/delivery/domain_keeper.hpp"
#include "server/filter/dkim/key_ring.hpp"
#include "server/moderation/moderation.hpp"
#include "server/quarantine/keeper.hpp"
#include "store/tools/history.hpp"

namespace kontor::admin {
namespace {

namespace json = boost::json;

constexpr std::size_t k_problems_shown = 20;
constexpr std::int64_t k_day = 86'400;

Task<json::object> disk_of(const Desk& desk) {
  const auto& folder = desk.environment.settings.server.data_folder;
  auto work = [folder] { return io::disk_room(folder); };
  auto* pool = desk.environment.workers;
  const auto room = pool == nullptr ? work() : co_await io::on_pool(*pool, std::move(work));
  json::object out;
  out["folder"] = folder;
  if (!room) co_return out;
  out["bytes"] = room->size;
  out["free_bytes"] = room->free;
  out["free_files"] = room->free_files;
  co_return out;
}

json::array certificates_of(const Desk& desk) {
  json::array out;
  const auto& environment = desk.environment;
  if (!environment.certificate) return out;
  const auto context = environment.certificate();
  const auto now = environment.clock.now();
  json::object row;
  row["subject"] = context->subject();
  row["expires"] = store::show_moment(context->expires());
  row["days_left"] = (context->expires() - now).count() / k_day;
  row["file"] = environment.settings.tls.certificate_file.empty()
                    ? environment.settings.server.data_folder + "/tls/server.pem"
                    : environment.settings.tls.certificate_file;
  row["made_here"] = environment.settings.tls.certificate_file.empty();
  json::array problems;
  for (const auto& problem :
       context->check(environment.settings.server.name, now, environment.settings.tls.warn_days))
    problems.emplace_back(problem);
  row["problems"] = std::move(problems);
  out.emplace_back(std::move(row));
  return out;
}

json::array domain_rows(const Desk& desk) {
  json::array out;
  const auto& environment = desk.environment;
  for (const auto& [name, domain] : mail_domains(desk)) {
    json::object row;
    row["name"] = name;
    row["kind"] = name_of(domain.kind);
    row["from"] = domain.from;
    row["mailboxes"] = domain.mailboxes;
    row["groups"] = domain.groups;
    row["locked"] = is_domain_locked(desk, name);
    std::size_t keys = 0;
    if (environment.dkim_keys != nullptr)
      keys = static_cast<std::size_t>(std::ranges::count(environment.dkim_keys->list(), name,
                                                         &filter::dkim::StoredKey::domain));
    row["dkim_keys"] = keys;
    out.emplace_back(std::move(row));
  }
  return out;
}

// The newest warnings and errors of the log.
json::array last_problems(const Desk& desk) {
  json::array out;
  if (!desk.environment.recent_log) return out;
  const auto lines = desk.environment.recent_log();
  for (std::size_t i = lines.size(); i-- > 0 && out.size() < k_problems_shown;) {
    const auto line = read_log_line(lines[i]);
    if (!line || level_of(line->level) < 2) continue;
    json::object row;
    row["time"] = line->time;
    row["level"] = line->level;
    row["event"] = line->event;
    row["text"] = line->rest;
    out.emplace_back(std::move(row));
  }
  return out;
}

// What a verb says; null: it refuses.
Task<json::value> part(Task<Answer> asked) {
  auto answer = co_await std::move(asked);
  if (answer) co_return *std::move(answer);
  co_return json::value();
}

Task<json::object> counts_of(const Desk& desk) {
  const auto& environment = desk.environment;
  const auto copy = environment.directory.current();
  json::object out;
  std::map<directory::Kind, std::size_t> kinds;
  for (const auto& one : copy->all())
    if (!one->mail.empty()) ++kinds[one->kind];
  out["people"] = kinds[directory::Kind::person];
  out["rooms"] = kinds[directory::Kind::room];
  out["groups"] = kinds[directory::Kind::group];
  out["contacts"] = kinds[directory::Kind::contact];
  out["mailboxes"] = environment.store.list().size();
  out["sessions"] = environment.sessions.list().size();
  if (environment.queue != nullptr) out["queue"] = environment.queue->totals().messages;
  if (environment.moderation != nullptr)
    out["moderation"] = std::ranges::count(environment.moderation->list(),
                                           moderation::Stage::waiting, &moderation::Held::stage);
  if (environment.quarantine != nullptr) {
    const auto held = co_await environment.quarantine->count();
    if (held) out["quarantine"] = *held;
  }
  co_return out;
}

json::object record(std::string name, std::string_view type, std::string value, std::string why) {
  json::object out;
  out["name"] = std::move(name);
  out["type"] = type;
  out["value"] = std::move(value);
  out["why"] = std::move(why);
  return out;
}

void add_service_records(const std::string& domain,
                         const config::Settings& settings,
                         json::array& out) {
  struct Row {
    std::string_view service;
    std::uint16_t port;
    std::string_view why;
  };
  const auto& host = settings.server.name;
  for (const auto& row :
       {Row{"_imaps._tcp", 993, "mail programs find IMAP (RFC 6186)"},
        Row{"_pop3s._tcp", 995, "mail programs find POP3 (RFC 6186)"},
        Row{"_submissions._tcp", 465, "mail programs find submission (RFC 8314)"},
        Row{"_submission._tcp", 587, "mail programs find submission (RFC 6186)"},
        Row{"_caldavs._tcp", 443, "calendar programs find CalDAV (RFC 6764)"},
        Row{"_carddavs._tcp", 443, "address book programs find CardDAV (RFC 6764)"},
        Row{"_autodiscover._tcp", 443, "Outlook finds its settings"}})
    out.emplace_back(record(fmt::format("{}.{}", row.service, domain), "SRV",
                            fmt::format("0 1 {} {}.", row.port, host), std::string(row.why)));
}

}  // namespace

Task<Answer> certificates(const Desk& desk, Request) {
  co_return json::value(certificates_of(desk));
}

Task<Answer> domains_list(const Desk& desk, Request) { co_return json::value(domain_rows(desk)); }

Task<Answer> domains_show(const Desk& desk, Request request) {
  const auto domain = to_lower(request.arguments[0]);
  const auto known = mail_domains(desk);
  const auto found = known.find(domain);
  if (found == known.end())
    co_return fail(Errc::not_found, domain + " is no mail domain of this server");
  const auto& settings = desk.environment.settings;
  const auto& host = settings.server.name;
  json::array records;
  records.emplace_back(record(domain, "MX", fmt::format("10 {}.", host), "mail for it comes here"));
  records.emplace_back(
      record(domain, "TXT", "v=spf1 mx -all", "who may send in its name (RFC 7208)"));
  if (desk.environment.dkim_keys != nullptr) {
    const auto keys = co_await part(dkim_show(desk, Request{{domain}, {}}));
    if (keys.is_object() || keys.is_array()) {
      json::object dkim;
      dkim["dkim"] = keys;
      records.emplace_back(std::move(dkim));
    }
  }
  records.emplace_back(record(
      "_dmarc." + domain, "TXT", fmt::format("v=DMARC1; p=none; rua=mailto:postmaster@{}", domain),
      "others report mail in its name (RFC 7489); stricter when the reports are clean"));
  records.emplace_back(record("_smtp._tls." + domain, "TXT",
                              fmt::format("v=TLSRPTv1; rua=mailto:postmaster@{}", domain),
                              "others report TLS that failed (RFC 8460)"));
  if (settings.outbound.policy_mode != "off") {
    records.emplace_back(record("_mta-sts." + domain, "TXT", "v=STSv1; id=1",
                                "the policy is there (RFC 8461); another id when it changes"));
    records.emplace_back(record("mta-sts." + domain, "CNAME", host + ".",
                                "the policy that mail is brought by TLS lies there (RFC 8461)"));
  }
  records.emplace_back(
      record("autodiscover." + domain, "CNAME", host + ".", "Outlook finds its settings"));
  add_service_records(domain, settings, records);
  json::object out;
  out["name"] = domain;
  out["kind"] = name_of(found->second.kind);
  out["mailboxes"] = found->second.mailboxes;
  out["groups"] = found->second.groups;
  out["records"] = std::move(records);
  co_return json::value(std::move(out));
}

Task<Answer> overview(const Desk& desk, Request) {
  json::object out;
  out["status"] = co_await part(status(desk, {}));
  out["counts"] = co_await counts_of(desk);
  out["domains"] = domain_rows(desk);
  out["directory"] = co_await part(directory_status(desk, {}));
  out["certificates"] = certificates_of(desk);
  out["disk"] = co_await disk_of(desk);
  Request hours;
  hours.options = {{"--by", "hour"}, {"--limit", "24"}};
  out["traffic"] = co_await part(statistics(desk, std::move(hours)));
  out["last_problems"] = last_problems(desk);
  co_return json::value(std::move(out));
}

}  // namespace kontor::admin
