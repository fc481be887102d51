// SPDX-License-Identifier: GPL-3.0-or-later
// What the interface answers: JSON with an entity tag, lists by the page, errors with their reason.
// Pure; any thread.
#pragma once
#include <boost/json/value.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/core/result.hpp"
#include "server/http/wire/response.hpp"

namespace kontor::admin::api {

// Which part of a list is wanted.
struct Page {
  std::optional<std::size_t> offset = {}, limit = {};
  std::vector<std::string> sort = {};  // "name", "-size": members of the rows; dots go into objects
  std::string filter = {};             // rows in one of whose texts this stands, in any case

  bool is_any() const { return offset || limit || !sort.empty() || !filter.empty(); }
};

inline constexpr std::size_t k_most_rows = 10'000;

// {"items":[…],"total":N,"offset":N} of a list; of an object whose only list is a member, the same
// with its other members. What is no list stays. bad_input: a member to sort by that no row has.
Result<boost::json::value> paged(boost::json::value value, const Page& page);

// Of these bytes, with its quotes.
std::string entity_tag(std::string_view bytes);
// Does a field If-Match or If-None-Match name this tag (RFC 9110, 13.1)?
bool names_tag(std::string_view field, std::string_view tag);

http::wire::Response json_response(int status, const boost::json::value& value);
// {"error":{"code":"not_found","message":"…"}}
http::wire::Response error_response(const Error& error);
http::wire::Response error_response(int status, std::string_view code, std::string_view message);

}  // namespace kontor::admin::api
