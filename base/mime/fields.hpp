// SPDX-License-Identifier: GPL-3.0-or-later
// What the parts of base/mime share about header blocks: a walk over the fields that allocates
// nothing, and the two fields that decide how a body is read. Pure.
#pragma once
#include <functional>
#include <optional>
#include <string_view>

#include "base/mime/header.hpp"

namespace kontor::mime {

// Reads one field after another; lines that are no field are passed over (GMime and Dovecot do so
// too: one broken line does not turn the fields after it into text).
class FieldCursor {
 public:
  explicit FieldCursor(std::string_view header) : header_(header) {}  // outlives the cursor
  // False at the end of the header or at its blank line.
  bool next(HeaderField& field);

 private:
  std::string_view header_;
  std::size_t pos_ = 0;
};

struct ContentFields {
  std::optional<std::string_view> type;      // Content-Type: the first one counts
  std::optional<std::string_view> encoding;  // Content-Transfer-Encoding
};
ContentFields content_fields(std::string_view header);

// Hash of a container that is asked with string_view.
struct TextHash {
  using is_transparent = void;
  std::size_t operator()(std::string_view text) const noexcept {
    return std::hash<std::string_view>()(text);
  }
};

}  // namespace kontor::mime
