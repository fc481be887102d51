// SPDX-License-Identifier: GPL-3.0-or-later
// Requests of HTTP/1.1 (RFC 9110, 9112) and 1.0: bytes in, a value or the status of a refusal out.
//
// Stricter than a parser must be where two servers in a row could read a request differently:
// exactly one Host, no Transfer-Encoding but chunked, no length beside it, no bare line feeds.
// Pure; one thread.
#pragma once
#include <cstddef>
#include <expected>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace kontor::http::wire {

struct Field {
  std::string name, value;
};

struct Request {
  std::string method;
  std::string path;  // percent-decoded UTF-8 that begins with "/", or "*"; no "." and ".." in it
  std::string raw_path;  // as it was sent, of an absolute target too
  std::string query;     // as sent, without "?"
  bool is_http11 = true;
  bool keeps_alive = true;        // the client would send another request on this connection
  bool expects_continue = false;  // and waits for that word before it sends the body
  std::vector<Field> fields;
  std::string body;

  // The value of the first field of that name (any case); empty: there is none.
  std::string_view field(std::string_view name) const;
};

// Why a request cannot be taken. The connection ends with it.
struct Refusal {
  int status = 400;  // RFC 9110, 15
  std::string why;   // for the log and the client
};

struct Limits {
  std::size_t head;  // of the request line and fields, a ticket in Authorization not counted
  std::size_t body;
};
// The limit of a body by the head of its request.
using BodyLimit = std::function<std::size_t(const Request&)>;

// One request, from its first byte to its last.
class RequestParser {
 public:
  // With `body_limit` that counts, and not limits.body.
  explicit RequestParser(Limits limits, BodyLimit body_limit = {});
  ~RequestParser();
  RequestParser(RequestParser&&) noexcept;
  RequestParser& operator=(RequestParser&&) noexcept;

  // Takes bytes from the front; how many. What is left over belongs to the next request once
  // is_done(); before that it is incomplete: call again with it and more.
  std::expected<std::size_t, Refusal> take(std::string_view input);
  bool has_head() const;  // request() is there, its body perhaps not
  bool is_done() const;
  const Request& request() const;
  Request release();  // when done

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// The bytes of a percent-encoded text (RFC 3986, 2.1); with `plus_is_blank` as a form sends it.
std::expected<std::string, Refusal> percent_decode(std::string_view text,
                                                   bool plus_is_blank = false);
// The value of a parameter in a query; empty: it is not there, or not in order.
std::string query_parameter(std::string_view query, std::string_view name);

}  // namespace kontor::http::wire
