// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/imap/search_text.hpp"

#include <algorithm>

#include "base/core/text.hpp"
#include "base/mime/content.hpp"
#include "base/mime/decode.hpp"
#include "base/mime/header.hpp"
#include "store/mailbox/thread_id.hpp"

namespace kontor::imap {
namespace {

std::string folded_value(const mime::HeaderField& field) {
  return mime::fold_case(mime::decode_words(field.value));
}

// What of a part's own header a person may look for: the names of files and the description.
std::string part_labels(std::string_view header) {
  std::string out;
  for (const auto& field : mime::parse_fields(header)) {
    if (iequals(field.name, "Content-Description")) out.append(folded_value(field)).append("\n");
    if (!iequals(field.name, "Content-Type") && !iequals(field.name, "Content-Disposition"))
      continue;
    for (const auto& parameter : mime::parse_parametrized(field.value).parameters)
      if (parameter.name == "name" || parameter.name == "filename")
        out.append(mime::fold_case(mime::decode_words(parameter.value))).append("\n");
  }
  return out;
}

}  // namespace

const mime::Message& SearchText::message() {
  if (!message_) message_ = mime::parse(raw_, limits_);
  return *message_;
}

const std::vector<SearchText::Field>& SearchText::fields() {
  if (fields_) return *fields_;
  fields_.emplace();
  for (const auto& field : mime::parse_fields(raw_))
    fields_->push_back({to_lower(field.name), folded_value(field)});
  return *fields_;
}

void SearchText::add_part(const mime::Part& part, bool inside_message) {
  const auto header = part.header.of(raw_);
  if (inside_message) {
    for (const auto& field : mime::parse_fields(header)) bodies_->push_back(folded_value(field));
  } else {
    auto labels = part_labels(header);
    if (!labels.empty()) bodies_->push_back(std::move(labels));
  }
  const bool is_text = part.type == "text" || part.is_multipart();
  if (part.children.empty() && is_text)
    bodies_->push_back(mime::fold_case(mime::part_text(raw_, part)));
  for (const auto child : part.children) add_part(message().parts[child], part.is_message());
}

const std::vector<std::string>& SearchText::bodies() {
  if (bodies_) return *bodies_;
  bodies_.emplace();
  add_part(message().parts.front(), false);
  return *bodies_;
}

bool SearchText::field_contains(std::string_view name, std::string_view needle) {
  const std::string wanted = to_lower(name);
  return std::ranges::any_of(fields(), [&](const Field& field) {
    return field.name == wanted && field.value.contains(needle);
  });
}

bool SearchText::body_contains(std::string_view needle) {
  if (needle.empty()) return true;
  return std::ranges::any_of(bodies(),
                             [&](const std::string& text) { return text.contains(needle); });
}

bool SearchText::text_contains(std::string_view needle) {
  const bool in_header = std::ranges::any_of(fields(), [&](const Field& field) {
    return (field.name + ": " + field.value).contains(needle);
  });
  return in_header || body_contains(needle);
}

std::uint64_t SearchText::thread(std::uint32_t header_size) const {
  return store::thread_number(std::string_view(raw_).substr(0, header_size));
}

std::optional<std::chrono::sys_days> SearchText::sent_day() {
  const auto date = mime::field_value(raw_, "Date");
  return date ? mime::parse_day(*date) : std::nullopt;
}

}  // namespace kontor::imap
