// SPDX-License-Identifier: GPL-3.0-or-later
// The mail domains of this server, wherever they are known from.
#pragma once
#include <map>
#include <string>

#include "server/admin/verbs.hpp"

namespace kontor::admin {

struct MailDomain {
  enum class Kind : std::uint8_t { local, alias, remote };
  Kind kind = Kind::local;
  std::string from = "directory";  // or "settings", or "kontorctl", which was told it
  std::size_t mailboxes = 0;       // whose first address is in it
  std::size_t groups = 0;          // the same
};
std::string_view name_of(MailDomain::Kind kind) noexcept;

// By name, in lower case. What settings name is theirs, whoever else knows it.
std::map<std::string, MailDomain> mail_domains(const Desk& desk);

}  // namespace kontor::admin
