// SPDX-License-Identifier: GPL-3.0-or-later
// Makes the Document of a message. Pure: whoever has an Extractor asks it for the parts named and
// adds what came back.
#pragma once
#include <string_view>
#include <vector>

#include "base/mime/message.hpp"
#include "search/extract/extractor.hpp"
#include "search/fields/document.hpp"
#include "search/fields/parts.hpp"

namespace kontor::search {

struct MadeDocument {
  Document document;  // reading: none, or not_tried while there are attachments
  std::vector<AttachmentPart> attachments;  // to be read, in order; bytes by attachment_bytes()
};
// Any bytes give a document.
MadeDocument make_document(ItemId item, std::string_view raw, const mime::Limits& limits);

// Adds the attachments' texts and says by their outcomes how far they were read: all of them that
// make_document() named, or fewer when the rest was not asked for (they count as partly read).
void add_attachments(Document& document, std::vector<Extracted> extracted, bool all);

}  // namespace kontor::search
