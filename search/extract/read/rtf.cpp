// SPDX-License-Identifier: GPL-3.0-or-later
// The text of RTF (Rich Text Format Specification 1.9.1): what a reader shows, in the charsets of
// its fonts.
#include <algorithm>
#include <array>
#include <map>
#include <vector>

#include "base/core/text.hpp"
#include "base/mime/decode.hpp"
#include "search/extract/read/code_page.hpp"
#include "search/extract/read/readers.hpp"

namespace kontor::search {
namespace {

using namespace std::string_view_literals;

constexpr std::size_t k_most_depth = 2'000;

// Groups that begin so have nothing to show.
constexpr std::array k_hidden{
    "colortbl"sv,     "stylesheet"sv, "pict"sv,      "objdata"sv,           "themedata"sv,
    "datastore"sv,    "generator"sv,  "listtable"sv, "listoverridetable"sv, "rsidtbl"sv,
    "xmlnstbl"sv,     "fldinst"sv,    "bkmkstart"sv, "bkmkend"sv,           "filetbl"sv,
    "latentstyles"sv, "revtbl"sv,     "pntext"sv,    "nonshppict"sv,        "objclass"sv};

struct Sign {
  std::string_view word;
  std::string_view text;
};
constexpr std::array k_signs{
    Sign{"par", "\n"},    Sign{"line", "\n"},     Sign{"row", "\n"},      Sign{"sect", "\n"},
    Sign{"page", "\n"},   Sign{"nestrow", "\n"},  Sign{"cell", "\t"},     Sign{"nestcell", "\t"},
    Sign{"tab", "\t"},    Sign{"emdash", "—"},    Sign{"endash", "–"},    Sign{"lquote", "‘"},
    Sign{"rquote", "’"},  Sign{"ldblquote", "“"}, Sign{"rdblquote", "”"}, Sign{"bullet", "•"},
    Sign{"emspace", " "}, Sign{"enspace", " "},
};

struct State {
  bool is_hidden = false;
  bool is_font_table = false;
  bool is_info = false;
  std::uint32_t code_page = 0;  // 0: the document's
  std::uint32_t skip = 1;       // \uc: characters after \u for readers without Unicode
};

class RtfText {
 public:
  RtfText(std::string_view bytes, Reading& reading) : bytes_(bytes), reading_(reading) {}

  void run() {
    while (at_ < bytes_.size() && !reading_.is_full()) step();
    flush();
  }

 private:
  void step() {
    const char c = bytes_[at_++];
    if (c == '{') return open();
    if (c == '}') return close();
    if (c == '\\') return control();
    if (c == '\r' || c == '\n') return;
    byte(c);
  }

  void open() {
    skip_left_ = 0;
    if (states_.size() < k_most_depth)
      states_.push_back(state_);
    else
      ++too_deep_;
  }

  void close() {
    flush();
    skip_left_ = 0;
    if (too_deep_ > 0) {
      --too_deep_;
    } else if (!states_.empty()) {
      if (state_.is_info && !state_.is_hidden) reading_.add("\n");
      state_ = states_.back();
      states_.pop_back();
    }
  }

  void control() {
    if (at_ >= bytes_.size()) return;
    const char c = bytes_[at_];
    if (ascii_lower(c) >= 'a' && ascii_lower(c) <= 'z') return word();
    ++at_;
    if (c == '\'') return hex();
    if (c == '*') {
      // What a reader does not know it leaves out; of these we know none.
      state_.is_hidden = true;
    } else if (c == '~') {
      add(" ");
    } else if (c == '_') {
      add("-");
    } else if (c == '\n' || c == '\r') {
      add("\n");
    } else if (c == '\\' || c == '{' || c == '}') {
      byte(c);
    }
  }

  void hex() {
    const auto digits = bytes_.substr(at_, 2);
    const auto decoded = hex_decode(to_lower(digits));
    at_ += digits.size();
    if (decoded && decoded->size() == 1) byte((*decoded)[0]);
  }

  void word() {
    const auto begin = at_;
    while (at_ < bytes_.size() && at_ - begin < 32 && ascii_lower(bytes_[at_]) >= 'a' &&
           ascii_lower(bytes_[at_]) <= 'z')
      ++at_;
    const auto name = bytes_.substr(begin, at_ - begin);
    const bool is_negative = at_ < bytes_.size() && bytes_[at_] == '-';
    if (is_negative) ++at_;
    std::int64_t number = 0;
    bool has_number = false;
    for (; at_ < bytes_.size() && is_digit(bytes_[at_]); ++at_) {
      has_number = true;
      number = std::min<std::int64_t>(number * 10 + (bytes_[at_] - '0'), INT32_MAX);
    }
    if (at_ < bytes_.size() && bytes_[at_] == ' ') ++at_;
    obey(name, is_negative ? -number : number, has_number);
  }

  void obey(std::string_view name, std::int64_t number, bool has_number) {
    if (name == "u") return unicode(number);
    if (name == "bin") {
      at_ += static_cast<std::size_t>(
          std::clamp<std::int64_t>(number, 0, static_cast<std::int64_t>(bytes_.size() - at_)));
      return;
    }
    if (skip_left_ > 0) {
      --skip_left_;
      return;
    }
    const auto value = static_cast<std::uint32_t>(std::max<std::int64_t>(number, 0));
    if (charset_word(name, value, has_number)) return;
    if (name == "fonttbl") {
      state_.is_font_table = true;
    } else if (name == "info") {
      state_.is_info = true;
    } else if (std::ranges::find(k_hidden, name) != k_hidden.end()) {
      flush();
      state_.is_hidden = true;
    } else if (name == "v") {
      flush();
      state_.is_hidden = !has_number || number != 0;
    } else {
      for (const auto& sign : k_signs)
        if (sign.word == name) return add(sign.text);
    }
  }

  // Words that say how bytes are to be read.
  bool charset_word(std::string_view name, std::uint32_t value, bool has_number) {
    if (name == "ansicpg") {
      document_page_ = value;
    } else if (name == "mac") {
      document_page_ = 10000;
    } else if (name == "pc") {
      document_page_ = 437;
    } else if (name == "uc") {
      state_.skip = std::min(value, 1'000U);
    } else if (name == "fcharset" && state_.is_font_table) {
      if (fonts_.size() < 10'000) fonts_[font_] = code_page_of_font_charset(value);
    } else if (name == "f" && has_number) {
      font_ = value;
      if (!state_.is_font_table) set_font(value);
    } else if (name == "deff") {
      first_font_ = value;
    } else if (name == "plain") {
      set_font(first_font_);
    } else {
      return false;
    }
    return true;
  }

  void set_font(std::uint32_t font) {
    flush();
    const auto found = fonts_.find(font);
    state_.code_page = found == fonts_.end() ? 0 : found->second;
  }

  void unicode(std::int64_t number) {
    flush();
    const auto unit = static_cast<char32_t>(number & 0xFFFF);
    skip_left_ = state_.skip;
    if (unit >= 0xD800 && unit < 0xDC00) {
      high_ = unit;
      return;
    }
    char32_t code_point = unit;
    if (unit >= 0xDC00 && unit < 0xE000)
      code_point = high_ != 0 ? 0x10000 + ((high_ - 0xD800) << 10U) + (unit - 0xDC00) : 0xFFFD;
    high_ = 0;
    std::string text;
    append_utf8(text, code_point);
    if (is_shown()) reading_.add(text);
  }

  bool is_shown() const { return !state_.is_hidden && !state_.is_font_table; }

  void byte(char c) {
    if (skip_left_ > 0) {
      --skip_left_;
      return;
    }
    if (is_shown()) pending_.push_back(c);
    if (pending_.size() >= 65'536) flush();
  }

  void add(std::string_view text) {
    flush();
    if (is_shown()) reading_.add(text);
  }

  void flush() {
    if (pending_.empty()) return;
    const auto page = state_.code_page != 0 ? state_.code_page : document_page_;
    reading_.add(mime::to_utf8(pending_, charset_of_code_page(page)));
    pending_.clear();
  }

  std::string_view bytes_;
  Reading& reading_;
  std::size_t at_ = 0;
  State state_;
  std::vector<State> states_;
  std::size_t too_deep_ = 0;
  std::uint32_t document_page_ = 1252;
  std::map<std::uint32_t, std::uint32_t> fonts_;
  std::uint32_t font_ = 0, first_font_ = 0;
  std::uint32_t skip_left_ = 0;
  char32_t high_ = 0;
  std::string pending_;  // bytes in one charset
};

}  // namespace

Verdict read_rtf(std::string_view bytes, Reading& reading) {
  RtfText(bytes, reading).run();
  return {};
}

}  // namespace kontor::search
