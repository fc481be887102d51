// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>

#include "base/core/text.hpp"
#include "base/mime/decode.hpp"
#include "base/mime/detect.hpp"
#include "base/mime/html_text.hpp"
#include "search/extract/read/readers.hpp"

namespace kontor::search {
namespace {

// <meta charset=...> in any form, within what a browser looks at first.
std::string_view declared_charset(std::string_view bytes) {
  const auto head = bytes.substr(0, 1'024);
  for (std::size_t at = 0; (at = head.find('=', at)) != std::string_view::npos; ++at) {
    const auto before = trim(head.substr(0, at));
    if (before.size() < 7 || !iequals(before.substr(before.size() - 7), "charset")) continue;
    auto name = trim(head.substr(at + 1));
    while (name.starts_with('"') || name.starts_with('\'')) name.remove_prefix(1);
    return name.substr(0, std::min(name.find_first_of("\"' ;/>"), name.size()));
  }
  return {};
}

// The title belongs to the file, though the page does not show it.
std::string_view title_of(std::string_view html) {
  constexpr std::string_view open = "<title", close = "</title";
  const auto head = html.substr(0, 65'536);
  for (std::size_t at = 0; (at = head.find('<', at)) != std::string_view::npos; ++at) {
    if (!istarts_with(head.substr(at), open)) continue;
    const auto begin = head.find('>', at);
    if (begin == std::string_view::npos) return {};
    for (auto end = begin; (end = head.find('<', end)) != std::string_view::npos; ++end)
      if (istarts_with(head.substr(end), close)) return head.substr(begin + 1, end - begin - 1);
    return {};
  }
  return {};
}

}  // namespace

Verdict read_html(std::string_view bytes, Reading& reading) {
  const auto declared = declared_charset(bytes);
  const auto guessed = mime::detect_charset(bytes);
  const bool is_wide = guessed.starts_with("utf-16") || guessed.starts_with("utf-32");
  const auto html = is_wide || declared.empty() || !mime::is_known_charset(declared)
                        ? mime::text_of_unknown(bytes)
                        : mime::to_utf8(bytes, declared);
  if (const auto title = title_of(html); !title.empty()) reading.add_line(mime::html_text(title));
  reading.add_line(mime::html_text(html));
  return {};
}

}  // namespace kontor::search
