// SPDX-License-Identifier: GPL-3.0-or-later
// Any bytes have a text that is no longer than they are.
#include <cstdint>
#include <cstdlib>

#include "base/core/text.hpp"
#include "base/mime/html_text.hpp"

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view html(reinterpret_cast<const char*>(data), size);
  const auto text = kontor::mime::html_text(html);
  require(text.size() <= html.size());
  require(!text.contains("\n\n") && !text.contains("  ") && !text.contains('\t'));
  require(!text.starts_with(' ') && !text.ends_with('\n'));
  require(!kontor::is_utf8(html) || kontor::is_utf8(text));
  return 0;
}
