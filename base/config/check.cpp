// SPDX-License-Identifier: GPL-3.0-or-later
// What single values cannot show: settings that need or exclude each other.
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/config/group_rules.hpp"
#include "base/config/journal_rules.hpp"
#include "base/config/languages.hpp"
#include "base/config/load.hpp"
#include "base/config/policy_rule.hpp"
#include "base/config/route_rules.hpp"
#include "base/config/screening_rules.hpp"
#include "base/config/sign_rules.hpp"
#include "base/config/sources.hpp"
#include "base/core/access_rules.hpp"
#include "base/core/networks.hpp"
#include "base/core/text.hpp"

namespace kontor::config {
namespace {

constexpr unsigned k_greatest_port = 995;  // of the standard ports that the base is added to
constexpr unsigned k_sieve_port = 4'190;

using Sentences = std::vector<std::string>;

bool is_host_name(std::string_view name) {
  if (name.empty() || name.size() > 253) return false;
  for (const auto label : split(name, '.')) {
    if (label.empty() || label.size() > 63 || label.front() == '-' || label.back() == '-')
      return false;
    for (const char c : label)
      if (!is_digit(c) && c != '-' && (ascii_lower(c) < 'a' || ascii_lower(c) > 'z')) return false;
  }
  return true;
}

// Ways by domain: each readable, and each domain once.
void check_routes(const Queue& queue, Sentences& out) {
  std::set<std::string> seen;
  for (const auto& row : queue.routes) {
    const auto rule = parse_route(row);
    if (!rule)
      out.push_back(fmt::format("queue.routes: \"{}\": {}", row, rule.error().detail()));
    else if (!seen.insert(rule->pattern).second)
      out.push_back(fmt::format("queue.routes: {} stands there twice", rule->pattern));
  }
}

// Mail to others, and the names it needs.
void check_queue(const Settings& settings, Sentences& out) {
  const Queue& queue = settings.queue;
  if (!queue.smart_host_user.empty() &&
      (queue.smart_host.empty() || queue.smart_host_password_file.empty()))
    out.emplace_back(
        "queue.smart_host and queue.smart_host_password_file are needed with "
        "queue.smart_host_user");
  if (!queue.source_address.empty() && !parse_ip_address(queue.source_address))
    out.push_back(fmt::format("queue.source_address: \"{}\" is not an IPv4 or IPv6 address",
                              queue.source_address));
  for (const auto& server : settings.dns.servers) {
    const auto at = std::min(server.find('@'), server.size());
    const bool has_port = at < server.size();
    if (!parse_ip_address(std::string_view(server).substr(0, at)) ||
        (has_port &&
         parse_number<std::uint16_t>(std::string_view(server).substr(at + 1)).value_or(0) == 0))
      out.push_back(fmt::format("dns.servers: \"{}\" is not an address or address@port", server));
  }
}

bool is_sender_address(std::string_view address) {
  const auto at = address.rfind('@');
  return at != std::string_view::npos && at > 0 && is_host_name(address.substr(at + 1));
}

// RFC 8461, 4.1: a host, or all names one label below a domain.
void check_outbound(const Settings& settings, Sentences& out) {
  for (const auto& host : settings.outbound.policy_hosts)
    if (!is_host_name(std::string_view(host).substr(host.starts_with("*.") ? 2 : 0)))
      out.push_back(
          fmt::format("outbound.policy_hosts: \"{}\" is neither a host name nor *.DOMAIN", host));
  for (const auto& zone : settings.dns.unsigned_zones)
    if (!is_host_name(zone))
      out.push_back(fmt::format("dns.unsigned_zones: \"{}\" is not a domain", zone));
}

void check_server(const Settings& settings, Sentences& out) {
  const Server& server = settings.server;
  // RFC 1123, section 2.1.
  if (!is_host_name(server.name))
    out.push_back(fmt::format("server.name: \"{}\" is not a host name", server.name));
  if (server.data_folder.empty()) out.emplace_back("server.data_folder must not be empty");
  if (server.listen.empty()) out.emplace_back("server.listen must name an address");
  for (const auto& address : server.listen)
    if (!parse_ip_address(address))
      out.push_back(fmt::format("server.listen: \"{}\" is not an IPv4 or IPv6 address", address));
  const auto greatest = settings.sieve.manage ? k_sieve_port : k_greatest_port;
  if (server.port_base + greatest > 65'535)
    out.push_back(fmt::format("server.port_base: {} leaves no room for the ports above it",
                              server.port_base));
}

void check_directory(const Settings& settings, Sentences& out) {
  const ActiveDirectory& ad = settings.ad;
  const auto& also = settings.directory.also;
  if (std::ranges::find(also, settings.directory.source) != also.end())
    out.push_back(fmt::format("directory.also: \"{}\" is directory.source already",
                              settings.directory.source));
  if (!has_source(settings.directory, "ad")) return;
  if (ad.domain.empty()) out.emplace_back("ad.domain is needed with directory.source = \"ad\"");
  if (ad.bind == "starttls" && (ad.bind_name.empty() || ad.bind_password_file.empty()))
    out.emplace_back(
        "ad.bind_name and ad.bind_password_file are needed with ad.bind = \"starttls\"");
  std::vector<std::string> domains = {to_lower(ad.domain)};
  for (const auto& domain : ad.more_domains) {
    if (!is_host_name(domain))
      out.push_back(fmt::format("ad.more_domains: \"{}\" is not a domain's name", domain));
    if (std::ranges::find(domains, to_lower(domain)) != domains.end())
      out.push_back(fmt::format("ad.more_domains: {} is followed already", domain));
    domains.push_back(to_lower(domain));
  }
  // One label of a DNS name ([MS-ADTS] 6.3.2.3).
  if (!ad.site.empty() && (!is_host_name(ad.site) || ad.site.contains('.')))
    out.push_back(fmt::format("ad.site: \"{}\" is not a site's name", ad.site));
}

bool is_loopback(std::string_view host) {
  return host == "localhost" || host == "[::1]" || host.starts_with("127.");
}

// "ldap://HOST[:PORT]": the host; empty for anything else.
std::string_view host_of_ldap_uri(std::string_view uri) {
  constexpr std::string_view scheme = "ldap://";
  if (!istarts_with(uri, scheme)) return {};
  uri.remove_prefix(scheme.size());
  while (uri.ends_with('/')) uri.remove_suffix(1);
  const auto bracket = uri.starts_with('[') ? uri.find(']') : std::string_view::npos;
  const auto host =
      bracket == std::string_view::npos ? uri.substr(0, uri.find(':')) : uri.substr(0, bracket + 1);
  return host.find_first_of("/@ ") == std::string_view::npos ? host : std::string_view();
}

void check_ldap(const Settings& settings, Sentences& out) {
  const Ldap& ldap = settings.ldap;
  if (!has_source(settings.directory, "ldap")) return;
  const auto host = host_of_ldap_uri(ldap.uri);
  if (istarts_with(ldap.uri, "ldaps:"))
    out.emplace_back(
        "ldap.uri: ldaps:// is not used; write ldap://HOST with ldap.security = \"starttls\", "
        "which "
        "encrypts the same connection on the ordinary port");
  else if (host.empty())
    out.push_back(fmt::format("ldap.uri: \"{}\" is not ldap://HOST or ldap://HOST:PORT", ldap.uri));
  else if (ldap.security == "none" && !is_loopback(host))
    out.emplace_back(
        "ldap.security = \"none\" is for a server on this machine alone: passwords would go in the "
        "clear");
  if (ldap.search_base.empty())
    out.emplace_back("ldap.search_base is needed with directory.source = \"ldap\"");
  if (ldap.bind_name.empty() != ldap.bind_password_file.empty())
    out.emplace_back("ldap.bind_name and ldap.bind_password_file are set together or not at all");
}

void check_screening(const Screening& screening, Sentences& out) {
  const auto lists = [&](std::string_view name, const std::vector<std::string>& rows) {
    if (rows.size() > k_most_dns_lists)
      out.push_back(fmt::format("{}: {} at most", name, k_most_dns_lists));
    for (const auto& row : rows)
      if (const auto parsed = parse_dns_list(row); !parsed)
        out.push_back(fmt::format("{}: {}", name, parsed.error().detail()));
  };
  lists("screening.dnsbl", screening.dnsbl);
  lists("screening.rhsbl", screening.rhsbl);
  const auto peers = [&](std::string_view name, const std::vector<std::string>& rows) {
    if (const auto parsed = PeerList::parse(rows); !parsed)
      out.push_back(fmt::format("{}: {}", name, parsed.error().detail()));
  };
  peers("screening.allow", screening.allow);
  peers("screening.deny", screening.deny);
  if (screening.greylist_retry <= screening.greylist_wait)
    out.emplace_back("screening.greylist_retry must be longer than screening.greylist_wait");
}

void check_scan(const Scan& scan, Sentences& out) {
  const auto service = [&](std::string_view name, const std::string& text) {
    if (const auto parsed = parse_service_address(text); !parsed)
      out.push_back(fmt::format("{}: {}", name, parsed.error().detail()));
  };
  if (!scan.clamd.empty()) service("scan.clamd", scan.clamd);
  for (const auto& milter : scan.milters) service("scan.milters", milter);
  if (scan.milters.size() > k_most_milters)
    out.push_back(fmt::format("scan.milters: {} at most", k_most_milters));
}

void check_guards(const Settings& settings, Sentences& out) {
  if (const auto points = parse_sign_points(settings.signs.points); !points)
    out.push_back(fmt::format("signs.points: {}", points.error().detail()));
  const auto& learning = settings.learning;
  if (!learning.controller.empty())
    if (const auto parsed = parse_service_address(learning.controller); !parsed)
      out.push_back(fmt::format("learning.controller: {}", parsed.error().detail()));
  for (const auto& folder : learning.report_folders)
    if (folder.empty() || folder.size() > 255)
      out.push_back(fmt::format("learning.report_folders: \"{}\" is no folder", folder));
}

void check_networks(const Settings& settings, Sentences& out) {
  const auto networks = [&](std::string_view name, const std::vector<std::string>& texts) {
    if (const auto list = NetworkList::parse(texts); !list)
      out.push_back(fmt::format("{}: {}", name, list.error().detail()));
  };
  networks("sign_in.never_block", settings.sign_in.never_block);
  networks("smtp.trusted_networks", settings.smtp.trusted_networks);
  networks("queue.etrn_networks", settings.queue.etrn_networks);
  networks("http.unlimited_networks", settings.http.unlimited_networks);
  networks("http.metrics_networks", settings.http.metrics_networks);
  const auto rules = [&](std::string_view name, const std::vector<std::string>& texts) {
    if (const auto parsed = AccessRules::parse(texts); !parsed)
      out.push_back(fmt::format("{}: {}", name, parsed.error().detail()));
  };
  rules("access.imap", settings.access.imap);
  rules("access.pop3", settings.access.pop3);
  rules("access.smtp", settings.access.smtp);
  rules("access.submission", settings.access.submission);
  rules("access.http", settings.access.http);
  rules("access.ldap", settings.access.ldap);
}

// A mail domain; in other scripts too (RFC 6531), and with the underscores of Windows domains.
bool is_mail_domain(std::string_view name) {
  const auto is_wrong = [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte <= ' ' || byte == 0x7F || c == '@' || c == '=' || c == ':' || c == '[';
  };
  if (name.empty() || name.size() > 253 || std::ranges::any_of(name, is_wrong)) return false;
  const auto labels = split(name, '.');
  return std::ranges::none_of(labels, [](std::string_view label) { return label.empty(); });
}

// A row "name" or "name=value" of a setting of domains.
struct DomainRow {
  std::string_view name, value;
};

DomainRow split_row(std::string_view row) {
  const auto equals = row.find('=');
  if (equals == std::string_view::npos) return {trim(row), {}};
  return {trim(row.substr(0, equals)), trim(row.substr(equals + 1))};
}

void check_domains(const Settings& settings, Sentences& out) {
  const Domains& domains = settings.domains;
  std::set<std::string> own;
  const auto check = [&](std::string_view key, const std::string& row, bool is_good) {
    if (!is_good) out.push_back(fmt::format("domains.{}: \"{}\" cannot be read", key, row));
  };
  for (const auto& row : domains.local) {
    check("local", row, is_mail_domain(trim(row)));
    own.insert(to_lower(trim(row)));
  }
  for (const auto& row : domains.remote) {
    const auto [name, host] = split_row(row);
    check("remote", row, is_mail_domain(name) && (!host.empty() || !row.contains('=')));
    if (!own.insert(to_lower(name)).second)
      out.push_back(fmt::format("domains.remote: {} is in domains.local too", name));
  }
  for (const auto& row : domains.alias) {
    const auto [name, target] = split_row(row);
    check("alias", row, is_mail_domain(name) && is_mail_domain(target));
    if (own.contains(to_lower(name)))
      out.push_back(fmt::format("domains.alias: {} is local or remote already", name));
    for (const auto& other : domains.alias)
      if (iequals(split_row(other).name, target))
        out.push_back(fmt::format("domains.alias: {} is an alias itself", target));
  }
  for (const auto& row : domains.catch_all) {
    const auto [name, address] = split_row(row);
    check("catch_all", row, is_mail_domain(name) && address.contains('@'));
  }
  if (!domains.default_domain.empty())
    check("default_domain", domains.default_domain, is_mail_domain(domains.default_domain));
}

// Rows about mailboxes: each wrong one is named with what is wrong.
void check_store(const Settings& settings, Sentences& out) {
  for (const auto& folder : settings.store.standard_folders)
    if (folder.empty() || iequals(folder, "INBOX"))
      out.push_back(fmt::format("store.standard_folders: \"{}\" cannot be such a folder", folder));
  for (const auto& row : settings.store.retention)
    if (const auto rule = parse_retention(row); !rule)
      out.push_back(fmt::format("store.retention: \"{}\": {}", row, rule.error().detail()));
}

// An attribute of a directory (RFC 4512, 2.5).
bool is_attribute(std::string_view name) {
  const auto is_letter = [](char c) { return ascii_lower(c) >= 'a' && ascii_lower(c) <= 'z'; };
  return !name.empty() && name.size() <= 255 && is_letter(name.front()) &&
         std::ranges::all_of(name, [&](char c) { return is_letter(c) || is_digit(c) || c == '-'; });
}

void check_policy(const Settings& settings, Sentences& out) {
  for (const auto& row : settings.policy.rules)
    if (const auto rule = parse_policy(row); !rule)
      out.push_back(fmt::format("policy.rules: \"{}\": {}", row, rule.error().detail()));
  const auto& attribute = settings.policy.attribute;
  if (!attribute.empty() && !is_attribute(attribute))
    out.push_back(
        fmt::format("policy.attribute: \"{}\" is not the name of an attribute", attribute));
}

std::string known_languages() {
  std::string out;
  for (const auto& language : languages())
    out.append(out.empty() ? "" : ", ").append(language.code);
  return out;
}

void check_search(const Settings& settings, Sentences& out) {
  const Search& search = settings.search;
  for (const auto& language : search.languages)
    if (find_language(language) == nullptr)
      out.push_back(fmt::format(
          "search.languages: \"{}\" is not a language whose word forms are known; these are: {}",
          language, known_languages()));
  // The attachment, what is unpacked from it and its text are in memory together.
  if (search.attachments && search.attachment_memory / 4 < search.max_attachment)
    out.emplace_back("search.attachment_memory must be at least four times search.max_attachment");
}

// Forms of single rows, each wrong one named with what is wrong.
void check_groups(const Settings& settings, Sentences& out) {
  const auto check = [&](std::string_view key, const auto& rows, const auto& parse) {
    for (const auto& row : rows)
      if (const auto parsed = parse(row); !parsed)
        out.push_back(fmt::format("{}: \"{}\": {}", key, row, parsed.error().detail()));
  };
  check("groups.rules", settings.groups.rules, parse_group_rule);
  check("groups.dynamic", settings.groups.dynamic, parse_dynamic_rule);
  check("journal.rules", settings.journal.rules, parse_journal_rule);
  check("directory.attributes", settings.directory.attributes, parse_attribute_rule);
  const auto& forward = settings.directory.disabled_forward;
  const auto at = forward.rfind('@');
  if (!forward.empty() && (at == std::string::npos || at == 0 || at + 1 == forward.size()))
    out.push_back(fmt::format("directory.disabled_forward: \"{}\" is not a mail address", forward));
}

// A domain, or an address, where one is given.
void check_checks(const Settings& settings, Sentences& out) {
  const auto& undelivered = settings.journal.undelivered;
  if (!undelivered.empty() && !is_sender_address(undelivered))
    out.push_back(fmt::format("journal.undelivered: \"{}\" is not a mail address", undelivered));
  for (const auto& domain : settings.checks.trusted_sealers)
    if (!is_host_name(domain) || !domain.contains('.'))
      out.push_back(fmt::format("checks.trusted_sealers: \"{}\" is not a domain", domain));
  const auto& sender = settings.checks.report_sender;
  if (!sender.empty() && !is_sender_address(sender))
    out.push_back(fmt::format("checks.report_sender: \"{}\" is not a mail address", sender));
}

void check_reports(const Settings& settings, Sentences& out) {
  const auto& reports = settings.reports;
  const auto is_wrong = [](const std::string& address) {
    return !address.empty() && !is_sender_address(address);
  };
  if (is_wrong(reports.tls_sender))
    out.push_back(
        fmt::format("reports.tls_sender: \"{}\" is not a mail address", reports.tls_sender));
  if (is_wrong(reports.contact))
    out.push_back(fmt::format("reports.contact: \"{}\" is not a mail address", reports.contact));
  for (const auto& address : reports.addresses)
    if (!is_sender_address(address))
      out.push_back(fmt::format("reports.addresses: \"{}\" is not a mail address", address));
}

}  // namespace

Sentences check_settings(const Settings& settings) {
  Sentences out;
  check_server(settings, out);
  check_directory(settings, out);
  check_queue(settings, out);
  check_routes(settings.queue, out);
  check_outbound(settings, out);
  check_reports(settings, out);
  check_ldap(settings, out);
  check_networks(settings, out);
  check_screening(settings.screening, out);
  check_scan(settings.scan, out);
  check_guards(settings, out);
  check_domains(settings, out);
  check_groups(settings, out);
  if (settings.tls.certificate_file.empty() != settings.tls.key_file.empty())
    out.emplace_back("tls.certificate_file and tls.key_file are set together or not at all");
  if (settings.imap.max_line > settings.imap.max_command)
    out.emplace_back("imap.max_line must not be greater than imap.max_command");
  check_store(settings, out);
  check_policy(settings, out);
  check_search(settings, out);
  check_checks(settings, out);
  if (settings.message_trace.keep_statistics < settings.message_trace.keep)
    out.emplace_back("message_trace.keep_statistics must not be shorter than message_trace.keep");
  return out;
}

}  // namespace kontor::config
