// SPDX-License-Identifier: GPL-3.0-or-later
// ChunkDecoder: a message that comes in chunks of counted bytes (BDAT, RFC 3030, 2). Pure; fed with
// pieces of any size, every split gives the same result.
//
// Counted bytes cannot smuggle commands. A bare CR or LF makes the message bad all the same unless
// its body is BINARYMIME: what is not said to be binary may go on by DATA, where another server
// could read it in two ways (RFC 5321, 2.3.8).
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

namespace kontor::smtp::wire {

class ChunkDecoder {
 public:
  // Nothing beyond `max` bytes is kept.
  ChunkDecoder(std::uint64_t max, bool is_binary) : max_(max), is_binary_(is_binary) {}

  void feed(std::string_view bytes);
  // After the last chunk: a CR at the very end is a bare one.
  void end();
  bool has_bare_cr_or_lf() const noexcept { return bare_; }
  bool is_too_large() const noexcept { return size_ > max_; }
  std::uint64_t size() const noexcept { return size_; }
  // The message, when it is neither too large nor bad.
  std::string take() { return std::move(message_); }

 private:
  bool has_bare(std::string_view bytes);

  std::uint64_t max_;
  bool is_binary_;
  std::uint64_t size_ = 0;
  std::string message_;
  bool after_cr_ = false;
  bool bare_ = false;
};

}  // namespace kontor::smtp::wire
