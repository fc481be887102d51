// SPDX-License-Identifier: GPL-3.0-or-later
// The text of a message as SEARCH sees it: transfer encodings, charsets and encoded words undone,
// case folded (RFC 9051, 6.4.4: "the same string in decoded form"). Pure; made on first use.
#pragma once
#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/mime/message.hpp"

namespace kontor::imap {

class SearchText {
 public:
  // A message, or its header alone when no key looks at bodies. `raw` is kept.
  SearchText(std::string raw, const mime::Limits& limits) : raw_(std::move(raw)), limits_(limits) {}

  // `needle` is case-folded UTF-8; the empty one is in every field that exists.
  bool field_contains(std::string_view name, std::string_view needle);
  bool body_contains(std::string_view needle);
  bool text_contains(std::string_view needle);  // header or body
  // THREADID of a message whose header has this size.
  std::uint64_t thread(std::uint32_t header_size) const;
  // The day of the Date field as written; nothing without a date that can be read.
  std::optional<std::chrono::sys_days> sent_day();

 private:
  struct Field {
    std::string name;   // lower case
    std::string value;  // folded
  };
  const mime::Message& message();
  const std::vector<Field>& fields();
  const std::vector<std::string>& bodies();
  void add_part(const mime::Part& part, bool inside_message);

  std::string raw_;
  mime::Limits limits_;
  std::optional<mime::Message> message_;
  std::optional<std::vector<Field>> fields_;
  std::optional<std::vector<std::string>> bodies_;
};

}  // namespace kontor::imap
