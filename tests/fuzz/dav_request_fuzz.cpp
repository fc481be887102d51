// SPDX-License-Identifier: GPL-3.0-or-later
// What WebDAV reads of a request besides XML: paths, hrefs, the field If; and bodies of PROPFIND.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "server/dav/condition.hpp"
#include "server/dav/path.hpp"
#include "server/dav/properties.hpp"
#include "server/dav/ranges.hpp"

namespace {

using namespace kontor::dav;

void require(bool holds) {
  if (!holds) std::abort();
}

void check_path(std::string_view text) {
  const auto path = parse_path(text);
  if (!path) return;
  for (const auto& segment : path->segments)
    require(!segment.empty() && segment != ".." && segment.find('\0') == std::string::npos);
  const auto again = parse_path(href_of(*path));
  require(again && again->segments == path->segments && again->space == path->space);
}

void check_ranges(const xml::Element& element) {
  static_cast<void>(time_range_of(element));
  static_cast<void>(text_match_of(element, kontor::calendar::Collation::octet));
  for (const auto& child : element.children) check_ranges(child);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const auto line = bytes.substr(0, bytes.find('\n'));
  check_path(line);
  static_cast<void>(parse_href(line, "localhost"));
  if (const auto lists = parse_if(line))
    for (const auto& list : *lists) require(!list.conditions.empty());
  const auto body = bytes.substr(std::min(line.size() + 1, bytes.size()));
  static_cast<void>(parse_question(body).has_value());
  if (const auto root = xml::read(body)) check_ranges(*root);
  return 0;
}
