// SPDX-License-Identifier: GPL-3.0-or-later
// The namespaces of WebDAV and of what stands on it, and names of elements in them.
#pragma once
#include <string>
#include <string_view>

#include "server/dav/xml/element.hpp"

namespace kontor::dav {

inline constexpr std::string_view k_dav = "DAV:";                                // RFC 4918
inline constexpr std::string_view k_caldav = "urn:ietf:params:xml:ns:caldav";    // RFC 4791
inline constexpr std::string_view k_carddav = "urn:ietf:params:xml:ns:carddav";  // RFC 6352
inline constexpr std::string_view k_server = "http://calendarserver.org/ns/";
inline constexpr std::string_view k_apple = "http://apple.com/ns/ical/";

inline xml::Name dav_name(std::string_view local) {
  return {std::string(k_dav), std::string(local)};
}
inline xml::Name cal_name(std::string_view local) {
  return {std::string(k_caldav), std::string(local)};
}
inline xml::Name card_name(std::string_view local) {
  return {std::string(k_carddav), std::string(local)};
}

}  // namespace kontor::dav
