// SPDX-License-Identifier: GPL-3.0-or-later
#include "search/extract/read/reading.hpp"

#include <algorithm>

#include "base/core/text.hpp"
#include "search/extract/read/readers.hpp"

namespace kontor::search {

Reading::Reading(const ReadLimits& limits, std::uint64_t attachment_bytes)
    : limits_(limits),
      unpacked_left_(std::min(limits.unpacked,
                              std::max(limits.unpacked_always, attachment_bytes * limits.ratio))),
      files_left_(limits.files) {}

bool Reading::add(std::string_view text) {
  if (is_full_) return false;
  std::string valid;
  if (!is_utf8(text)) text = valid = to_valid_utf8(text);
  auto room = limits_.text - text_.size();
  if (text.size() > room) {
    is_full_ = true;
    while (room > 0 && (static_cast<unsigned char>(text[room]) & 0xC0U) == 0x80) --room;
    text = text.substr(0, room);
  }
  const auto begin = text_.size();
  text_.append(text);
  for (auto i = begin; i < text_.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text_[i]);
    if ((byte < 0x20 && byte != '\n' && byte != '\t') || byte == 0x7F) text_[i] = ' ';
  }
  return !is_full_;
}

bool Reading::may_unpack(std::uint64_t bytes) noexcept {
  if (bytes > unpacked_left_) {
    unpacked_left_ = 0;
    return false;
  }
  unpacked_left_ -= bytes;
  return true;
}

bool Reading::may_open_file() noexcept {
  if (files_left_ == 0) return false;
  --files_left_;
  return true;
}

Verdict Reading::read_inner(const Attachment& inner) {
  if (depth_ >= limits_.depth)
    return {Extraction::cut, "files are packed in one another too deeply"};
  ++depth_;
  auto verdict = read_as(kind_of(inner), inner, *this);
  --depth_;
  return verdict;
}

Extracted Reading::finish(Verdict verdict) && {
  if (is_full_ && verdict.outcome == Extraction::read)
    verdict = {Extraction::cut, "it has more text than is searched"};
  // What was read before the damage is searched.
  if (verdict.outcome == Extraction::not_readable && !trim(text_).empty())
    verdict.outcome = Extraction::cut;
  if (verdict.outcome == Extraction::read) verdict.why.clear();
  return {verdict.outcome, std::move(text_), std::move(verdict.why)};
}

void Members::saw(std::string_view name, const Verdict& verdict) {
  if (verdict.outcome == Extraction::no_text) return;
  if (verdict.outcome == Extraction::read || verdict.outcome == Extraction::cut) has_read_ = true;
  if (verdict.outcome == Extraction::read || worst_.outcome != Extraction::read) return;
  worst_ = verdict;
  if (!name.empty()) worst_.why = std::string(name.substr(0, 200)) + ": " + verdict.why;
}

void Members::left_out(std::string why) {
  has_read_ = true;
  if (worst_.outcome == Extraction::read) worst_ = {Extraction::cut, std::move(why)};
}

Verdict Members::verdict() const {
  auto verdict = worst_;
  if (verdict.outcome != Extraction::read && has_read_) verdict.outcome = Extraction::cut;
  return verdict;
}

Extracted read_attachment(const Attachment& attachment, const ReadLimits& limits) {
  Reading reading(limits, attachment.bytes.size());
  auto verdict = read_as(kind_of(attachment), attachment, reading);
  return std::move(reading).finish(std::move(verdict));
}

}  // namespace kontor::search
