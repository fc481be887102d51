// SPDX-License-Identifier: GPL-3.0-or-later
// DataDecoder: the bytes after DATA's 354, up to and with CRLF "." CRLF, dots undone (RFC 5321,
// 4.5.2). Pure; fed with pieces of any size, every split gives the same result.
//
// Only CRLF.CRLF ends the data. A bare CR or a bare LF anywhere makes the message bad (RFC 5321,
// 2.3.8): what a sloppy server would take for the end is then no end here either, the bytes are
// read up to the true end and dropped, so that nothing in them is ever read as a command (SMTP
// smuggling). NUL is a byte like others.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

namespace kontor::smtp::wire {

class DataDecoder {
 public:
  // Nothing beyond `max` decoded bytes is kept.
  explicit DataDecoder(std::uint64_t max) : max_(max) {}

  // Takes bytes from the front of `input` until they or the data end; how many.
  std::size_t feed(std::string_view input);
  bool is_done() const noexcept { return state_ == State::done; }
  bool has_bare_cr_or_lf() const noexcept { return bare_; }
  bool is_too_large() const noexcept { return size_ > max_; }
  std::uint64_t size() const noexcept { return size_; }  // decoded, kept or not
  // The message, when it is neither too large nor bad.
  std::string take() { return std::move(message_); }

 private:
  enum class State : unsigned char { line_start, dot, dot_cr, text, cr, done };

  std::size_t feed_text(std::string_view input);
  void feed_one(char c);
  void keep(std::string_view bytes);
  void found_bare();

  std::uint64_t max_;
  std::uint64_t size_ = 0;
  std::string message_;
  State state_ = State::line_start;
  bool bare_ = false;
};

}  // namespace kontor::smtp::wire
