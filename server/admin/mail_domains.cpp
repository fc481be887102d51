// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/admin/mail_domains.hpp"

#include "base/core/mail_domain.hpp"
#include "base/core/text.hpp"
#include "server/delivery/domain_keeper.hpp"

namespace kontor::admin {
namespace {

constexpr std::string_view k_settings = "settings";

// "old.test=example.test" or "example.test" -> the name in front.
std::string front_of(std::string_view row) { return to_lower(trim(row.substr(0, row.find('=')))); }

}  // namespace

std::string_view name_of(MailDomain::Kind kind) noexcept {
  switch (kind) {
    case MailDomain::Kind::local:
      return "local";
    case MailDomain::Kind::alias:
      return "alias";
    case MailDomain::Kind::remote:
      return "remote";
  }
  return {};
}

std::map<std::string, MailDomain> mail_domains(const Desk& desk) {
  std::map<std::string, MailDomain> out;
  for (const auto& one : desk.environment.directory.current()->all()) {
    if (one->kind == directory::Kind::contact) continue;
    for (const auto& address : one->addresses) out.try_emplace(mail_domain(address));
    auto& first = out[mail_domain(one->mail)];
    if (one->has_mailbox())
      ++first.mailboxes;
    else
      ++first.groups;
  }
  out.erase(std::string());
  if (const auto* keeper = desk.environment.domains)
    for (const auto& name : keeper->names()) out[name].from = "kontorctl";
  const auto take = [&](const std::vector<std::string>& rows, MailDomain::Kind kind) {
    for (const auto& row : rows) {
      auto& domain = out[front_of(row)];
      domain.from = k_settings;
      domain.kind = kind;
    }
  };
  const auto& settings = desk.environment.settings.domains;
  take(settings.local, MailDomain::Kind::local);
  take(settings.alias, MailDomain::Kind::alias);
  take(settings.remote, MailDomain::Kind::remote);
  return out;
}

}  // namespace kontor::admin
