// SPDX-License-Identifier: GPL-3.0-or-later
// MessageText: the text of a message as IMAP's SEARCH compares it (RFC 9051, 6.4.4: "the same
// string in decoded form"), case folded by mime::fold_case.
//
// HTML is compared without its markup, and the text of attachments belongs to the body once it was
// added. Pure; bodies are read on first use and kept, of the header only fields that may hold what
// is looked for (search/fields/header_filter.hpp); one thread at a time.
#pragma once
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/mime/message.hpp"
#include "search/fields/parts.hpp"

namespace kontor::search {

class MessageText {
 public:
  // A message, or its header alone when no key looks at bodies.
  MessageText(std::shared_ptr<const std::string> raw, const mime::Limits& limits)
      : raw_(std::move(raw)), limits_(limits) {}
  // What an Extractor read of its attachments; UTF-8.
  void add_attachment(std::string text) { attachments_.push_back(std::move(text)); }

  // `needle` is case-folded UTF-8; the empty one is in every field that exists.
  bool field_contains(std::string_view name, std::string_view needle) const;
  // In a line "name: value" of the header.
  bool header_contains(std::string_view needle) const;
  bool body_contains(std::string_view needle);
  // header_contains() or body_contains()
  bool text_contains(std::string_view needle);
  // The day of the Date field as written; nothing without a date that can be read.
  std::optional<std::chrono::sys_days> sent_day() const;
  const std::string& raw() const { return *raw_; }

 private:
  const std::vector<std::string>& bodies();

  std::shared_ptr<const std::string> raw_;
  mime::Limits limits_;
  std::vector<std::string> attachments_;            // not folded
  std::optional<std::vector<std::string>> bodies_;  // folded
};

}  // namespace kontor::search
