// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/mime/collation.hpp"

#include <unicode/bytestream.h>
#include <unicode/normalizer2.h>
#include <unicode/uchar.h>
#include <unicode/utf8.h>

#include <algorithm>

#include "base/core/text.hpp"

namespace kontor::mime {
namespace {

void append_decomposed(std::string& out, UChar32 c, const icu::Normalizer2* forms) {
  icu::UnicodeString decomposed;
  if (forms != nullptr && forms->getDecomposition(c, decomposed) != 0) {
    icu::StringByteSink<std::string> sink(&out);
    decomposed.toUTF8(sink);
    return;
  }
  append_utf8(out, static_cast<char32_t>(c));
}

}  // namespace

std::string casemap_key(std::string_view utf8) {
  const auto is_ascii = [](char c) { return static_cast<unsigned char>(c) < 0x80; };
  if (std::ranges::all_of(utf8, is_ascii)) return to_upper(utf8);
  UErrorCode status = U_ZERO_ERROR;
  const icu::Normalizer2* forms = icu::Normalizer2::getNFKDInstance(status);
  std::string out;
  out.reserve(utf8.size() + utf8.size() / 4);
  const auto size = static_cast<std::int32_t>(utf8.size());
  for (std::int32_t i = 0; i < size;) {
    UChar32 c = 0;
    U8_NEXT(utf8.data(), i, size, c);
    if (c < 0) c = 0xFFFD;
    append_decomposed(out, u_totitle(c), U_FAILURE(status) ? nullptr : forms);
  }
  return out;
}

}  // namespace kontor::mime
