// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/rules/rewrite/html_tags.hpp"

#include <algorithm>
#include <array>

#include "base/core/text.hpp"

namespace kontor::rules {
namespace {

constexpr std::size_t k_longest_name = 32;
constexpr auto k_without_tags =
    std::to_array<std::string_view>({"script", "style", "textarea", "title"});

bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

}  // namespace

// At "<!--".
std::size_t HtmlTags::behind_comment(std::size_t at) const {
  const auto rest = html_.substr(at + 4);
  if (rest.starts_with('>')) return at + 5;
  if (rest.starts_with("->")) return at + 6;
  const auto end = html_.find("-->", at + 4);
  return end == std::string_view::npos ? html_.size() : end + 3;
}

// Through '>': one in a quoted value does not count.
std::size_t HtmlTags::behind_tag(std::size_t at) const {
  while (at < html_.size() && html_[at] != '>') {
    if (html_[at++] != '=') continue;
    while (at < html_.size() && is_space(html_[at])) ++at;
    if (at >= html_.size() || (html_[at] != '"' && html_[at] != '\'')) continue;
    const auto close = html_.find(html_[at], at + 1);
    at = close == std::string_view::npos ? html_.size() : close + 1;
  }
  return std::min(at + 1, html_.size());
}

// Where the end tag of the element begins.
std::size_t HtmlTags::end_of_content(std::string_view name) const {
  for (auto at = html_.find("</", at_); at != std::string_view::npos;
       at = html_.find("</", at + 2)) {
    if (!istarts_with(html_.substr(at + 2), name)) continue;
    const auto behind = html_.substr(std::min(at + 2 + name.size(), html_.size()), 1);
    if (behind.empty() || is_space(behind[0]) || behind[0] == '/' || behind[0] == '>') return at;
  }
  return html_.size();
}

std::optional<HtmlTag> HtmlTags::next() {
  if (!content_of_.empty()) {
    const auto begin = at_;
    at_ = end_of_content(content_of_);
    content_of_.clear();
    if (at_ > begin) return HtmlTag{{}, false, {begin, at_ - begin}};
  }
  for (at_ = html_.find('<', at_); at_ < html_.size(); at_ = html_.find('<', at_ + 1)) {
    const auto begin = at_;
    const auto rest = html_.substr(begin + 1);
    if (rest.starts_with("!--")) {
      at_ = behind_comment(begin);
      return HtmlTag{{}, false, {begin, at_ - begin}};
    }
    const bool is_end = rest.starts_with('/');
    const auto name = rest.substr(is_end ? 1 : 0);
    if (rest.starts_with('!') || rest.starts_with('?') ||
        (is_end && !name.empty() && !is_letter(name.front()))) {
      const auto close = html_.find('>', begin);
      at_ = close == std::string_view::npos ? html_.size() : close + 1;
      return HtmlTag{{}, false, {begin, at_ - begin}};
    }
    if (name.empty() || !is_letter(name.front())) continue;
    std::size_t size = 0;
    while (size < name.size() && !is_space(name[size]) && name[size] != '/' && name[size] != '>')
      ++size;
    HtmlTag tag;
    tag.name = size > k_longest_name ? std::string("?") : to_lower(name.substr(0, size));
    tag.is_end = is_end;
    at_ = behind_tag(begin + 1 + (is_end ? 1 : 0) + size);
    tag.range = {begin, at_ - begin};
    if (!is_end && std::ranges::find(k_without_tags, tag.name) != k_without_tags.end())
      content_of_ = tag.name;
    return tag;
  }
  at_ = html_.size();
  return std::nullopt;
}

}  // namespace kontor::rules
