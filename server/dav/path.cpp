// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/dav/path.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "base/core/text.hpp"
#include "server/http/wire/request.hpp"

namespace kontor::dav {
namespace {

constexpr std::size_t k_most_segments = 40;
constexpr std::string_view k_root = "/dav";

struct SpaceRow {
  Space space;
  std::string_view segment;
  std::string_view folder;
};
constexpr std::array<SpaceRow, 4> k_spaces{{
    {Space::principals, "principals", ""},
    {Space::calendars, "calendars", "calendar:"},
    {Space::addressbooks, "addressbooks", "contacts:"},
    {Space::notes, "notes", "notes:"},
}};

const SpaceRow& row_of(Space space) {
  return *std::ranges::find(k_spaces, space, &SpaceRow::space);
}

bool is_good(std::string_view segment) {
  return !segment.empty() && segment != "." && segment != ".." && is_utf8(segment) &&
         std::ranges::none_of(
             segment, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; });
}

}  // namespace

std::string_view Path::owner() const noexcept {
  const std::size_t at = space == Space::principals ? 1 : 0;
  return space == Space::root || segments.size() <= at ? std::string_view()
                                                       : std::string_view(segments[at]);
}

std::vector<std::string> Path::below() const {
  if (segments.empty()) return {};
  return {segments.begin() + 1, segments.end()};
}

std::optional<Path> parse_path(std::string_view raw) {
  raw = raw.substr(0, raw.find('?'));
  if (!raw.starts_with(k_root)) return std::nullopt;
  raw.remove_prefix(k_root.size());
  if (!raw.empty() && raw.front() != '/') return std::nullopt;
  Path path;
  path.has_slash = raw.empty() || raw.ends_with('/');
  while (raw.starts_with('/')) raw.remove_prefix(1);
  while (raw.ends_with('/')) raw.remove_suffix(1);
  if (raw.empty()) return path;
  const auto parts = split(raw, '/');
  if (parts.size() > k_most_segments) return std::nullopt;
  for (const auto part : parts) {
    auto segment = http::wire::percent_decode(part);
    if (!segment || !is_good(*segment)) return std::nullopt;
    path.segments.push_back(*std::move(segment));
  }
  const auto row = std::ranges::find(k_spaces, path.segments.front(), &SpaceRow::segment);
  if (row == k_spaces.end()) return std::nullopt;
  path.space = row->space;
  path.segments.erase(path.segments.begin());
  return path;
}

std::optional<Path> parse_href(std::string_view href, std::string_view host) {
  href = trim(href);
  for (const std::string_view scheme : {"https://", "http://"}) {
    if (!istarts_with(href, scheme)) continue;
    href.remove_prefix(scheme.size());
    const auto end = std::min(href.find('/'), href.size());
    if (!iequals(href.substr(0, end), host)) return std::nullopt;
    href.remove_prefix(end);
    break;
  }
  return parse_path(href);
}

std::string encode_segment(std::string_view segment) {
  constexpr std::string_view k_plain = "-._~@:!$&'()*+,;=";
  std::string out;
  for (const char c : segment) {
    const bool is_letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || is_digit(c);
    if (is_letter || k_plain.contains(c))
      out += c;
    else
      out += '%' + to_upper(hex_encode({&c, 1}));
  }
  return out;
}

std::string href_of(const Path& path) {
  std::string out(k_root);
  if (path.space != Space::root) out.append("/").append(segment_of(path.space));
  for (const auto& segment : path.segments) out += '/' + encode_segment(segment);
  return path.has_slash ? out + '/' : out;
}

std::string folder_name_of(Space space, const std::vector<std::string>& collection) {
  return std::string(row_of(space).folder) + join(collection, "/");
}

std::optional<std::vector<std::string>> collection_of(Space space, std::string_view folder) {
  const auto prefix = row_of(space).folder;
  if (prefix.empty() || !folder.starts_with(prefix)) return std::nullopt;
  std::vector<std::string> out;
  for (const auto part : split(folder.substr(prefix.size()), '/')) out.emplace_back(part);
  return out;
}

std::string_view segment_of(Space space) noexcept { return row_of(space).segment; }

}  // namespace kontor::dav
