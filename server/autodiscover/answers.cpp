// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/autodiscover/answers.hpp"

#include <algorithm>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "base/core/text.hpp"
#include "server/autodiscover/pox.hpp"

namespace kontor::autodiscover {
namespace {

namespace json = boost::json;
using directory::DirectoryCopy;
using directory::Principal;

bool is_remote(const config::Domains& domains, std::string_view domain) {
  return std::ranges::any_of(domains.remote, [&](std::string_view row) {
    return iequals(trim(row.substr(0, row.find('='))), domain);
  });
}

// Where mail to this object really goes, as far as a program should ask there; empty: nowhere.
std::string elsewhere(const Principal& found, std::string_view asked) {
  std::string target = found.mail_rules.target_address;
  if (target.empty() && found.kind == directory::Kind::contact) target = found.mail;
  return iequals(target, asked) ? std::string() : target;
}

json::object place(const Offer& offer, std::uint32_t port) {
  json::object out;
  out["host"] = offer.host;
  out["port"] = port;
  out["tls"] = true;
  return out;
}

}  // namespace

bool serves_domain(const config::Settings& settings,
                   const DirectoryCopy& copy,
                   std::string_view domain) {
  const auto other = true_domain(settings.domains, domain);
  const auto is_ours = [&](std::string_view name) {
    return copy.is_local_domain(name) ||
           std::ranges::any_of(settings.domains.local,
                               [&](std::string_view row) { return iequals(trim(row), name); });
  };
  return !domain.empty() && (is_ours(domain) || (!other.empty() && is_ours(other)));
}

std::string login_of(const Principal& person) {
  return person.principal_name.empty() ? person.mail : person.principal_name;
}

std::string answer_pox(const config::Settings& settings,
                       const DirectoryCopy& copy,
                       const Offer& offer,
                       std::string_view body,
                       UtcSeconds now) {
  const auto request = parse_pox_request(body);
  if (!request) return pox_error(PoxError::bad_request, now);
  // [MS-OXDSCLI] 3.1.5.2: programs of other kinds ask for schemas of their own.
  if (!request->response_schema.empty() && !iequals(request->response_schema, k_outlook_schema))
    return pox_error(PoxError::unknown_schema, now);
  const auto [local, domain] = split_address(request->address);
  if (const auto other = true_domain(settings.domains, domain); !other.empty())
    return pox_redirect_address(local + '@' + other);
  if (const auto found = copy.find_address(request->address)) {
    if (const auto target = elsewhere(*found, request->address); !target.empty())
      return pox_redirect_address(target);
    if (found->has_mailbox())
      return pox_settings(offer, {found->name, found->mail, login_of(*found)});
  }
  if (is_remote(settings.domains, domain) && !copy.find_address(request->address))
    return pox_redirect_url("https://autodiscover." + domain + std::string(k_pox_path));
  return pox_error(PoxError::no_such_address, now);
}

std::optional<std::string> answer_person(const DirectoryCopy& copy,
                                         const Offer& offer,
                                         const directory::Identity& who) {
  const auto person = copy.find(who.id);
  if (!person || !person->has_mailbox()) return std::nullopt;
  json::object out;
  out["address"] = to_valid_utf8(person->mail);
  out["name"] = to_valid_utf8(person->name);
  out["login"] = to_valid_utf8(login_of(*person));
  out["imap"] = place(offer, offer.port(k_imaps));
  out["pop3"] = place(offer, offer.port(k_pop3s));
  out["submission"] = place(offer, offer.port(k_submissions));
  return json::serialize(out) + "\n";
}

}  // namespace kontor::autodiscover
