// SPDX-License-Identifier: GPL-3.0-or-later
// Answers that several methods give.
#pragma once
#include <string>
#include <string_view>

#include "server/dav/context.hpp"

namespace kontor::dav {

using Answer = Result<http::wire::Response>;

// 207 with the responses (DAV:response elements as text); `tail` follows them.
http::wire::Response multistatus(std::string_view responses, std::string_view tail = {});
// A DAV:error that names a precondition (RFC 4918, 16).
http::wire::Response refusal(int status,
                             const xml::Name& condition,
                             std::string_view sentence = {});
http::wire::Response refusal(int status, xml::Element condition);
http::wire::Response bare(int status);  // without a body

enum class Depth : unsigned char { zero, one, infinity };
// bad_input: none of the three.
Result<Depth> depth_of(const http::wire::Request& request, Depth otherwise);
bool wants_minimal(const http::wire::Request& request);  // Prefer: return=minimal
std::string xml_type();

}  // namespace kontor::dav
