// SPDX-License-Identifier: GPL-3.0-or-later
// Answers of other servers over HTTP/1.1 (RFC 9112): bytes in, a value out. Pure; one thread.
#pragma once
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/core/result.hpp"
#include "server/http/wire/request.hpp"

namespace kontor::http::wire {

struct Reply {
  int status = 0;
  std::vector<Field> fields;
  std::string body;

  // The value of the first field of that name (any case); empty: there is none.
  std::string_view field(std::string_view name) const;
};

// One reply to GET or POST, from its first byte to its last.
class ReplyParser {
 public:
  explicit ReplyParser(Limits limits);
  ~ReplyParser();
  ReplyParser(ReplyParser&&) noexcept;
  ReplyParser& operator=(ReplyParser&&) noexcept;

  // Takes bytes from the front; how many. Until is_done() call again with the rest and more.
  // bad_input: no HTTP, or past the limits.
  Result<std::size_t> take(std::string_view input);
  // The connection has ended: of a body without a length that is its end. bad_input: too early.
  Result<void> end();
  bool is_done() const;
  Reply release();  // when done

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace kontor::http::wire
