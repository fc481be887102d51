// SPDX-License-Identifier: GPL-3.0-or-later
// K, the folding under which texts are indexed and compared: without case, accents and
// compatibility forms.
//
// K is defined for a code point: what mime::fold_case makes of it, without the marks that Unicode
// can put in another order (combining class above 0). So K(a + b) is K(a) + K(b), K(K(a)) is K(a),
// and K(mime::fold_case(a)) is K(a): a text that contains another under fold_case contains it under
// K. Ё becomes е, and й и; voicing marks of kana stay. What is not UTF-8 becomes U+FFFD. Pure; any
// thread.
#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace kontor::search {

// Valid UTF-8.
std::string fold(std::string_view utf8);
// The same with й kept: the form of terms. и and a breve after it are й as well. fold(fold_term(a))
// is fold(a).
std::string fold_term(std::string_view utf8);

// What a code point is for words.
enum class CodeClass : std::uint8_t {
  separator,
  word,      // a letter, digit, or mark among letters
  unspaced,  // of a script that writes no spaces between words
  nothing,   // K drops it: an accent, a soft hyphen
  mixed,     // K makes several code points of it, some of which are separators ("½")
};

// K of one code point.
struct Folded {
  std::uint32_t at = 0;   // with `size` above 4: of its UTF-8 in the pool; otherwise its bytes
  std::uint8_t size = 0;  // bytes
  CodeClass code_class = CodeClass::separator;
  bool same : 1 = false;     // K leaves it as it is; `at` has nothing
  bool exact : 1 = false;    // mime::fold_case makes no more of it than fold_term does
  bool symbol : 1 = false;   // a sign that K spells out: "№", "™"
  bool short_i : 1 = false;  // й
  bool breve : 1 = false;    // U+0306: й together with an и before it
};

// Of every code point; made on first use (some 0.1 s).
class FoldTable {
 public:
  static const FoldTable& instance();
  ~FoldTable();
  const Folded& of(char32_t code_point) const noexcept;
  // K of `code_point`, whose UTF-8 is `source`; `source` lives as long as the answer is used.
  std::string_view text(const Folded& folded, std::string_view source) const noexcept;

 private:
  FoldTable();
  struct Pages;
  std::unique_ptr<Pages> pages_;
};

// The code point at `at` and its bytes; U+FFFD with one byte for what is not UTF-8.
struct Decoded {
  char32_t code_point = 0;
  std::uint8_t size = 1;
  // Its valid UTF-8, in `text` or of U+FFFD.
  std::string_view of(std::string_view text, std::size_t at) const noexcept;
};
Decoded decode_at(std::string_view text, std::size_t at) noexcept;
// Appends fold_term() of a code point to that of what stands before it.
void append_term(std::string& out, const Folded& folded, std::string_view source);

}  // namespace kontor::search
