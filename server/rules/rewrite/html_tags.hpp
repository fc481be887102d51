// SPDX-License-Identifier: GPL-3.0-or-later
// The tags of HTML in order, as mime::html_text() takes them apart: comments and what stands in
// script, style, title and textarea is no markup. Pure; one pass over the bytes, no tree.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "base/mime/message.hpp"

namespace kontor::rules {

struct HtmlTag {
  std::string name;  // lower case; empty: a comment, or the content of such an element
  bool is_end = false;
  mime::Range range;  // from '<' to behind '>'
};

class HtmlTags {
 public:
  explicit HtmlTags(std::string_view html) : html_(html) {}  // outlives it
  std::optional<HtmlTag> next();

 private:
  std::size_t behind_comment(std::size_t at) const;
  std::size_t behind_tag(std::size_t at) const;
  std::size_t end_of_content(std::string_view name) const;

  std::string_view html_;
  std::size_t at_ = 0;
  std::string content_of_;  // an element that holds no tags has begun
};

}  // namespace kontor::rules
