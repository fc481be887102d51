// SPDX-License-Identifier: GPL-3.0-or-later
// Any bytes can be read as a header block, an address list, a date and encoded words.
#include <cstdint>
#include <cstdlib>

#include "base/core/text.hpp"
#include "base/mime/decode.hpp"
#include "base/mime/header.hpp"

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  namespace mime = kontor::mime;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  std::uint64_t last = 0;
  for (const auto& field : mime::parse_fields(text)) {
    require(!field.name.empty() && field.range.offset >= last);
    last = field.range.offset + field.range.size;
    require(last <= size && field.value.size() < field.range.size);
    require(mime::field_value(text, field.name).has_value());
    (void)mime::parse_addresses(field.value);
    if (const auto time = mime::parse_date(field.value))
      require(mime::parse_date(mime::format_date(*time)) == time);
    require(mime::parse_day(field.value).has_value() == mime::parse_date(field.value).has_value());
    const std::string words = mime::decode_words(field.value);
    require(kontor::is_utf8(words) && kontor::is_utf8(mime::fold_case(words)));
  }
  const auto all = mime::select_fields(text, {}, true);
  require(mime::select_fields(all, {}, true) == all);
  (void)mime::parse_addresses(text);
  require(kontor::is_utf8(mime::decode_words(text)));
  return 0;
}
