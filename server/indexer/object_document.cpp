// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/indexer/object_document.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include "base/core/text.hpp"
#include "calendar/ical/object.hpp"
#include "calendar/ical/private_view.hpp"
#include "calendar/ical/views.hpp"
#include "calendar/vcard/card.hpp"

namespace kontor::indexer {
namespace {

using search::Document;
using search::Field;

constexpr std::string_view k_calendar = "BEGIN:VCALENDAR", k_card = "BEGIN:VCARD";
constexpr std::size_t k_national = 10;  // digits of a number without its country, in most of them
constexpr std::size_t k_most_digits = 30;

// What was stored was checked by those who stored it; here nothing is too long.
constexpr std::size_t k_any = std::size_t{1} << 31U;
constexpr calendar::TextLimits k_text{.bytes = k_any,
                                      .depth = 16,
                                      .components = k_any,
                                      .properties = k_any,
                                      .parameters = 4'096,
                                      .line = k_any};

std::string_view without_beginning(std::string_view raw) {
  constexpr std::string_view k_mark = "\xEF\xBB\xBF";
  if (raw.starts_with(k_mark)) raw.remove_prefix(k_mark.size());
  while (raw.starts_with('\r') || raw.starts_with('\n')) raw.remove_prefix(1);
  return raw;
}

void add(Document& document, Field field, std::string text) {
  if (!text.empty()) document.texts.push_back({field, std::move(text)});
}

std::string shown(const calendar::Participant& one) {
  const auto address = calendar::calendar_address(one.address);
  return one.common_name.empty() ? address : one.common_name + " <" + address + '>';
}

calendar::Checked<calendar::CalendarObject> read_calendar(std::string_view raw) {
  calendar::ObjectLimits limits;
  limits.text = k_text;
  limits.overrides = limits.attendees = limits.dates = k_any;
  limits.allow_method = limits.allow_many = true;
  return calendar::read_object(raw, limits);
}

bool add_calendar(Document& document, std::string_view raw) {
  const auto object = read_calendar(raw);
  if (!object) return false;
  auto text = calendar::text_of(*object);
  add(document, Field::subject, std::move(text.summary));
  if (const auto organizer = object->organizer()) add(document, Field::from, shown(*organizer));
  for (const auto& attendee : object->attendees()) add(document, Field::to, shown(attendee));
  add(document, Field::body, std::move(text.location));
  add(document, Field::body, std::move(text.description));
  add(document, Field::body, std::move(text.others));
  for (const auto* part : object->parts())
    for (const auto& property : part->properties) {
      if (property.name != "ATTACH") continue;
      document.has_attachment = true;
      add(document, Field::attachment_name, std::string(property.parameter("FILENAME")));
    }
  return true;
}

// People write a number with or without the country and with any signs between the digits.
std::string number_forms(std::string_view number) {
  std::string digits;
  for (const char c : number)
    if (c >= '0' && c <= '9') digits.push_back(c);
  if (digits.empty() || digits.size() > k_most_digits) return {};
  std::string forms = digits;
  if (digits.size() <= k_national) return forms;
  const auto national = digits.substr(digits.size() - k_national);
  forms += ' ' + national;
  // 8 is what people in Russia and Kazakhstan dial where others write +7.
  if (digits.size() == k_national + 1 && digits.front() == '7') forms += " 8" + national;
  return forms;
}

bool add_card(Document& document, std::string_view raw) {
  calendar::CardLimits limits;
  limits.text = k_text;
  limits.text.depth = 2;
  limits.need_uid = false;
  const auto card = calendar::read_card(raw, limits);
  if (!card) return false;
  add(document, Field::subject, card->formatted_name);
  add(document, Field::body, calendar::text_of(*card));
  for (const auto& property : card->component.properties)
    if (property.name == "TEL") add(document, Field::body, number_forms(property.value));
  return true;
}

}  // namespace

bool is_object(const store::Item& item, std::string_view raw) {
  if (item.header_size != 0) return false;
  const auto text = without_beginning(raw);
  return istarts_with(text, k_calendar) || istarts_with(text, k_card);
}

bool is_private(std::string_view raw) {
  if (istarts_with(without_beginning(raw), k_card)) return false;
  return calendar::private_view(raw).has_value();
}

Document make_object_document(search::ItemId item, std::string_view raw) {
  Document document;
  document.item = item;
  document.size = raw.size();
  const bool is_calendar = istarts_with(without_beginning(raw), k_calendar);
  const bool read = is_calendar ? add_calendar(document, raw) : add_card(document, raw);
  if (!read) add(document, Field::body, to_valid_utf8(raw));
  return document;
}

}  // namespace kontor::indexer
