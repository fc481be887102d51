// SPDX-License-Identifier: GPL-3.0-or-later
// Any bytes make a document of valid texts, and the comparison of texts finds each of them.
#include <cstdint>
#include <cstdlib>

#include "base/core/text.hpp"
#include "base/mime/decode.hpp"
#include "search/fields/make_document.hpp"
#include "search/fields/message_text.hpp"

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  namespace search = kontor::search;
  const std::string_view raw(reinterpret_cast<const char*>(data), size);
  const kontor::mime::Limits limits{.max_depth = 20, .max_parts = 200};
  const auto made = search::make_document(1, raw, limits);
  require(made.document.size == size);
  search::MessageText text(std::make_shared<const std::string>(raw), limits);
  for (const auto& one : made.document.texts) {
    require(kontor::is_utf8(one.text));
    const auto folded = kontor::mime::fold_case(one.text);
    const bool inside =
        one.field == search::Field::body || one.field == search::Field::attachment_name;
    if (inside) require(text.body_contains(folded));
    if (one.field == search::Field::subject) require(text.field_contains("Subject", folded));
    require(text.text_contains(folded));
  }
  for (const auto& part : made.attachments) {
    require(part.body.offset <= size && part.body.size <= size - part.body.offset);
    require(kontor::is_utf8(part.file_name));
    require(search::attachment_bytes(raw, part).size() <= part.body.size);
  }
  return 0;
}
