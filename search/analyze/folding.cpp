// SPDX-License-Identifier: GPL-3.0-or-later
// The table has a page for every 256 code points; equal pages are one. Texts are mostly ASCII and
// Cyrillic, whose bytes stand in the entries themselves.
#include "search/analyze/folding.hpp"

#include <unicode/normalizer2.h>
#include <unicode/uchar.h>
#include <unicode/uscript.h>
#include <unicode/utf8.h>

#include <array>
#include <cstring>
#include <map>
#include <vector>

#include "base/core/text.hpp"

namespace kontor::search {
namespace {

constexpr char32_t k_code_points = 0x110000;
constexpr char32_t k_replacement = 0xFFFD;
constexpr std::string_view k_replacement_bytes = "\uFFFD";
constexpr std::string_view k_i = "и", k_short_i = "й";
constexpr char32_t k_breve = 0x306;
constexpr int k_kana_voicing = 8;  // a combining class with two marks that never stand together

bool is_unspaced(UChar32 c) {
  UErrorCode status = U_ZERO_ERROR;
  switch (uscript_getScript(c, &status)) {
    case USCRIPT_HAN:
    case USCRIPT_HIRAGANA:
    case USCRIPT_KATAKANA:
    case USCRIPT_BOPOMOFO:
    case USCRIPT_YI:
    case USCRIPT_TIBETAN:
      return true;
    default:
      return u_getIntPropertyValue(c, UCHAR_LINE_BREAK) == U_LB_COMPLEX_CONTEXT;
  }
}

bool is_dropped(UChar32 c) {
  const auto combining = u_getCombiningClass(c);
  return combining != 0 && combining != k_kana_voicing;
}

// Of a code point that K makes.
CodeClass class_of(UChar32 c) {
  const auto mask = U_MASK(u_charType(c));
  if ((mask & (U_GC_L_MASK | U_GC_N_MASK | U_GC_MN_MASK | U_GC_MC_MASK)) == 0)
    return CodeClass::separator;
  return is_unspaced(c) ? CodeClass::unspaced : CodeClass::word;
}

// mime::fold_case of single code points, without the work for a text around them.
class CaseFolding {
 public:
  CaseFolding() {
    UErrorCode status = U_ZERO_ERROR;
    fold_ = icu::Normalizer2::getNFKCCasefoldInstance(status);
    decompose_ = icu::Normalizer2::getNFKDInstance(status);
  }
  // False: it stays as it is.
  bool fold(UChar32 c, icu::UnicodeString& out) const {
    if (fold_ == nullptr || decompose_ == nullptr) return false;
    UErrorCode status = U_ZERO_ERROR;
    icu::UnicodeString folded;
    if (fold_->getDecomposition(c, folded) == 0) return decompose_->getDecomposition(c, out) != 0;
    out = decompose_->normalize(folded, status);
    return true;
  }

 private:
  const icu::Normalizer2* fold_ = nullptr;
  const icu::Normalizer2* decompose_ = nullptr;
};

}  // namespace

struct FoldTable::Pages {
  using Page = std::array<Folded, 256>;
  std::array<std::uint16_t, k_code_points / 256> index{};
  std::vector<Page> pages;
  std::string pool;

  Folded make(const CaseFolding& folding, UChar32 c);
  void keep(Folded& folded, std::string_view text);
  void finish(Folded& folded, const icu::UnicodeString& text);
};

void FoldTable::Pages::keep(Folded& folded, std::string_view text) {
  folded.size = static_cast<std::uint8_t>(text.size());
  if (text.size() <= sizeof folded.at) {
    std::memcpy(&folded.at, text.data(), text.size());
    return;
  }
  folded.at = static_cast<std::uint32_t>(pool.size());
  pool.append(text);
}

// `text` is what mime::fold_case makes of the code point.
void FoldTable::Pages::finish(Folded& folded, const icu::UnicodeString& text) {
  std::string out;
  unsigned classes = 0;
  folded.exact = true;
  for (std::int32_t i = 0; i < text.length(); i = text.moveIndex32(i, 1)) {
    const UChar32 c = text.char32At(i);
    if (c == 0x3099 || c == 0x309A) folded.exact = false;  // may change places with other marks
    if (is_dropped(c)) {
      folded.exact = false;
      continue;
    }
    append_utf8(out, static_cast<char32_t>(c));
    classes |= 1U << unsigned(class_of(c));
  }
  keep(folded, out);
  if (out.empty())
    folded.code_class = CodeClass::nothing;
  else if (classes == 1U << unsigned(CodeClass::separator))
    folded.code_class = CodeClass::separator;
  else if ((classes & 1U << unsigned(CodeClass::separator)) != 0)
    folded.code_class = CodeClass::mixed;
  else if ((classes & 1U << unsigned(CodeClass::unspaced)) != 0)
    folded.code_class = CodeClass::unspaced;
  else
    folded.code_class = CodeClass::word;
}

Folded FoldTable::Pages::make(const CaseFolding& folding, UChar32 c) {
  Folded folded;
  icu::UnicodeString text;
  if (!folding.fold(c, text)) {
    if (is_dropped(c)) {
      folded.code_class = CodeClass::nothing;
      folded.breve = c == k_breve;
      folded.exact = false;
      return folded;
    }
    folded.same = true;
    folded.exact = c != 0x3099 && c != 0x309A;
    folded.code_class = class_of(c);
    return folded;
  }
  finish(folded, text);
  if (folded.code_class == CodeClass::word || folded.code_class == CodeClass::unspaced)
    folded.symbol = (U_MASK(u_charType(c)) & (U_GC_S_MASK | U_GC_P_MASK)) != 0;
  if (c == U'й' || c == U'Й') folded.short_i = folded.exact = true;
  return folded;
}

FoldTable::FoldTable() {
  const CaseFolding folding;
  pages_ = std::make_unique<Pages>();
  std::map<std::string, std::uint16_t> known;  // the bytes of a page
  for (char32_t first = 0; first < k_code_points; first += 256) {
    std::string bytes;
    Pages::Page page;
    for (char32_t i = 0; i < 256; ++i) {
      const Folded& one = page[i] = pages_->make(folding, static_cast<UChar32>(first + i));
      bytes.append(reinterpret_cast<const char*>(&one.at), sizeof one.at);
      bytes.push_back(static_cast<char>(one.size));
      bytes.push_back(static_cast<char>(unsigned(one.code_class) | unsigned(one.same) << 3 |
                                        unsigned(one.exact) << 4 | unsigned(one.symbol) << 5 |
                                        unsigned(one.short_i) << 6 | unsigned(one.breve) << 7));
    }
    const auto [at, is_new] = known.emplace(std::move(bytes), pages_->pages.size());
    if (is_new) pages_->pages.push_back(page);
    pages_->index[first / 256] = at->second;
  }
}

FoldTable::~FoldTable() = default;

const FoldTable& FoldTable::instance() {
  static const FoldTable table;
  return table;
}

const Folded& FoldTable::of(char32_t code_point) const noexcept {
  return pages_->pages[pages_->index[code_point / 256]][code_point % 256];
}

std::string_view FoldTable::text(const Folded& folded, std::string_view source) const noexcept {
  if (folded.same) return source;
  if (folded.size > sizeof folded.at)
    return std::string_view(pages_->pool).substr(folded.at, folded.size);
  return {reinterpret_cast<const char*>(&folded.at), folded.size};
}

Decoded decode_at(std::string_view text, std::size_t at) noexcept {
  // A sequence has four bytes at most, so that int counts suffice for texts of any size.
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(text.data()) + at;
  const auto size = static_cast<std::int32_t>(std::min<std::size_t>(text.size() - at, 4));
  std::int32_t used = 0;
  UChar32 c = 0;
  U8_NEXT(bytes, used, size, c);
  if (c < 0) return {k_replacement, 1};
  return {static_cast<char32_t>(c), static_cast<std::uint8_t>(used)};
}

std::string_view Decoded::of(std::string_view text, std::size_t at) const noexcept {
  return code_point == k_replacement ? k_replacement_bytes : text.substr(at, size);
}

void append_term(std::string& out, const Folded& folded, std::string_view source) {
  if (folded.short_i)
    out.append(k_short_i);
  else if (!folded.breve)
    out.append(FoldTable::instance().text(folded, source));
  else if (out.ends_with(k_i))
    out.replace(out.size() - k_i.size(), k_i.size(), k_short_i);
}

std::string fold(std::string_view utf8) {
  const auto& table = FoldTable::instance();
  std::string out;
  out.reserve(utf8.size());
  for (std::size_t at = 0; at < utf8.size();) {
    if (static_cast<unsigned char>(utf8[at]) < 0x80) {
      out.push_back(ascii_lower(utf8[at++]));
      continue;
    }
    const auto decoded = decode_at(utf8, at);
    out.append(table.text(table.of(decoded.code_point), decoded.of(utf8, at)));
    at += decoded.size;
  }
  return out;
}

std::string fold_term(std::string_view utf8) {
  const auto& table = FoldTable::instance();
  std::string out;
  out.reserve(utf8.size());
  for (std::size_t at = 0; at < utf8.size();) {
    if (static_cast<unsigned char>(utf8[at]) < 0x80) {
      out.push_back(ascii_lower(utf8[at++]));
      continue;
    }
    const auto decoded = decode_at(utf8, at);
    append_term(out, table.of(decoded.code_point), decoded.of(utf8, at));
    at += decoded.size;
  }
  return out;
}

}  // namespace kontor::search
