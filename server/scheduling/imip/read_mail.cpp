// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/scheduling/imip/read_mail.hpp"

#include <algorithm>

#include "base/core/text.hpp"
#include "base/mime/decode.hpp"
#include "base/mime/header.hpp"
#include "calendar/itip/parts.hpp"
#include "server/scheduling/imip/mail.hpp"

namespace kontor::scheduling {
namespace {

using calendar::Component;
using calendar::Method;
using calendar::Property;

bool speaks_for_attendee(Method method) {
  return method == Method::reply || method == Method::counter || method == Method::refresh;
}

const mime::Part* calendar_part(const mime::Message& message, const mime::Part& part) {
  if (part.type == "text" && part.subtype == "calendar" && !part.parameter("method").empty())
    return &part;
  if (!part.is_multipart()) return nullptr;
  for (const auto child : part.children)
    if (const auto* found = calendar_part(message, message.parts[child])) return found;
  return nullptr;
}

// The one address of From, as calendars compare it; empty: none, or several.
std::string writer_of(std::string_view header) {
  const auto field = mime::field_value(header, "From");
  const auto addresses = mime::parse_addresses(field.value_or(std::string()));
  if (addresses.size() != 1 || addresses.front().is_group) return {};
  return calendar::calendar_address(addresses.front().mailbox.address());
}

std::string_view domain_of(std::string_view address) {
  const auto at = address.rfind('@');
  return at == std::string_view::npos ? std::string_view() : address.substr(at + 1);
}

// RFC 6047, 3: a mail is from who speaks. SENT-BY is what the mail says of itself, so it counts
// within one domain alone.
bool may_speak(const Property& speaker, std::string_view writer) {
  const auto address = mail_address(speaker.value);
  if (!address) return false;
  if (iequals(*address, writer)) return true;
  const auto sent_by = mail_address(speaker.parameter("SENT-BY"));
  return sent_by && iequals(*sent_by, writer) && iequals(domain_of(*address), domain_of(writer));
}

const Property* speaker_in(const Component& part, Method method, std::string_view writer) {
  for (const auto& property : part.properties)
    if (property.name == (speaks_for_attendee(method) ? "ATTENDEE" : "ORGANIZER") &&
        may_speak(property, writer))
      return &property;
  return nullptr;
}

// Every component is said by one and the same; empty: it is not.
std::string speaker_of_all(const Component& calendar, Method method, std::string_view writer) {
  std::string found;
  for (const auto& part : calendar.components) {
    if (!calendar::is_scheduled(part)) continue;
    const auto* speaker = speaker_in(part, method, writer);
    if (speaker == nullptr) return {};
    const auto address = calendar::calendar_address(speaker->value);
    if (!found.empty() && found != address) return {};
    found = address;
  }
  return found;
}

void take_own_off(Component& part) {
  std::erase_if(part.components, [](const Component& one) { return one.name == "VALARM"; });
  for (auto& property : part.properties)
    std::erase_if(property.parameters,
                  [](const calendar::Parameter& one) { return one.name.starts_with("SCHEDULE-"); });
}

}  // namespace

std::string_view name_of(NotTaken reason) noexcept {
  switch (reason) {
    case NotTaken::unreadable:
      return "unreadable";
    case NotTaken::other_method:
      return "other-method";
    case NotTaken::other_sender:
      return "other-sender";
    default:
      return "no-message";
  }
}

std::expected<calendar::SchedulingMessage, NotTaken> read_mail(std::string_view raw,
                                                               const MailLimits& limits) {
  const auto structure = mime::parse(raw, limits.mime);
  const auto* part = calendar_part(structure, structure.parts.front());
  if (part == nullptr) return std::unexpected(NotTaken::no_message);
  // Encoded text is at most three times as long (RFC 2045, 6.7).
  if (part->body.size / 3 > limits.object.text.bytes) return std::unexpected(NotTaken::unreadable);
  auto object = calendar::read_message(mime::part_text(raw, *part), limits.object);
  if (!object) return std::unexpected(NotTaken::unreadable);
  const auto method = calendar::method_of(object->method);
  if (!method || !iequals(trim(part->parameter("method")), object->method))
    return std::unexpected(NotTaken::other_method);
  const auto writer = writer_of(structure.parts.front().header.of(raw));
  auto from = speaker_of_all(object->calendar, *method, writer);
  if (writer.empty() || from.empty()) return std::unexpected(NotTaken::other_sender);
  for (auto& one : object->calendar.components) take_own_off(one);
  return calendar::SchedulingMessage{.method = *method,
                                     .from = std::move(from),
                                     .to = {},
                                     .calendar = std::move(object->calendar)};
}

std::string addressed_as(const calendar::SchedulingMessage& message,
                         const std::vector<std::string>& addresses) {
  const std::string_view name = speaks_for_attendee(message.method) ? "ORGANIZER" : "ATTENDEE";
  for (const auto& part : message.calendar.components) {
    if (!calendar::is_scheduled(part)) continue;
    for (const auto& property : part.properties) {
      if (property.name != name) continue;
      const auto address = mail_address(property.value);
      const auto is_it = [&](const std::string& one) { return address && iequals(one, *address); };
      if (std::ranges::any_of(addresses, is_it)) return calendar::calendar_address(property.value);
    }
  }
  return {};
}

}  // namespace kontor::scheduling
