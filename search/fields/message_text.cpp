// SPDX-License-Identifier: GPL-3.0-or-later
#include "search/fields/message_text.hpp"

#include <algorithm>

#include "base/core/text.hpp"
#include "base/mime/decode.hpp"
#include "base/mime/fields.hpp"
#include "search/fields/header_filter.hpp"

namespace kontor::search {

const std::vector<std::string>& MessageText::bodies() {
  if (!bodies_) {
    bodies_.emplace();
    for (const auto& [field, text] : part_texts(raw(), mime::parse(raw(), limits_)))
      bodies_->push_back(mime::fold_case(text));
  }
  for (const auto& text : std::exchange(attachments_, {}))
    bodies_->push_back(mime::fold_case(text));
  return *bodies_;
}

bool MessageText::field_contains(std::string_view name, std::string_view needle) const {
  const HeaderFilter filter(needle);
  mime::HeaderField field;
  for (mime::FieldCursor cursor(raw()); cursor.next(field);)
    if (iequals(field.name, name) && filter.may_contain(field.value) &&
        mime::fold_case(mime::decode_words(field.value)).contains(needle))
      return true;
  return false;
}

bool MessageText::header_contains(std::string_view needle) const {
  const HeaderFilter filter(needle);
  mime::HeaderField field;
  for (mime::FieldCursor cursor(raw()); cursor.next(field);) {
    if (!filter.may_contain(field.range.of(raw()))) continue;
    const auto value = mime::fold_case(mime::decode_words(field.value));
    if ((to_lower(field.name) + ": " + value).contains(needle)) return true;
  }
  return false;
}

bool MessageText::body_contains(std::string_view needle) {
  if (needle.empty()) return true;
  return std::ranges::any_of(bodies(),
                             [&](const std::string& text) { return text.contains(needle); });
}

bool MessageText::text_contains(std::string_view needle) {
  return header_contains(needle) || body_contains(needle);
}

std::optional<std::chrono::sys_days> MessageText::sent_day() const {
  const auto date = mime::field_value(raw(), "Date");
  return date ? mime::parse_day(*date) : std::nullopt;
}

}  // namespace kontor::search
