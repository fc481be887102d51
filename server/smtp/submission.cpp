// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/smtp/submission.hpp"

#include <algorithm>

#include "base/core/text.hpp"
#include "base/mime/header.hpp"
#include "server/smtp/trace_fields.hpp"

namespace kontor::smtp {
namespace {

std::string without_tag(std::string_view address) {
  const auto at = address.rfind('@');
  const auto plus = address.substr(0, at).find('+');
  std::string out(address.substr(0, std::min(plus, at)));
  if (at != std::string_view::npos) out.append(address.substr(at));
  return out;
}

// One author field's addresses are all somebody's own.
class AuthorCheck {
 public:
  AuthorCheck(const directory::Principal& person, const delivery::Domains& domains)
      : person_(person), domains_(domains) {}
  Result<void> field(std::string_view value) const;

 private:
  Result<void> mailbox(const mime::Mailbox& mailbox) const;

  const directory::Principal& person_;
  const delivery::Domains& domains_;
};

Result<void> AuthorCheck::mailbox(const mime::Mailbox& mailbox) const {
  if (mailbox.domain.empty() || !owns_address(person_, domains_, mailbox.address()))
    return fail(Errc::no_permission, "an author address of this message is not yours");
  return {};
}

Result<void> AuthorCheck::field(std::string_view value) const {
  const auto addresses = mime::parse_addresses(value);
  if (addresses.empty()) return fail(Errc::bad_input, "no address in the From or Sender field");
  for (const auto& address : addresses) {
    if (!address.is_group) {
      KONTOR_TRY(mailbox(address.mailbox));
    }
    for (const auto& member : address.members) {
      KONTOR_TRY(mailbox(member));
    }
  }
  return {};
}

}  // namespace

bool owns_address(const directory::Principal& person,
                  const delivery::Domains& domains,
                  std::string_view address) {
  const auto matches = [&](std::string_view name) {
    const auto same = [&](const std::string& own) { return iequals(own, name); };
    return iequals(person.mail, name) || std::ranges::any_of(person.addresses, same);
  };
  const auto name = domains.canonical(address);
  return !address.empty() && (matches(address) || matches(name) || matches(without_tag(name)));
}

Result<void> check_author(const directory::Principal& person,
                          const delivery::Domains& domains,
                          std::string_view message) {
  const AuthorCheck check(person, domains);
  bool has_from = false;
  for (const auto& field : mime::parse_fields(header_of(message))) {
    const bool is_from = iequals(field.name, "From");
    if (!is_from && !iequals(field.name, "Sender")) continue;
    has_from = has_from || is_from;
    KONTOR_TRY(check.field(field.value));
  }
  if (!has_from) return fail(Errc::bad_input, "the message has no From field");  // RFC 5322, 3.6
  return {};
}

std::string missing_fields(std::string_view message,
                           std::string_view trace,
                           std::string_view domain,
                           UtcSeconds now) {
  const auto header = header_of(message);
  std::string fields;
  if (!mime::field_value(header, "Date")) fields += "Date: " + mime::format_date(now) + "\r\n";
  if (!mime::field_value(header, "Message-ID"))
    fields += "Message-ID: <" + std::string(trace) + '@' + std::string(domain) + ">\r\n";
  return fields;
}

}  // namespace kontor::smtp
