// SPDX-License-Identifier: GPL-3.0-or-later
#include "search/fields/make_document.hpp"

#include <algorithm>
#include <array>

#include "base/mime/header.hpp"

namespace kontor::search {
namespace {

struct Named {
  std::string_view name;
  Field field;
};
constexpr std::array k_named{Named{"subject", Field::subject}, Named{"from", Field::from},
                             Named{"to", Field::to}, Named{"cc", Field::cc},
                             Named{"bcc", Field::bcc}};

FieldText field_text(HeaderText header) {
  const auto named = std::ranges::find(k_named, std::string_view(header.name), &Named::name);
  if (named != k_named.end()) return {named->field, std::move(header.value)};
  return {Field::header, header.name + ": " + header.value};
}

}  // namespace

MadeDocument make_document(ItemId item, std::string_view raw, const mime::Limits& limits) {
  MadeDocument made;
  Document& document = made.document;
  const mime::Message message = mime::parse(raw, limits);
  document.item = item;
  document.size = raw.size();
  for (auto& header : header_texts(raw)) document.texts.push_back(field_text(std::move(header)));
  auto texts = part_texts(raw, message);
  std::ranges::move(texts, std::back_inserter(document.texts));
  if (const auto date = mime::field_value(raw, "Date"))
    document.date = mime::parse_date(*date).value_or(UtcSeconds());
  document.has_attachment = has_attachment(raw, message);
  made.attachments = attachment_parts(raw, message);
  if (!made.attachments.empty()) document.reading = Reading::not_tried;
  return made;
}

void add_attachments(Document& document, std::vector<Extracted> extracted, bool all) {
  document.reading = all ? Reading::whole : Reading::partly;
  bool tried = true;
  for (auto& one : extracted) {
    if (one.outcome == Extraction::unavailable) tried = false;
    if (one.outcome != Extraction::read && one.outcome != Extraction::no_text)
      document.reading = Reading::partly;
    if (!one.text.empty()) document.texts.push_back({Field::attachment, std::move(one.text)});
  }
  if (!tried) document.reading = Reading::not_tried;
}

}  // namespace kontor::search
