// SPDX-License-Identifier: GPL-3.0-or-later
// Which resource a path below /dav means. Pure.
//
//   /dav/                                     the root
//   /dav/principals/                          people/ groups/ rooms/ and in them KEY/
//   /dav/calendars/KEY/                       somebody's calendars and lists of tasks
//   /dav/calendars/KEY/NAME/OBJECT
//   /dav/addressbooks/KEY/NAME/OBJECT
//   /dav/notes/KEY/NAME/.../OBJECT            collections of collections, of any bytes
//
// KEY is source:guid, or whatever somebody signs in with. Segments are decoded one by one, so that
// a slash that is written %2F belongs to a name.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "store/format/types.hpp"

namespace kontor::dav {

enum class Space : unsigned char { root, principals, calendars, addressbooks, notes };

struct Path {
  Space space = Space::root;
  std::vector<std::string> segments;  // below the space, decoded; principals: their kind, the key
  bool has_slash = false;             // at its end

  // Its owner's key; empty: it is above all owners.
  std::string_view owner() const noexcept;
  // The segments below the owner.
  std::vector<std::string> below() const;
};

// `raw` is a request's path as it was sent, or that of an href. nothing: it is not below /dav, or
// not in order (an empty segment, a bad escape, bytes that are not UTF-8, a control character).
std::optional<Path> parse_path(std::string_view raw);
// The path of an href or a Destination: an absolute URI's, when its authority is `host`; nothing
// else has one.
std::optional<Path> parse_href(std::string_view href, std::string_view host);

std::string href_of(const Path& path);  // encoded, with a slash at its end when it has one
// RFC 3986, 2.3: everything but unreserved characters, "@", ":" and "!$&'()*+,;=" is encoded.
std::string encode_segment(std::string_view segment);

// What a collection is called in the store: "calendar:work", "notes:a/b". Mail cannot be, by the
// colon that follows a word of ours, in the way of it.
std::string folder_name_of(Space space, const std::vector<std::string>& collection);
// The segments of a folder; nothing: it is in another space.
std::optional<std::vector<std::string>> collection_of(Space space, std::string_view folder);
std::string_view segment_of(Space space) noexcept;  // "calendars"

}  // namespace kontor::dav
