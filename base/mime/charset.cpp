// SPDX-License-Identifier: GPL-3.0-or-later
// Charsets by ICU. Names that mail uses for something wider than they say are read as that (the
// WHATWG encoding standard does so too: "iso-8859-1" is windows-1252, "gb2312" is gb18030).
#include <unicode/bytestream.h>
#include <unicode/normalizer2.h>
#include <unicode/ucnv.h>
#include <unicode/unistr.h>

#include <algorithm>
#include <array>
#include <memory>

#include "base/core/text.hpp"
#include "base/mime/decode.hpp"
#include "base/mime/encode.hpp"

namespace kontor::mime {
namespace {

struct Alias {
  std::string_view name;
  std::string_view icu;
};
// Sorted by name; the rest is ICU's own table of aliases.
constexpr std::array k_aliases{
    Alias{"cp-1251", "windows-1251"},
    Alias{"cp1251", "windows-1251"},
    Alias{"cp932", "ibm-943_P15A-2003"},
    Alias{"gb2312", "gb18030"},
    Alias{"gbk", "gb18030"},
    Alias{"iso-8859-1", "windows-1252"},
    Alias{"iso-8859-8-i", "iso-8859-8"},
    Alias{"iso-8859-9", "windows-1254"},
    Alias{"iso8859-1", "windows-1252"},
    Alias{"koi8r", "koi8-r"},
    Alias{"koi8u", "koi8-u"},
    Alias{"ks_c_5601-1987", "windows-949"},
    Alias{"latin1", "windows-1252"},
    Alias{"shift-jis", "ibm-943_P15A-2003"},
    Alias{"shift_jis", "ibm-943_P15A-2003"},
    Alias{"unicode-1-1-utf-7", "utf-7"},
    Alias{"utf7", "utf-7"},
    Alias{"win-1251", "windows-1251"},
    Alias{"win1251", "windows-1251"},
    Alias{"windows-31j", "ibm-943_P15A-2003"},
    Alias{"x-cp1251", "windows-1251"},
    Alias{"x-gbk", "gb18030"},
    Alias{"x-mac-cyrillic", "macos-7_3-10.2"},
    Alias{"x-sjis", "ibm-943_P15A-2003"},
};
static_assert(std::ranges::is_sorted(k_aliases, {}, &Alias::name));

constexpr std::size_t k_max_name = 60;  // ICU: UCNV_MAX_CONVERTER_NAME_LENGTH

bool is_utf8_name(std::string_view name) noexcept {
  return iequals(name, "utf-8") || iequals(name, "utf8") || iequals(name, "unicode-1-1-utf-8");
}
bool is_ascii_name(std::string_view name) noexcept {
  return name.empty() || iequals(name, "us-ascii") || iequals(name, "ascii") ||
         iequals(name, "ansi_x3.4-1968");
}

struct CloseConverter {
  void operator()(UConverter* converter) const noexcept { ucnv_close(converter); }
};
using Converter = std::unique_ptr<UConverter, CloseConverter>;

Converter open_converter(std::string_view charset) {
  std::string name = to_lower(trim(charset));
  const auto alias = std::ranges::lower_bound(k_aliases, std::string_view(name), {}, &Alias::name);
  if (alias != k_aliases.end() && alias->name == name) name = alias->icu;
  // ',' begins options of ICU: not for peers to set. UTF-16 without a mark stays ICU's choice.
  if (name.empty() || name.size() >= k_max_name ||
      name.find_first_of(std::string_view(",=\0", 3)) != std::string::npos)
    return nullptr;
  UErrorCode status = U_ZERO_ERROR;
  Converter converter(ucnv_open(name.c_str(), &status));
  return U_FAILURE(status) ? nullptr : std::move(converter);
}

std::string to_utf8_string(const UChar* text, std::size_t size) {
  std::string out;
  out.reserve(size + size / 2);
  for (std::size_t i = 0; i < size; ++i) {
    char32_t c = text[i];
    if (c >= 0xD800 && c < 0xDC00 && i + 1 < size && text[i + 1] >= 0xDC00 && text[i + 1] < 0xE000)
      c = 0x10000 + ((c - 0xD800) << 10) + (text[++i] - 0xDC00U);
    else if (c >= 0xD800 && c < 0xE000)
      c = 0xFFFD;
    append_utf8(out, c);
  }
  return out;
}

// In pieces, so that memory stays a small multiple of the input.
std::string convert(UConverter& converter, std::string_view bytes) {
  std::string out;
  out.reserve(bytes.size() + bytes.size() / 2);
  std::array<UChar, 4096> buffer;
  std::size_t held = 0;  // a high surrogate kept for the next piece
  const char* source = bytes.data();
  const char* const end = source + bytes.size();
  for (UErrorCode status = U_BUFFER_OVERFLOW_ERROR; status == U_BUFFER_OVERFLOW_ERROR;) {
    status = U_ZERO_ERROR;
    UChar* target = buffer.data() + held;
    ucnv_toUnicode(&converter, &target, buffer.data() + buffer.size(), &source, end, nullptr, true,
                   &status);
    auto size = static_cast<std::size_t>(target - buffer.data());
    held = status == U_BUFFER_OVERFLOW_ERROR && size > 0 && (buffer[size - 1] & 0xFC00) == 0xD800;
    out.append(to_utf8_string(buffer.data(), size - held));
    if (held != 0) buffer[0] = buffer[size - 1];
  }
  return out;
}

}  // namespace

bool is_known_charset(std::string_view charset) {
  return (is_ascii_name(charset) && !charset.empty()) || is_utf8_name(charset) ||
         open_converter(charset) != nullptr;
}

std::string to_utf8(std::string_view bytes, std::string_view charset) {
  if (is_utf8_name(charset)) return is_utf8(bytes) ? std::string(bytes) : to_valid_utf8(bytes);
  Converter converter = is_ascii_name(charset) ? nullptr : open_converter(charset);
  if (converter == nullptr) {
    if (is_utf8(bytes)) return std::string(bytes);
    converter = open_converter("windows-1252");
  }
  return converter == nullptr ? to_valid_utf8(bytes) : convert(*converter, bytes);
}

std::optional<std::string> from_utf8(std::string_view utf8, std::string_view charset) {
  const bool is_ascii =
      std::ranges::all_of(utf8, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
  if (is_utf8_name(charset)) return std::string(utf8);
  if (is_ascii_name(charset)) return is_ascii ? std::optional(std::string(utf8)) : std::nullopt;
  const auto converter = open_converter(charset);
  if (converter == nullptr || utf8.size() > INT32_MAX / 4) return std::nullopt;
  UErrorCode status = U_ZERO_ERROR;
  ucnv_setFromUCallBack(converter.get(), UCNV_FROM_U_CALLBACK_STOP, nullptr, nullptr, nullptr,
                        &status);
  ucnv_setFallback(converter.get(), false);
  const auto text = icu::UnicodeString::fromUTF8(
      icu::StringPiece(utf8.data(), static_cast<std::int32_t>(utf8.size())));
  std::string out(
      UCNV_GET_MAX_BYTES_FOR_STRING(static_cast<std::size_t>(text.length()),
                                    static_cast<std::size_t>(ucnv_getMaxCharSize(converter.get()))),
      '\0');
  const auto size =
      ucnv_fromUChars(converter.get(), out.data(), static_cast<std::int32_t>(out.size()),
                      text.getBuffer(), text.length(), &status);
  if (U_FAILURE(status)) return std::nullopt;
  out.resize(static_cast<std::size_t>(size));
  return out;
}

std::string fold_case(std::string_view utf8) {
  const auto is_ascii = [](char c) { return static_cast<unsigned char>(c) < 0x80; };
  if (std::ranges::all_of(utf8, is_ascii)) return to_lower(utf8);
  UErrorCode status = U_ZERO_ERROR;
  // NFKC_Casefold: full folding, and composed and decomposed forms become one (Unicode 5.18).
  const icu::Normalizer2* fold = icu::Normalizer2::getNFKCCasefoldInstance(status);
  const icu::Normalizer2* decompose = icu::Normalizer2::getNFKDInstance(status);
  if (U_FAILURE(status)) return to_lower(utf8);
  const auto normalized = [&](const icu::Normalizer2& form, std::string_view text) {
    std::string out;
    out.reserve(text.size());
    icu::StringByteSink<std::string> sink(&out);
    form.normalizeUTF8(0, icu::StringPiece(text.data(), static_cast<std::int32_t>(text.size())),
                       sink, nullptr, status);
    return out;
  };
  // RFC 5051, 2: characters are decomposed, so that a letter is found without its accent too.
  auto out = normalized(*decompose, normalized(*fold, utf8));
  return U_FAILURE(status) ? to_lower(utf8) : out;
}

std::string part_text(std::string_view raw, const Part& part) {
  const auto body = part.body.of(raw);
  auto decoded = decode_transfer(body, part.encoding);
  return to_utf8(decoded ? *decoded : std::string(body), part.parameter("charset"));
}

}  // namespace kontor::mime
