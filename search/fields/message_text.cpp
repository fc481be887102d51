// SPDX-License-Identifier: GPL-3.0-or-later
#include "search/fields/message_text.hpp"

#include <algorithm>

#include "base/core/text.hpp"
#include "base/mime/decode.hpp"
#include "base/mime/header.hpp"

namespace kontor::search {

const std::vector<HeaderText>& MessageText::fields() {
  if (fields_) return *fields_;
  fields_ = header_texts(raw());
  for (auto& field : *fields_) field.value = mime::fold_case(field.value);
  return *fields_;
}

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

bool MessageText::field_contains(std::string_view name, std::string_view needle) {
  const std::string wanted = to_lower(name);
  return std::ranges::any_of(fields(), [&](const HeaderText& field) {
    return field.name == wanted && field.value.contains(needle);
  });
}

bool MessageText::body_contains(std::string_view needle) {
  if (needle.empty()) return true;
  return std::ranges::any_of(bodies(),
                             [&](const std::string& text) { return text.contains(needle); });
}

bool MessageText::text_contains(std::string_view needle) {
  const bool in_header = std::ranges::any_of(fields(), [&](const HeaderText& field) {
    return (field.name + ": " + field.value).contains(needle);
  });
  return in_header || body_contains(needle);
}

std::optional<std::chrono::sys_days> MessageText::sent_day() const {
  const auto date = mime::field_value(raw(), "Date");
  return date ? mime::parse_day(*date) : std::nullopt;
}

}  // namespace kontor::search
