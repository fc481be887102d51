// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/scheduling/imip/mail.hpp"

#include <algorithm>

#include "base/core/text.hpp"
#include "base/core/uuid.hpp"
#include "base/mime/header.hpp"
#include "base/mime/letter.hpp"
#include "calendar/itip/parts.hpp"
#include "server/scheduling/imip/letter_text.hpp"

namespace kontor::scheduling {
namespace {

constexpr std::size_t k_longest_name = 200;
constexpr std::size_t k_longest_address = 320;

std::string mailbox(std::string_view name, std::string_view address) {
  const auto shown = mime::one_line(mime::beginning(name, k_longest_name));
  const auto plain = '<' + std::string(address) + '>';
  return shown.empty() ? plain : mime::phrase(shown) + ' ' + plain;
}

// VEVENT, VTODO: of the component parameter (RFC 6047, 2.4).
std::string_view component_of(const calendar::Component& calendar) {
  const auto found = std::ranges::find_if(calendar.components, calendar::is_scheduled);
  return found == calendar.components.end() ? "VEVENT" : std::string_view(found->name);
}

std::string calendar_bytes(const ScheduledLetter& letter, const calendar::Zones& zones) {
  auto calendar = letter.message.calendar;
  calendar.set("METHOD", std::string(calendar::name_of(letter.message.method)));
  calendar::add_missing_zones(calendar, zones);
  auto bytes = calendar::write_component(calendar);
  std::erase(bytes, '\r');  // encoded_body() makes the ends of lines
  return bytes;
}

std::string name_of_writer(const ScheduledLetter& letter, const calendar::Property* speaker) {
  if (!letter.from_name.empty() || speaker == nullptr) return std::string(letter.from_name);
  return std::string(speaker->parameter("CN"));
}

std::string header_of(const ScheduledLetter& letter, std::string_view subject) {
  const auto* speaker = speaker_of(letter.message);
  std::string out = "From: " + mailbox(name_of_writer(letter, speaker), letter.from) + "\r\n";
  // RFC 6047, 2.3: who acts for somebody else is the Sender; answers are for whose calendar it is.
  if (speaker != nullptr)
    if (const auto sent_by = mail_address(speaker->parameter("SENT-BY"));
        sent_by && !iequals(*sent_by, letter.from))
      out += "Sender: <" + *sent_by + ">\r\nReply-To: <" + std::string(letter.from) + ">\r\n";
  out += "To: <" + std::string(letter.to) + ">\r\n";
  out += "Subject: " + mime::encoded_words(subject) + "\r\n";
  out += "Date: " + mime::format_date(letter.date) + "\r\n";
  out += "Message-ID: <" + Uuid::random().text() + "@" + std::string(letter.server) + ">\r\n";
  if (letter.is_automatic) out += "Auto-Submitted: auto-generated\r\n";  // RFC 3834, 5
  return out + "MIME-Version: 1.0\r\n";
}

// Types that may not be encoded (RFC 2045, 6.4) or that programs would act on are none of a file.
std::string_view type_of(const Enclosure& file) {
  const bool is_else = file.type.starts_with("message/") || file.type.starts_with("multipart/") ||
                       file.type == "text/calendar";
  return is_else ? std::string_view("application/octet-stream") : file.type;
}

std::string part_of(const Enclosure& file) {
  auto out = "Content-Type: " + std::string(type_of(file)) +
             mime::parameter("name", file.file_name) + "\r\n";
  out += "Content-Disposition: attachment" + mime::parameter("filename", file.file_name) + "\r\n";
  out += "Content-ID: <" + file.content_id + ">\r\n";
  return out + mime::encoded_file(file.bytes);
}

}  // namespace

std::optional<std::string> mail_address(std::string_view uri) {
  const auto text = trim(uri);
  const auto colon = text.find(':');
  const bool is_mailto = istarts_with(text, "mailto:");
  if (!is_mailto && colon != std::string_view::npos) return std::nullopt;
  const auto given = text.substr(is_mailto ? colon + 1 : 0);
  std::string out;
  for (std::size_t i = 0; i < given.size() && given[i] != '?'; ++i) {
    const auto byte =
        given[i] == '%' ? hex_decode(given.substr(i + 1, 2)) : Result<std::string>("");
    const bool is_byte = byte && byte->size() == 1;
    out += is_byte ? *byte : std::string(1, given[i]);
    i += is_byte ? 2 : 0;
  }
  const auto at = out.rfind('@');
  const bool is_address = at != std::string::npos && at > 0 && at + 1 < out.size() &&
                          out.size() <= k_longest_address && is_utf8(out) &&
                          out.find_first_of("<>\"(),;: \t") == std::string::npos &&
                          mime::one_line(out) == out;
  return is_address ? std::optional(out) : std::nullopt;
}

std::string mail_of(const ScheduledLetter& letter, const calendar::Zones& zones) {
  const auto language = language_of(letter.language);
  auto told = tell(letter.message, zones, language);
  told.text += words_of_left_out(letter.left_out, language);
  const auto calendar = calendar_bytes(letter, zones);
  const auto mixed = "mixed-" + Uuid::random().hex();
  const auto alternative = "alternative-" + Uuid::random().hex();
  const std::string method(calendar::name_of(letter.message.method));
  auto out = header_of(letter, told.subject);
  out += "Content-Type: multipart/mixed; boundary=\"" + mixed + "\"\r\n\r\n--" + mixed + "\r\n";
  out += "Content-Type: multipart/alternative; boundary=\"" + alternative + "\"\r\n\r\n";
  out += "--" + alternative + "\r\nContent-Type: text/plain; charset=utf-8\r\n";
  out += mime::encoded_body(told.text);
  out += "--" + alternative + "\r\nContent-Type: text/calendar; charset=utf-8; method=" + method +
         ";\r\n component=" + std::string(component_of(letter.message.calendar)) + "\r\n";
  out += mime::encoded_body(calendar);
  out += "--" + alternative + "--\r\n\r\n";
  for (const auto& file : letter.enclosures) out += "--" + mixed + "\r\n" + part_of(file);
  if (calendar.size() <= k_largest_file) {
    out += "--" + mixed + "\r\nContent-Type: application/ics; name=\"invite.ics\"\r\n";
    out += "Content-Disposition: attachment; filename=\"invite.ics\"\r\n";
    out += mime::encoded_body(calendar);
  }
  return out + "--" + mixed + "--\r\n";
}

}  // namespace kontor::scheduling
