// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/mime/modified_utf7.hpp"

#include <cstdint>

#include "base/core/text.hpp"

namespace kontor::mime {
namespace {

// RFC 3501, 5.1.3: base64 with ',' for '/'.
constexpr std::string_view k_alphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+,";

constexpr bool is_printable_ascii(char32_t c) { return c >= 0x20 && c <= 0x7E; }

// The UTF-16 units of one shifted run, without '&' and '-'.
Result<std::u16string> decode_run(std::string_view run) {
  std::u16string units;
  std::uint32_t bits = 0;
  unsigned have = 0;
  for (const char c : run) {
    const auto digit = k_alphabet.find(c);
    if (digit == std::string_view::npos)
      return fail(Errc::bad_input, "mailbox name: modified UTF-7");
    bits = bits << 6 | static_cast<std::uint32_t>(digit);
    have += 6;
    if (have < 16) continue;
    have -= 16;
    units.push_back(static_cast<char16_t>(bits >> have & 0xFFFFU));
  }
  const bool padding_is_zero = (bits & ((1U << have) - 1U)) == 0;
  if (have >= 6 || !padding_is_zero || units.empty())
    return fail(Errc::bad_input, "mailbox name: modified UTF-7 ends in the middle");
  return units;
}

Result<void> append_units(std::string& out, const std::u16string& units) {
  for (std::size_t i = 0; i < units.size(); ++i) {
    char32_t code = units[i];
    if (code >= 0xD800 && code <= 0xDBFF) {
      const char32_t low = i + 1 < units.size() ? units[i + 1] : 0;
      if (low < 0xDC00 || low > 0xDFFF)
        return fail(Errc::bad_input, "mailbox name: lone surrogate");
      code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
      ++i;
    } else if (code >= 0xDC00 && code <= 0xDFFF) {
      return fail(Errc::bad_input, "mailbox name: lone surrogate");
    }
    // RFC 3501, 5.1.3: printable US-ASCII represents itself.
    if (is_printable_ascii(code)) return fail(Errc::bad_input, "mailbox name: ASCII in base64");
    append_utf8(out, code);
  }
  return {};
}

// The code point at the start of valid UTF-8 `text`, which loses its bytes.
char32_t take_code_point(std::string_view& text) {
  const auto lead = static_cast<unsigned char>(text.front());
  const std::size_t length = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  char32_t code = length == 1 ? lead : lead & (0xFFU >> (length + 1));
  for (std::size_t i = 1; i < length && i < text.size(); ++i)
    code = code << 6 | (static_cast<unsigned char>(text[i]) & 0x3FU);
  text.remove_prefix(std::min(length, text.size()));
  return code;
}

class Utf16Base64 {
 public:
  void add(std::string& out, char32_t code) {
    if (code >= 0x10000) {
      unit(out, 0xD800 + ((code - 0x10000) >> 10));
      unit(out, 0xDC00 + ((code - 0x10000) & 0x3FFU));
    } else {
      unit(out, code);
    }
  }
  void finish(std::string& out) {
    if (have_ > 0) out.push_back(k_alphabet[bits_ << (6 - have_) & 0x3FU]);
    have_ = 0;
    bits_ = 0;
  }

 private:
  void unit(std::string& out, char32_t value) {
    bits_ = bits_ << 16 | static_cast<std::uint32_t>(value);
    have_ += 16;
    while (have_ >= 6) {
      have_ -= 6;
      out.push_back(k_alphabet[bits_ >> have_ & 0x3FU]);
    }
    bits_ &= (1U << have_) - 1U;
  }
  std::uint32_t bits_ = 0;
  unsigned have_ = 0;
};

}  // namespace

Result<std::string> decode_modified_utf7(std::string_view name) {
  std::string out;
  out.reserve(name.size());
  while (!name.empty()) {
    const char c = name.front();
    name.remove_prefix(1);
    if (c != '&') {
      if (!is_printable_ascii(static_cast<unsigned char>(c)))
        return fail(Errc::bad_input, "mailbox name: not printable");
      out.push_back(c);
      continue;
    }
    const auto end = name.find('-');
    if (end == std::string_view::npos)
      return fail(Errc::bad_input, "mailbox name: '&' without '-'");
    if (end == 0) {
      out.push_back('&');
    } else {
      KONTOR_TRY(const auto units, decode_run(name.substr(0, end)));
      KONTOR_TRY(append_units(out, units));
    }
    name.remove_prefix(end + 1);
    // RFC 3501, 5.1.3: no null shifts ("&U,BTFw-&ZeVnLIqe-").
    if (end != 0 && name.starts_with('&') && !name.starts_with("&-"))
      return fail(Errc::bad_input, "mailbox name: null shift");
  }
  return out;
}

std::string encode_modified_utf7(std::string_view utf8) {
  std::string out;
  out.reserve(utf8.size() + 8);
  while (!utf8.empty()) {
    char32_t code = take_code_point(utf8);
    if (is_printable_ascii(code)) {
      out.push_back(static_cast<char>(code));
      if (code == U'&') out.push_back('-');
      continue;
    }
    out.push_back('&');
    Utf16Base64 run;
    run.add(out, code);
    while (!utf8.empty() && !is_printable_ascii(static_cast<unsigned char>(utf8.front())))
      run.add(out, take_code_point(utf8));
    run.finish(out);
    out.push_back('-');
  }
  return out;
}

}  // namespace kontor::mime
