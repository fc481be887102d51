// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/mime/name_order.hpp"

#include <unicode/coll.h>
#include <unicode/unistr.h>

#include <algorithm>
#include <memory>

#include "base/mime/collation.hpp"

namespace kontor::mime {
namespace {

// ICU's data may lack the language; then the root's order, or that of IMAP, has to do.
std::unique_ptr<const icu::Collator> make_collator() {
  UErrorCode status = U_ZERO_ERROR;
  std::unique_ptr<icu::Collator> collator(icu::Collator::createInstance("ru", status));
  if (U_FAILURE(status)) return nullptr;
  return collator;
}

}  // namespace

std::string name_order_key(std::string_view utf8) {
  // Its const members may be called by any thread.
  static const auto collator = make_collator();
  if (!collator) return casemap_key(utf8);
  const auto text = icu::UnicodeString::fromUTF8(
      icu::StringPiece(utf8.data(), static_cast<std::int32_t>(utf8.size())));
  std::string key(utf8.size() * 2 + 16, '\0');
  const auto fill = [&] {
    return collator->getSortKey(text, reinterpret_cast<std::uint8_t*>(key.data()),
                                static_cast<std::int32_t>(key.size()));
  };
  auto size = static_cast<std::size_t>(std::max(0, fill()));
  if (size > key.size()) {
    key.resize(size);
    size = static_cast<std::size_t>(std::max(0, fill()));
  }
  key.resize(size > 0 ? size - 1 : 0);  // without the closing zero
  return key;
}

}  // namespace kontor::mime
