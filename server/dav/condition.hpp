// SPDX-License-Identifier: GPL-3.0-or-later
// The field If (RFC 4918, 10.4). Pure.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "base/core/result.hpp"

namespace kontor::dav {

struct StateCondition {
  bool negated = false;
  bool is_etag = false;
  std::string value;  // a token's URI, or an entity tag with its quotes
};
struct StateList {
  std::string resource;  // of a tagged list; empty: the request's
  std::vector<StateCondition> conditions;
};

// bad_input: not as the grammar says. An empty field has no lists.
Result<std::vector<StateList>> parse_if(std::string_view field);

}  // namespace kontor::dav
