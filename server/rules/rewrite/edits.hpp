// SPDX-License-Identifier: GPL-3.0-or-later
// Changes of a message in place: everything that no edit names stays byte for byte. Pure.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "base/mime/message.hpp"

namespace kontor::rules {

class Edits {
 public:
  // Ranges may come in any order; of two that overlap the first to begin counts, and of those the
  // larger. Several at one place with nothing between them are kept in the order given.
  void replace(mime::Range range, std::string with);
  void insert(std::uint64_t offset, std::string text) { replace({offset, 0}, std::move(text)); }
  bool is_empty() const noexcept { return edits_.empty(); }
  std::string apply(std::string_view raw) const;

 private:
  struct Edit {
    mime::Range range;
    std::string with;
  };
  std::vector<Edit> edits_;
};

// --- fields of the header that `message` begins with

// A field, folded where its words allow; `value` is UTF-8, without line breaks (they become
// blanks), and encoded (RFC 2047) when it has other than ASCII. Ends with CRLF.
std::string field_line(std::string_view name, std::string_view value);
// RFC 5322, 2.2: printable ASCII without a colon.
bool is_field_name(std::string_view name);
// Fields of this name, or, where it ends with '*', whose name begins so, are taken out. The count
// of those goes to `count`.
std::string without_fields(std::string message, std::string_view name, std::size_t& count);
// The value in place of the first field of that name, others of it taken out; added at the start
// when there is none.
std::string with_field(std::string message, std::string_view name, std::string_view value);
// `tag` before the subject, behind nothing; a subject that has it is left as it is. Encoded words
// of the subject stay as they are. False in `is_changed`: it was there.
std::string with_subject_tag(std::string message, std::string_view tag, bool& is_changed);

}  // namespace kontor::rules
