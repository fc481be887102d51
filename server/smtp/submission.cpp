// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/smtp/submission.hpp"

#include <algorithm>

#include "base/core/text.hpp"
#include "base/mime/header.hpp"
#include "directory/model/shared_mailbox.hpp"
#include "server/delivery/senders.hpp"
#include "server/sharing/send_as.hpp"
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

bool is_own(const directory::Principal& person, std::string_view name) {
  const auto same = [&](const std::string& own) { return iequals(own, name); };
  return iequals(person.mail, name) || std::ranges::any_of(person.addresses, same);
}

// The right to the address of somebody else.
Right right_to_other(const Writer& writer, const std::string& address) {
  const auto owner = writer.copy->find_address(address);
  if (!owner || owner->kind == directory::Kind::contact) return Right::none;
  if (writer.may_send_as && writer.may_send_as(*owner)) return Right::own;
  const auto stands_for_him = [&](const directory::PrincipalId& id) {
    return delivery::names(*writer.copy, id, writer.person->id, writer.sids);
  };
  const bool is_delegate = std::ranges::any_of(owner->mail_rules.delegates, stands_for_him) ||
                           std::ranges::any_of(owner->mail_rules.shared_with, stands_for_him);
  return is_delegate ? Right::on_behalf : Right::none;
}

// The least right to an address of one author field.
Result<Right> right_to_field(const Writer& writer,
                             const delivery::Domains& domains,
                             std::string_view value) {
  const auto addresses = mime::parse_addresses(value);
  if (addresses.empty()) return fail(Errc::bad_input, "no address in the From or Sender field");
  auto least = Right::own;
  const auto take = [&](const mime::Mailbox& mailbox) {
    const auto right =
        mailbox.domain.empty() ? Right::none : right_to(writer, domains, mailbox.address());
    least = std::min(least, right);
  };
  for (const auto& address : addresses) {
    if (!address.is_group) take(address.mailbox);
    for (const auto& member : address.members) take(member);
  }
  if (least == Right::none)
    return fail(Errc::no_permission, "an author address of this message is not yours");
  return least;
}

}  // namespace

Writer writer_of(const directory::Directory& directory,
                 const directory::Identity& who,
                 const store::AccountStore* store) {
  Writer writer{directory.current(), nullptr, who.sids};
  writer.person = writer.copy->find(who.id);
  if (store != nullptr)
    writer.may_send_as = [&directory, who, store](const directory::Principal& mailbox) {
      return sharing::may_send_as(who, directory, *store, mailbox);
    };
  return writer;
}

Right right_to(const Writer& writer, const delivery::Domains& domains, std::string_view address) {
  if (address.empty() || !writer.person || writer.person->mail.empty()) return Right::none;
  const auto name = domains.canonical(address);
  const auto plain = without_tag(name);
  const auto& person = *writer.person;
  if (is_own(person, address) || is_own(person, name) || is_own(person, plain)) return Right::own;
  return std::max(right_to_other(writer, name), right_to_other(writer, plain));
}

std::vector<SharedAuthor> shared_authors(const Writer& writer,
                                         const delivery::Domains& domains,
                                         std::string_view message) {
  std::vector<SharedAuthor> out;
  const auto take = [&](const mime::Mailbox& mailbox) {
    if (mailbox.domain.empty()) return;
    const auto name = domains.canonical(mailbox.address());
    auto owner = writer.copy->find_address(name);
    if (!owner) owner = writer.copy->find_address(without_tag(name));
    if (!owner || !directory::is_shared_mailbox(*owner)) return;
    const auto right = right_to(writer, domains, mailbox.address());
    const auto same = [&](const auto& one) { return one.mailbox->id == owner->id; };
    if (right != Right::none && std::ranges::none_of(out, same))
      out.push_back({std::move(owner), right});
  };
  for (const auto& field : mime::parse_fields(header_of(message))) {
    if (!iequals(field.name, "From")) continue;
    for (const auto& address : mime::parse_addresses(field.value)) {
      if (!address.is_group) take(address.mailbox);
      for (const auto& member : address.members) take(member);
    }
  }
  return out;
}

Result<Right> check_author(const Writer& writer,
                           const delivery::Domains& domains,
                           std::string_view message) {
  bool has_from = false, has_sender = false;
  auto least = Right::own;
  for (const auto& field : mime::parse_fields(header_of(message))) {
    const bool is_from = iequals(field.name, "From");
    if (!is_from && !iequals(field.name, "Sender")) continue;
    has_from = has_from || is_from;
    has_sender = has_sender || !is_from;
    KONTOR_TRY(const auto right, right_to_field(writer, domains, field.value));
    if (!is_from && right != Right::own)
      return fail(Errc::no_permission, "the Sender of this message is not you");
    least = std::min(least, right);
  }
  if (!has_from) return fail(Errc::bad_input, "the message has no From field");  // RFC 5322, 3.6
  return has_sender ? Right::own : least;
}

std::string sender_field(const directory::Principal& person) {
  return "Sender: " + person.mail + "\r\n";
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
