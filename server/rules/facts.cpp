// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/rules/facts.hpp"

#include "base/core/text.hpp"
#include "base/mime/decode.hpp"
#include "base/mime/encode.hpp"
#include "base/mime/fields.hpp"
#include "base/mime/html_text.hpp"
#include "base/mime/letter.hpp"
#include "base/mime/lower.hpp"

namespace kontor::rules {
namespace {

void add(std::string& out, std::string_view text) {
  if (out.size() >= k_most_text || text.empty()) return;
  out.append(mime::beginning(text, k_most_text - out.size())).push_back('\n');
}

}  // namespace

void Facts::change(std::string message) {
  message_ = std::move(message);
  parsed_.reset();
  structure_.reset();
  for (auto* text : {&subject_, &body_, &all_text_, &folded_body_, &folded_text_, &words_})
    text->reset();
  senders_.reset();
}

const mime::Message& Facts::parsed() {
  if (!parsed_) parsed_ = mime::parse(message_, limits_);
  return *parsed_;
}

const Structure& Facts::structure() {
  if (!structure_) structure_ = structure_of(message_, parsed());
  return *structure_;
}

const std::string& Facts::subject() {
  if (!subject_)
    subject_ = mime::decode_words(
        mime::field_value(parsed().parts.front().header.of(message_), "Subject").value_or(""));
  return *subject_;
}

// Of every text part, what is signed among them; an attached text is a text too.
const std::string& Facts::body() {
  if (body_) return *body_;
  std::string out;
  for (const auto& part : parsed().parts) {
    if (part.type != "text" || !part.children.empty() || out.size() >= k_most_text) continue;
    if (part.subtype != "plain" && part.subtype != "html" && part.subtype != "calendar" &&
        part.subtype != "csv")
      continue;
    auto text = mime::part_text(message_, part);
    add(out, part.subtype == "html" ? mime::html_text(text) : text);
  }
  body_ = std::move(out);
  return *body_;
}

const std::string& Facts::all_text() {
  if (all_text_) return *all_text_;
  std::string out;
  add(out, subject());
  add(out, body());
  for (const auto& file : structure().files) add(out, file.name);
  for (const auto& file : files_) add(out, file.text);
  all_text_ = std::move(out);
  return *all_text_;
}

const std::string& Facts::folded_body() {
  if (!folded_body_) folded_body_ = mime::fold_case(body());
  return *folded_body_;
}

const std::string& Facts::folded_text() {
  if (!folded_text_) folded_text_ = mime::fold_case(all_text());
  return *folded_text_;
}

const std::string& Facts::words() {
  if (!words_) words_ = mime::plain_words(all_text());
  return *words_;
}

const std::vector<std::string>& Facts::senders() {
  if (senders_) return *senders_;
  std::vector<std::string> out;
  if (!mail_.sender.empty()) out.push_back(mime::lower_utf8(mail_.sender));
  const auto take = [&](const mime::Mailbox& mailbox) {
    if (!mailbox.domain.empty()) out.push_back(mime::lower_utf8(mailbox.address()));
  };
  mime::HeaderField field;
  for (mime::FieldCursor cursor(message_); cursor.next(field);) {
    if (!iequals(field.name, "From") && !iequals(field.name, "Sender")) continue;
    for (const auto& address : mime::parse_addresses(field.value)) {
      if (!address.is_group) take(address.mailbox);
      for (const auto& member : address.members) take(member);
    }
  }
  senders_ = std::move(out);
  return *senders_;
}

std::vector<std::string> Facts::header(std::string_view name) const {
  std::vector<std::string> out;
  mime::HeaderField field;
  for (const std::string_view header : {std::string_view(mail_.added), std::string_view(message_)})
    for (mime::FieldCursor cursor(header); cursor.next(field);)
      if (iequals(field.name, name)) out.push_back(mime::decode_words(field.value));
  return out;
}

}  // namespace kontor::rules
