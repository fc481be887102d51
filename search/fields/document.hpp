// SPDX-License-Identifier: GPL-3.0-or-later
// Document: what of an item (a message; later an event, a contact) is searched. Made from its bytes
// by search/fields, indexed by search/index, and the thing a query is true or false of.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "base/core/time.hpp"

namespace kontor::search {

using ItemId = std::uint64_t;  // the store's: of an item within its account, never reused

enum class Field : std::uint8_t {
  subject,
  from,  // addresses as written: names decoded, and the addr-specs
  to,
  cc,
  bcc,
  header,           // every other header field, one a line, as "name: value"
  body,             // text parts; HTML without its markup
  attachment_name,  // file names and descriptions of parts
  attachment,       // the text of attachments, as far as it can be read
};
inline constexpr std::size_t k_fields = 9;

struct FieldText {
  Field field = Field::body;
  std::string text;  // UTF-8, not folded
};

// How far the attachments of an item were read.
enum class Reading : std::uint8_t {
  none,       // it has none whose text is searched
  whole,      // all of it is in the document
  partly,     // some could not be read, or only in part
  not_tried,  // the reader was not there: to be tried again
};

struct Document {
  ItemId item = 0;
  UtcSeconds date{};       // INTERNALDATE is a column; this is the Date field's, or nothing (epoch)
  std::uint64_t size = 0;  // bytes
  bool has_attachment = false;
  Reading reading = Reading::none;
  std::vector<FieldText> texts;  // in the order of the item; a field may be there several times
};

}  // namespace kontor::search
