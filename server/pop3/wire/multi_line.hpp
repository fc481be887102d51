// SPDX-License-Identifier: GPL-3.0-or-later
// A message as a multi-line response (RFC 1939, 3): byte-stuffed, ended by a line of one dot.
//
// Messages come in pieces of any size; every split gives the same output. Bytes are sent as they
// are stored. A dot behind a bare LF is stuffed too: most clients take LF for the end of a line,
// and would take "LF . LF" for the end of the message. Pure; no errors.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

namespace kontor::pop3::wire {

class DotStuffer {
 public:
  void append(std::string& out, std::string_view bytes);
  // The terminating line; before it CRLF when the message does not end in one.
  void finish(std::string& out);

 private:
  enum class At : unsigned char { line_start, bare_lf, cr, inside };
  At at_ = At::line_start;
};

// Cuts a message behind its header and `lines` lines of its body (RFC 1939, 7, TOP).
class TopCutter {
 public:
  // `header_size` includes the blank line that ends the header.
  TopCutter(std::uint64_t header_size, std::uint32_t lines)
      : header_left_(header_size), lines_left_(lines) {}
  // The beginning of `bytes`, the next piece of the message, that still belongs to it.
  std::string_view take(std::string_view bytes);
  bool is_done() const { return header_left_ == 0 && lines_left_ == 0; }

 private:
  std::uint64_t header_left_;
  std::uint32_t lines_left_;
};

}  // namespace kontor::pop3::wire
