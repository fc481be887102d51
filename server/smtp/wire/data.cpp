// SPDX-License-Identifier: GPL-3.0-or-later
// Text between line ends is copied in runs; only line ends and dots are looked at one by one. A
// message found bad is walked byte by byte: runs would cost a search to the next line end for each
// bare one.
#include "server/smtp/wire/data.hpp"

#include <algorithm>

namespace kontor::smtp::wire {

std::size_t DataDecoder::feed(std::string_view input) {
  std::size_t used = 0;
  while (used < input.size() && state_ != State::done) {
    if (state_ == State::text && !bare_) {
      used += feed_text(input.substr(used));
    } else {
      feed_one(input[used++]);
    }
  }
  return used;
}

// Up to and with the next CR or LF.
std::size_t DataDecoder::feed_text(std::string_view input) {
  const auto feed_end = input.find('\n');
  const auto run = input.substr(0, feed_end);
  const auto cr = run.find('\r');
  if (cr != std::string_view::npos) {
    keep(input.substr(0, cr));
    state_ = State::cr;
    return cr + 1;
  }
  keep(run);
  if (feed_end == std::string_view::npos) return input.size();
  found_bare();
  return feed_end + 1;
}

void DataDecoder::feed_one(char c) {
  switch (state_) {
    case State::line_start:
      if (c == '.') {
        state_ = State::dot;
        return;
      }
      break;
    case State::dot:  // the dot is dropped whatever follows (RFC 5321, 4.5.2)
      if (c == '\r') {
        state_ = State::dot_cr;
        return;
      }
      break;
    case State::dot_cr:
      if (c == '\n') {
        state_ = State::done;
        return;
      }
      found_bare();
      break;
    case State::cr:
      if (c == '\n') {
        keep("\r\n");
        state_ = State::line_start;
        return;
      }
      found_bare();
      break;
    case State::text:
    case State::done:
      break;
  }
  // `c` is the first character of a line's text, or follows a bare CR.
  state_ = State::text;
  if (c == '\r') {
    state_ = State::cr;
  } else if (c == '\n') {
    found_bare();
  } else {
    keep(std::string_view(&c, 1));
  }
}

void DataDecoder::keep(std::string_view bytes) {
  size_ += bytes.size();
  if (bare_) return;
  if (is_too_large()) {
    message_ = {};
    return;
  }
  message_.append(bytes);
}

void DataDecoder::found_bare() {
  bare_ = true;
  message_ = {};
  ++size_;
}

}  // namespace kontor::smtp::wire
