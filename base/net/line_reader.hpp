// SPDX-License-Identifier: GPL-3.0-or-later
// LineReader: the input side of a line protocol over a Stream: lines with a length limit, exact
// counts of bytes (literals), and the raw buffer for parsers of their own (SMTP DATA).
//
// It keeps no memory while nothing is buffered. After start_tls() on the stream call discard().
#pragma once
#include <string>
#include <string_view>

#include "base/core/result.hpp"
#include "base/core/task.hpp"
#include "base/net/stream.hpp"

namespace kontor::net {

class LineReader {
 public:
  // `stream` must outlive the reader.
  explicit LineReader(Stream& stream) : stream_(&stream) {}

  // The next line with its CRLF or LF included, exactly as received. limit: more than `max` bytes
  // came without a line feed (the bytes up to `max` are consumed; skip_line() resynchronises).
  // closed: the end.
  Task<Result<std::string>> read_line(std::size_t max, Limit limit);
  // Drops bytes up to and with the next line feed.
  Task<Result<void>> skip_line(Limit limit);
  // Exactly `size` bytes. closed: the peer ended before.
  Task<Result<std::string>> read_exactly(std::size_t size, Limit limit);
  // Reads more into the buffer; the whole buffered input is then in buffered(). closed: the end.
  Task<Result<void>> fill(Limit limit);
  std::string_view buffered() const noexcept { return std::string_view(buffer_).substr(at_); }
  void consume(std::size_t size);
  // Forgets what is buffered (before TLS starts: command injection).
  void discard();

 private:
  Stream* stream_;
  std::string buffer_;
  std::size_t at_ = 0;
};

}  // namespace kontor::net
