// SPDX-License-Identifier: GPL-3.0-or-later
// What SORT and THREAD make of a header: texts are valid and bounded, a base subject is its own.
#include <cstdint>
#include <cstdlib>

#include "base/core/text.hpp"
#include "base/mime/base_subject.hpp"
#include "base/mime/collation.hpp"
#include "base/mime/message_ids.hpp"

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  namespace mime = kontor::mime;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto base = mime::base_subject(text);
  require(kontor::is_utf8(base.text) && base.text.size() <= mime::k_max_subject);
  // Words may look encoded again once they were decoded.
  if (!base.text.contains("=?")) require(mime::base_subject(base.text).text == base.text);
  const auto key = mime::casemap_key(base.text);
  require(kontor::is_utf8(key));
  require(kontor::is_utf8(mime::casemap_key(text)));
  for (const auto& id : mime::parse_message_ids(text)) require(id.contains('@') && id.size() >= 3);
  require(mime::thread_fields(text).references.size() <= mime::k_max_references);
  return 0;
}
