// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/app/invitations.hpp"

#include <algorithm>
#include <boost/asio/strand.hpp>

#include "base/core/text.hpp"
#include "base/crypto/digest.hpp"
#include "base/io/work_pool.hpp"
#include "base/log/events/scheduling.hpp"
#include "base/mime/header.hpp"
#include "base/mime/letter.hpp"
#include "server/app/enclosed_files.hpp"
#include "server/app/own_letter.hpp"
#include "server/filter/read_results.hpp"
#include "server/scheduling/addressee.hpp"
#include "server/scheduling/calendars.hpp"
#include "server/scheduling/imip/mail.hpp"
#include "server/scheduling/imip/read_mail.hpp"
#include "server/smtp/wire/address.hpp"

namespace kontor::app {
namespace {

using calendar::Method;
using calendar::SchedulingMessage;
using scheduling::Where;

// The address as SMTP writes it; nothing: mail has no such address.
std::optional<std::string> forward_path(std::string_view to) {
  const auto address = scheduling::mail_address(to);
  const auto mailbox = address ? smtp::wire::parse_mailbox(*address) : fail(Errc::bad_input);
  return mailbox && !mailbox->domain.empty() ? std::optional(mailbox->text()) : std::nullopt;
}

// Others know the writer by his mail address, also where his own client named him by his path.
void name_by_mail(SchedulingMessage& message, const std::string& mail) {
  for (auto& part : message.calendar.components)
    for (auto& property : part.properties)
      if ((property.name == "ORGANIZER" || property.name == "ATTENDEE") &&
          calendar::calendar_address(property.value) == message.from)
        property.value = "mailto:" + mail;
  message.from = calendar::calendar_address(mail);
}

std::string uid_of(const SchedulingMessage& message) {
  for (const auto& part : message.calendar.components)
    if (!part.value("UID").empty()) return std::string(part.value("UID"));
  return {};
}

std::string digest_of(const SchedulingMessage& message, const directory::Principal& person) {
  return crypto::sha256(person.id.guid.bytes() + person.id.source + '\n' +
                        write_component(message.calendar));
}

bool is_spam(std::string_view header) {
  const auto flag = mime::field_value(header, "X-Spam-Flag");
  return flag && iequals(trim(*flag), "yes");
}

// By checks.invitations: why its author may not have written it; nothing: it may be followed.
std::optional<std::string> doubt_about(const config::Settings& settings, std::string_view header) {
  const auto& wanted = settings.checks.invitations;
  if (wanted == "all") return std::nullopt;
  const auto authors = mime::parse_addresses(mime::field_value(header, "From").value_or(""));
  const auto domain = authors.empty() ? std::string() : authors.front().mailbox.domain;
  const auto proof = filter::proof_of_author(header, settings.server.name, domain);
  if (proof == filter::Proof::forged) return "forged: DMARC failed";
  if (wanted == "proven" && proof != filter::Proof::proven) return "its author is not proven";
  return std::nullopt;
}

// Bytes of files that may go along. `most`: of the writer's messages, or 0; a third of it is for
// what base64 adds and for the rest of the mail.
std::uint64_t room_for_files(const config::Settings& settings, std::uint64_t most) {
  const std::uint64_t wanted = settings.dav.max_mailed_attachments;
  return most == 0 ? wanted : std::min(wanted, most / 3 * 2);
}

scheduling::MailLimits limits_of(const config::Settings& settings) {
  scheduling::MailLimits limits;
  limits.mime = {settings.mime.max_depth, settings.mime.max_parts};
  limits.object.text.bytes = settings.dav.max_resource;
  return limits;
}

}  // namespace

Task<std::string> Invitations::send(SchedulingMessage message, std::string to) {
  using log::Keys;
  const std::string from = message.from;
  const std::string method(name_of(message.method));
  const auto status = co_await add_mail(std::move(message), to);
  if (!status) {
    environment_.log.emit(log::events::k_invitation_failed, status.error(),
                          {{Keys::sender, from}, {Keys::address, to}, {Keys::command, method}});
    co_return "5.1";
  }
  environment_.log.emit(log::events::k_invitation_sent, {{Keys::sender, from},
                                                         {Keys::address, to},
                                                         {Keys::command, method},
                                                         {Keys::status, *status}});
  co_return *status;
}

Task<Result<std::string>> Invitations::add_mail(SchedulingMessage message, std::string to) {
  const auto& settings = environment_.settings;
  const auto copy = environment_.directory.current();
  const auto now = environment_.clock.now();
  const auto writer = scheduling::find_addressee(*copy, settings.domains.local, message.from, now);
  if (writer.where != Where::here) co_return fail(Errc::not_found, "nobody here writes that");
  const auto& person = *writer.principal;
  auto address = forward_path(to);
  if (!address) co_return "3.7";
  const auto policy = environment_.policies.of(person.id);
  if (policy->sends_here_only) co_return "3.8";
  KONTOR_CO_TRY(co_await environment_.delivery.check_may_send(person.id));
  if (!scheduling::mail_address(message.from)) name_by_mail(message, person.mail);
  const bool is_room = person.kind == directory::Kind::room;
  auto enclosed = co_await enclose_files(
      message,
      {environment_.store, copy, person.id, room_for_files(settings, policy->message_size), now});
  auto work = [this, message = std::move(message), name = person.name, to = *address, now, is_room,
               enclosed = std::move(enclosed)]() {
    const auto& all = environment_.settings;
    const auto& languages = all.queue.notice_languages;
    const auto from = scheduling::mail_address(message.from).value_or(std::string());
    return scheduling::mail_of({.message = message,
                                .from = from,
                                .from_name = name,
                                .to = to,
                                .language = languages.empty() ? "en" : languages.front(),
                                .server = all.server.name,
                                .date = now,
                                .is_automatic = is_room,
                                .enclosures = enclosed.files,
                                .left_out = enclosed.left_out},
                               zones_);
  };
  auto bytes = co_await io::on_pool(environment_.workers, std::move(work));
  if (policy->message_size != 0 && bytes.size() > policy->message_size) co_return "3.8";
  OwnLetter letter;
  if (!is_room) letter.sender = person.mail;  // a machine's mail has none (RFC 3834, 3)
  letter.recipient = *std::move(address);
  letter.bytes = std::move(bytes);
  letter.date = now;
  KONTOR_CO_TRY(co_await enqueue(environment_.queue, std::move(letter)));
  co_return "1.1";
}

void Invitations::consider(scheduling::Scheduler& scheduler, delivery::StoredCopy copy) {
  if (is_stopping_ || copy.message == nullptr || copy.message->size() > k_largest_mail) return;
  environment_.tasks.spawn(boost::asio::make_strand(environment_.executor),
                           take(scheduler, std::move(copy)));
}

Task<void> Invitations::take(scheduling::Scheduler& scheduler, delivery::StoredCopy copy) {
  using log::Keys;
  const auto status = co_await apply(scheduler, copy);
  const std::string& address = copy.person->mail;
  if (status)
    environment_.log.emit(
        log::events::k_invitation_taken,
        {{Keys::address, address}, {Keys::sender, copy.sender}, {Keys::status, *status}});
  else if (status.error().code() != Errc::unsupported)
    environment_.log.emit(log::events::k_invitation_left,
                          {{Keys::address, address},
                           {Keys::sender, copy.sender},
                           {Keys::reason, status.error().detail()}});
}

Task<Result<std::string>> Invitations::apply(scheduling::Scheduler& scheduler,
                                             const delivery::StoredCopy& copy) {
  using config::OutsideInvitations;
  const auto& settings = environment_.settings;
  const auto allowed = environment_.policies.of(copy.person->id)->invitations;
  if (allowed == OutsideInvitations::none) co_return fail(Errc::no_permission, "policy");
  if (is_spam(copy.header)) co_return fail(Errc::no_permission, "spam");
  if (const auto doubt = doubt_about(settings, copy.header))
    co_return fail(Errc::no_permission, *doubt);
  auto work = [raw = copy.message, limits = limits_of(settings)]() {
    return scheduling::read_mail(*raw, limits);
  };
  auto message = co_await io::on_pool(environment_.workers, std::move(work));
  if (!message && message.error() == scheduling::NotTaken::no_message)
    co_return fail(Errc::unsupported, "no scheduling message");
  if (!message) co_return fail(Errc::bad_input, std::string(scheduling::name_of(message.error())));
  const auto people = environment_.directory.current();
  const auto writer = scheduling::find_addressee(*people, settings.domains.local, message->from,
                                                 environment_.clock.now());
  if (writer.where != Where::outside) co_return fail(Errc::no_permission, "sender of this server");
  auto to = scheduling::addressed_as(*message, scheduling::addresses_of(*copy.person));
  if (to.empty()) co_return fail(Errc::no_permission, "for somebody else");
  if (allowed == OutsideInvitations::known) {
    store::Binding owner{copy.person->id.source, copy.person->id.guid};
    KONTOR_CO_TRY(const auto account, co_await environment_.store.open_for(std::move(owner)));
    if (!scheduling::find_by_uid(account->view(), uid_of(*message)))
      co_return fail(Errc::no_permission, "not in the calendar");
  }
  auto digest = digest_of(*message, *copy.person);
  std::string status;
  const bool is_known = taken_.take(digest, environment_.clock.steady());
  if (!is_known)
    status =
        co_await scheduler.deliver(*std::move(message), std::move(to), scheduling::Origin::mail);
  if (is_known || status.starts_with("1."))
    taken_.add(std::move(digest), environment_.clock.steady());
  if (is_known) co_return fail(Errc::exists, "taken before");
  co_return status;
}

}  // namespace kontor::app
