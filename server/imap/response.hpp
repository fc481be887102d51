// SPDX-License-Identifier: GPL-3.0-or-later
// Response: what goes to the client, gathered in one buffer and written in bounded pieces.
//
// One owner, the connection's coroutine. Nothing is kept while the session is idle: the buffer goes
// when it was flushed. An error of the stream ends the connection; write() and flush() then go on
// giving it.
#pragma once
#include <string>
#include <string_view>

#include "base/core/result.hpp"
#include "base/core/task.hpp"
#include "base/net/stream.hpp"

namespace kontor::imap {

class Response {
 public:
  static constexpr std::size_t k_piece = 64U << 10U;  // flush_if_large() writes from this size on

  // `stream` must outlive the response. `limit`: how long a client may take none of our bytes.
  Response(net::Stream& stream, net::Limit limit) : stream_(&stream), limit_(limit) {}

  // The pieces of one line, which gets its CRLF. Memory only.
  template <class... Pieces>
  void line(const Pieces&... pieces) {
    (buffer_.append(pieces), ...);
    buffer_.append("\r\n");
  }
  // Bytes as they are, for a response made of several pieces.
  void raw(std::string_view bytes) { buffer_.append(bytes); }
  void number(std::uint64_t value) { buffer_.append(std::to_string(value)); }
  // The buffer itself, for formatting in place.
  std::string& buffer() { return buffer_; }

  // Writes to this one from now on; it must outlive the response.
  void use(net::Stream& stream) { stream_ = &stream; }

  // Call between the lines of a long response: keeps the buffer near k_piece.
  Task<Result<void>> flush_if_large();
  Task<Result<void>> flush();
  std::uint64_t bytes_written() const { return written_; }

 private:
  net::Stream* stream_;
  net::Limit limit_;
  std::string buffer_;
  std::uint64_t written_ = 0;
};

}  // namespace kontor::imap
