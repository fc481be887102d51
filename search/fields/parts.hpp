// SPDX-License-Identifier: GPL-3.0-or-later
// The texts of a message, decoded: the one reading of it that Document and MessageText share. Pure.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "base/mime/message.hpp"
#include "search/fields/document.hpp"

namespace kontor::search {

struct HeaderText {
  std::string name;   // lower case
  std::string value;  // UTF-8: unfolded, encoded words decoded
};
// The fields of the header that `raw` begins with.
std::vector<HeaderText> header_texts(std::string_view raw);

// Texts of the parts, in order: text/* (of HTML without its markup) and the header fields of
// messages within as Field::body; file names and descriptions as Field::attachment_name.
std::vector<FieldText> part_texts(std::string_view raw, const mime::Message& message);

// A part whose text only an Extractor can read: not text, nor a message that could be taken apart,
// and worth reading (search/extract/worth.hpp).
struct AttachmentPart {
  mime::Range body;        // of the message, transfer-encoded
  std::string encoding;    // its Content-Transfer-Encoding
  std::string media_type;  // "application/pdf", lower case
  std::string file_name;   // UTF-8; may be empty
};
std::vector<AttachmentPart> attachment_parts(std::string_view raw, const mime::Message& message);
// Its bytes; as they stand where the encoding is not known.
std::string attachment_bytes(std::string_view raw, const AttachmentPart& part);

// A person would say that it has an attachment: a file or a message in it that is neither part of
// the text (pictures of HTML) nor a signature.
bool has_attachment(std::string_view raw, const mime::Message& message);

}  // namespace kontor::search
