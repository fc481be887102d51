// SPDX-License-Identifier: GPL-3.0-or-later
// Responses of HTTP/1.1 (RFC 9110, 9112): a value in, bytes out. Pure.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "base/core/time.hpp"
#include "server/http/wire/request.hpp"

namespace kontor::http::wire {

struct Response {
  int status = 200;
  std::string type;  // Content-Type; empty: there is no body
  std::string body;
  std::vector<Field> fields = {};
};

// A short answer for a person: the status with its words, and a sentence.
Response plain(int status, std::string_view sentence);

// "Not Found"; "Status" for one that has no words here.
std::string_view reason_phrase(int status) noexcept;
// RFC 9110, 5.6.7: "Sun, 06 Nov 1994 08:49:37 GMT".
std::string http_date(UtcSeconds time);

struct Frame {
  UtcSeconds now{};
  bool keeps_alive = true;
  bool is_head = false;  // to HEAD: the length is told, the body is not sent
};
// Everything with the fields that each response has. Control characters in values become blanks.
std::string to_bytes(const Response& response, const Frame& frame);

inline constexpr std::string_view k_continue = "HTTP/1.1 100 Continue\r\n\r\n";

}  // namespace kontor::http::wire
