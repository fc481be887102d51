// SPDX-License-Identifier: GPL-3.0-or-later
// Encoded words (RFC 2047). Words that follow each other with one charset and one encoding are
// decoded as one, since many senders cut characters in two between them.
#include "base/core/text.hpp"
#include "base/mime/decode.hpp"
#include "base/mime/header.hpp"
#include "base/mime/tokens.hpp"

namespace kontor::mime {
namespace {

constexpr std::size_t k_max_charset = 64;

struct Word {
  std::string_view charset;  // without the language of RFC 2231, 5
  char encoding = 'q';
  std::string_view text;
  std::size_t end = 0;  // behind "?="
};

class WordDecoder {
 public:
  explicit WordDecoder(std::string text) : text_(std::move(text)) {}

  std::string run() {
    std::size_t plain = 0;
    for (std::size_t at = text_.find("=?"); at != std::string::npos;) {
      Word word;
      if (!read_word(at, word)) {
        at = text_.find("=?", at + 2);
        continue;
      }
      add_plain(std::string_view(text_).substr(plain, at - plain));
      add_word(word);
      plain = word.end;
      at = text_.find("=?", plain);
    }
    add_plain(std::string_view(text_).substr(plain));
    flush();
    return std::move(out_);
  }

 private:
  bool read_word(std::size_t begin, Word& word) {
    const std::string_view text = text_;
    const auto charset_end = text.substr(0, begin + 2 + k_max_charset).find('?', begin + 2);
    if (charset_end == std::string_view::npos || charset_end == begin + 2) return false;
    if (charset_end + 2 >= text.size() || text[charset_end + 2] != '?') return false;
    word.charset = text.substr(begin + 2, charset_end - begin - 2);
    if (word.charset.find_first_of(" \t=") != std::string_view::npos) return false;
    word.charset = word.charset.substr(0, word.charset.find('*'));
    word.encoding = ascii_lower(text[charset_end + 1]);
    if (word.encoding != 'b' && word.encoding != 'q') return false;
    const std::size_t content = charset_end + 3;
    if (close_ != std::string::npos && close_ < content) close_ = text.find("?=", content);
    if (close_ == std::string::npos) return false;
    word.text = text.substr(content, close_ - content);
    word.end = close_ + 2;
    return true;
  }

  // White space between encoded words is no part of the text (RFC 2047, 6.2).
  void add_plain(std::string_view plain) {
    if (plain.empty() || (have_word_ && trim(plain).empty() && &plain.back() != &text_.back()))
      return;
    flush();
    out_.append(is_utf8(plain) ? std::string(plain) : to_utf8(plain, ""));
    have_word_ = false;
  }

  void add_word(const Word& word) {
    if (have_word_ && (!iequals(word.charset, charset_) || word.encoding != encoding_)) flush();
    charset_ = std::string(word.charset);
    encoding_ = word.encoding;
    have_word_ = true;
    bytes_.append(word.encoding == 'b' ? decode_transfer(word.text, "base64").value_or("")
                                       : decode_q(word.text));
  }

  static std::string decode_q(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
      if (text[i] == '_') {  // RFC 2047, 4.2 (2)
        out.push_back(' ');
        continue;
      }
      if (text[i] == '=' && i + 2 < text.size()) {
        if (const auto byte = hex_decode(text.substr(i + 1, 2)); byte && byte->size() == 1) {
          out.append(*byte);
          i += 2;
          continue;
        }
      }
      out.push_back(text[i]);
    }
    return out;
  }

  void flush() {
    if (!bytes_.empty()) out_.append(to_utf8(bytes_, charset_));
    bytes_.clear();
  }

  std::string text_;
  std::string out_;
  std::string bytes_;    // of the words under way
  std::string charset_;  // theirs
  char encoding_ = 'q';
  bool have_word_ = false;
  std::size_t close_ = 0;  // the next "?=", found once
};

}  // namespace

std::string decode_words(std::string_view value) {
  std::string text(trim(unfold(value)));
  if (text.find("=?") == std::string::npos) return is_utf8(text) ? text : to_utf8(text, "");
  return WordDecoder(std::move(text)).run();
}

}  // namespace kontor::mime
