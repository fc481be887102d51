// SPDX-License-Identifier: GPL-3.0-or-later
// The two parts of a message that signatures are about, and their digests (RFC 6376, 3.7). Pure;
// everything is a view into the message.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "base/mime/header.hpp"
#include "server/filter/dkim/signature.hpp"

namespace kontor::filter::dkim {

struct Message {
  std::string_view header, body;
  std::vector<mime::HeaderField> fields;
};
Message read_message(std::string_view bytes);

// A field as it stands, without its last line end.
std::string_view raw_of(const Message& message, const mime::HeaderField& field);

// The field of the signature itself: in the message, or about to be put before it.
struct OwnField {
  std::string_view name;
  std::string_view raw;    // name through value
  std::string_view value;  // behind the colon, at the end of `raw`
};
// Of the fields named, from the last one up, and of the signature without what is in its b= (5.4.2;
// a field that is not there is nothing).
std::string header_digest(const Message& message,
                          Form form,
                          const std::vector<std::string>& names,
                          const OwnField& own);

std::string body_digest(std::string_view body, Form form);

}  // namespace kontor::filter::dkim
