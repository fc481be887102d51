// SPDX-License-Identifier: GPL-3.0-or-later
// The messages of the control socket as bytes (docs/formats/control.md). Pure.
#pragma once
#include <boost/json/value.hpp>
#include <string>
#include <string_view>

#include "base/core/result.hpp"
#include "server/admin/verbs.hpp"

namespace kontor::admin {

inline constexpr std::size_t k_frame_header = 4;
inline constexpr std::size_t k_max_answer = 256U << 20U;

// The length that a frame's first four bytes give; limit: more than `max`.
Result<std::size_t> frame_length(std::string_view header, std::size_t max);
// A whole frame; limit: 4 GB and more.
Result<std::string> make_frame(std::string_view content);

struct NamedRequest {
  std::string verb;
  Request request;
};

std::string print_request(const NamedRequest& request);
Result<NamedRequest> parse_request(std::string_view content);
// The verb of a request, if the server carries it out. unsupported; bad_input: another number of
// arguments.
Result<const Verb*> server_verb_of(const NamedRequest& named);
std::string print_answer(const Answer& answer);
// What the server answered: the value, or its Error. bad_input: no answer of ours.
Answer parse_answer(std::string_view content);

}  // namespace kontor::admin
