// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/mime/html_text.hpp"

#include <algorithm>
#include <array>

#include "base/core/text.hpp"
#include "base/mime/entities.hpp"

namespace kontor::mime {
namespace {

// Elements that begin and end a line. Sorted.
constexpr auto k_lines = std::to_array<std::string_view>(
    {"address", "article", "aside",   "blockquote", "body",     "br",       "caption",    "center",
     "dd",      "dir",     "div",     "dl",         "dt",       "fieldset", "figcaption", "figure",
     "footer",  "form",    "frame",   "frameset",   "h1",       "h2",       "h3",         "h4",
     "h5",      "h6",      "head",    "header",     "hr",       "html",     "legend",     "li",
     "main",    "menu",    "nav",     "ol",         "optgroup", "option",   "p",          "pre",
     "section", "select",  "summary", "table",      "tbody",    "textarea", "tfoot",      "thead",
     "tr",      "ul"});
static_assert(std::ranges::is_sorted(k_lines));
constexpr auto k_dropped = std::to_array<std::string_view>({"script", "style", "title"});
constexpr std::size_t k_longest_name = 10;

constexpr bool is_space(char c) noexcept {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f';
}
constexpr bool is_letter(char c) noexcept { return ascii_lower(c) >= 'a' && ascii_lower(c) <= 'z'; }

class HtmlText {
 public:
  explicit HtmlText(std::string_view html) : html_(html) { out_.reserve(html.size() / 2); }

  std::string run() {
    while (at_ < html_.size()) {
      const char c = html_[at_];
      if (c == '<')
        read_markup();
      else if (c == '&')
        read_reference();
      else if (is_space(c))
        read_space();
      else
        read_plain();
    }
    return std::move(out_);
  }

 private:
  void read_space() {
    while (at_ < html_.size() && is_space(html_[at_])) ++at_;
    separate(' ');
  }

  void read_plain() {
    const auto begin = at_;
    while (at_ < html_.size() && html_[at_] != '<' && html_[at_] != '&' && !is_space(html_[at_]))
      ++at_;
    add(html_.substr(begin, at_ - begin));
  }

  void read_reference() {
    const auto found = character_reference(html_.substr(at_));
    if (!found) return add(html_.substr(at_++, 1));
    at_ += found->size;
    if (found->code_point < 0x80 && is_space(static_cast<char>(found->code_point)))
      return separate(' ');
    separate(0);
    append_utf8(out_, found->code_point);
  }

  // At '<'.
  void read_markup() {
    const auto rest = html_.substr(at_ + 1);
    if (rest.starts_with("!--")) return skip_comment();
    if (rest.starts_with('!') || rest.starts_with('?')) return skip_behind('>');
    const bool closes = rest.starts_with('/');
    const auto name = rest.substr(closes ? 1 : 0);
    if (!name.empty() && is_letter(name.front())) return read_tag(name, closes);
    if (closes && !name.empty()) return skip_behind('>');  // "</>" and "</ x>"
    add(html_.substr(at_++, 1));
  }

  // "<!-->" and "<!--->" are comments too.
  void skip_comment() {
    for (auto end = html_.find("--", at_ + 2); end != std::string_view::npos;
         end = html_.find("--", end + 1)) {
      const auto behind = html_.substr(end + 2);
      if (behind.starts_with('>') || behind.starts_with("!>") ||
          (end == at_ + 2 && behind.starts_with("->"))) {
        at_ = html_.find('>', end) + 1;
        return;
      }
    }
    at_ = html_.size();
  }

  void skip_behind(char mark) {
    const auto found = html_.find(mark, at_);
    at_ = found == std::string_view::npos ? html_.size() : found + 1;
  }

  void read_tag(std::string_view name, bool closes) {
    std::size_t size = 0;
    while (size < name.size() && !is_space(name[size]) && name[size] != '/' && name[size] != '>')
      ++size;
    const std::string lower = size > k_longest_name ? "" : to_lower(name.substr(0, size));
    at_ = static_cast<std::size_t>(name.data() + size - html_.data());
    skip_attributes();
    if (std::ranges::binary_search(k_lines, lower)) return separate('\n');
    if (lower == "td" || lower == "th") return separate(' ');
    if (!closes && std::ranges::find(k_dropped, lower) != k_dropped.end()) skip_element(lower);
  }

  // Through '>': one in a quoted value does not count.
  void skip_attributes() {
    while (at_ < html_.size() && html_[at_] != '>') {
      if (html_[at_++] != '=') continue;
      while (at_ < html_.size() && is_space(html_[at_])) ++at_;
      if (at_ < html_.size() && (html_[at_] == '"' || html_[at_] == '\'')) {
        const char quote = html_[at_++];
        skip_behind(quote);
      }
    }
    if (at_ < html_.size()) ++at_;
  }

  // To behind the end tag of an element that holds no tags.
  void skip_element(std::string_view name) {
    for (at_ = html_.find("</", at_); at_ < html_.size(); at_ = html_.find("</", at_)) {
      at_ += 2;
      if (!istarts_with(html_.substr(at_), name)) continue;
      const auto behind = html_.substr(at_ + name.size(), 1);
      if (!behind.empty() && !is_space(behind[0]) && behind[0] != '/' && behind[0] != '>') continue;
      skip_attributes();
      return;
    }
    at_ = html_.size();
  }

  // Of several separators a line feed counts; none leads.
  void separate(char separator) {
    if (separator == 0) {
      if (pending_ != 0 && !out_.empty()) out_.push_back(pending_);
      pending_ = 0;
    } else if (pending_ != '\n') {
      pending_ = separator;
    }
  }

  void add(std::string_view text) {
    separate(0);
    out_.append(text);
  }

  std::string_view html_;
  std::string out_;
  std::size_t at_ = 0;
  char pending_ = 0;  // a separator before the next text
};

}  // namespace

std::string html_text(std::string_view html) { return HtmlText(html).run(); }

}  // namespace kontor::mime
