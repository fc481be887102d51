// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/rules/rewrite/edits.hpp"

#include <algorithm>

#include "base/core/text.hpp"
#include "base/mime/decode.hpp"
#include "base/mime/fields.hpp"
#include "base/mime/header.hpp"
#include "base/mime/letter.hpp"

namespace kontor::rules {
namespace {

constexpr std::size_t k_fold_at = 76;

// Folded before blanks, so that lines stay short; nothing but line breaks is added (RFC 5322,
// 2.2.3).
std::string folded(std::string_view line) {
  std::string out;
  std::size_t column = 0;
  while (!line.empty()) {
    auto end = std::min(line.find(' ', 1), line.size());
    // A line of blanks alone is none: a blank goes with what follows it.
    while (end < line.size() && line.find_first_not_of(' ', end) == std::string_view::npos)
      end = line.size();
    const auto word = line.substr(0, end);
    const bool is_break = word.starts_with("\r\n");
    if (column + word.size() > k_fold_at && column > 0 && word.front() == ' ' && !is_break &&
        word.find_first_not_of(' ') != std::string_view::npos) {
      out.append("\r\n");
      column = 0;
    }
    out.append(word);
    const auto feed = word.rfind('\n');
    column = feed == std::string_view::npos ? column + word.size() : word.size() - feed - 1;
    line.remove_prefix(end);
  }
  return out;
}

bool fits_name(std::string_view field, std::string_view wanted) {
  if (wanted.ends_with('*')) return istarts_with(field, wanted.substr(0, wanted.size() - 1));
  return iequals(field, wanted);
}

}  // namespace

void Edits::replace(mime::Range range, std::string with) {
  edits_.push_back({range, std::move(with)});
}

std::string Edits::apply(std::string_view raw) const {
  std::vector<const Edit*> order;
  std::size_t size = raw.size();
  for (const auto& edit : edits_) {
    order.push_back(&edit);
    size += edit.with.size();
  }
  std::ranges::sort(order, [](const Edit* a, const Edit* b) {
    if (a->range.offset != b->range.offset) return a->range.offset < b->range.offset;
    if ((a->range.size == 0) != (b->range.size == 0)) return a->range.size == 0;
    if (a->range.size != b->range.size) return a->range.size > b->range.size;
    return a < b;  // as given: they lie in one vector
  });
  std::string out;
  out.reserve(size);
  std::uint64_t at = 0;
  for (const auto* edit : order) {
    if (edit->range.offset < at || edit->range.offset > raw.size()) continue;
    out.append(raw.substr(at, edit->range.offset - at));
    out.append(edit->with);
    at = std::min<std::uint64_t>(edit->range.offset + edit->range.size, raw.size());
  }
  return out.append(raw.substr(std::min<std::uint64_t>(at, raw.size())));
}

bool is_field_name(std::string_view name) {
  constexpr std::size_t k_longest = 76;
  return !name.empty() && name.size() <= k_longest &&
         std::ranges::all_of(name, [](char c) { return c > ' ' && c < 0x7F && c != ':'; });
}

std::string field_line(std::string_view name, std::string_view value) {
  const auto text = to_valid_utf8(mime::one_line(value));
  return folded(std::string(name) + ": " + mime::encoded_words(text)) + "\r\n";
}

std::string without_fields(std::string message, std::string_view name, std::size_t& count) {
  Edits edits;
  mime::HeaderField field;
  for (mime::FieldCursor cursor(message); cursor.next(field);) {
    if (!fits_name(field.name, name)) continue;
    edits.replace(field.range, {});
    ++count;
  }
  return edits.is_empty() ? std::move(message) : edits.apply(message);
}

std::string with_field(std::string message, std::string_view name, std::string_view value) {
  Edits edits;
  mime::HeaderField field;
  for (mime::FieldCursor cursor(message); cursor.next(field);)
    if (iequals(field.name, name))
      edits.replace(field.range, edits.is_empty() ? field_line(name, value) : std::string());
  if (edits.is_empty()) edits.insert(0, field_line(name, value));
  return edits.apply(message);
}

std::string with_subject_tag(std::string message, std::string_view tag, bool& is_changed) {
  is_changed = false;
  const auto text = to_valid_utf8(mime::one_line(tag));
  if (text.empty()) return message;
  mime::HeaderField field;
  for (mime::FieldCursor cursor(message); cursor.next(field);) {
    if (!iequals(field.name, "Subject")) continue;
    if (mime::decode_words(field.value).find(text) != std::string::npos) return message;
    is_changed = true;
    // What stands there stays as it is, on a line of its own when it may be long. Blanks between
    // two encoded words are nothing (RFC 2047, 6.2).
    const auto rest = trim(field.value);
    const bool is_joined = !mime::is_ascii(text) && rest.starts_with("=?");
    auto line = std::string(field.name) + ": " + mime::encoded_words(is_joined ? text + ' ' : text);
    if (!rest.empty())
      line += (line.size() + rest.size() < k_fold_at ? " " : "\r\n ") + std::string(rest);
    Edits edits;
    edits.replace(field.range, line + "\r\n");
    return edits.apply(message);
  }
  is_changed = true;
  return field_line("Subject", text) + message;
}

}  // namespace kontor::rules
