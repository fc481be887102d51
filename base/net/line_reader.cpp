// SPDX-License-Identifier: GPL-3.0-or-later
// A line has one deadline in all, so that a peer that sends a byte now and then cannot hold it
// open; a literal has a limit for each step, so that a slow but steady upload gets through.
#include "base/net/line_reader.hpp"

#include <algorithm>

#include "base/net/waiter.hpp"

namespace kontor::net {
namespace {

constexpr std::size_t k_chunk = 16'384;
constexpr std::size_t k_trusted_size = 1U << 20U;  // room made for a literal before its bytes come

}  // namespace

Task<Result<std::string>> LineReader::read_line(std::size_t max, Limit limit) {
  const auto deadline = deadline_after(limit);
  std::size_t searched = 0;
  while (true) {
    const auto input = buffered();
    const auto end = input.find('\n', searched);
    if (end < max && end != std::string_view::npos) {
      std::string line(input.substr(0, end + 1));
      consume(line.size());
      co_return line;
    }
    if (input.size() >= max) {
      consume(max);
      co_return fail(Errc::limit, "a line of more than " + std::to_string(max) + " bytes");
    }
    searched = input.size();
    KONTOR_CO_TRY(co_await fill(left_until(deadline)));
  }
}

Task<Result<void>> LineReader::skip_line(Limit limit) {
  const auto deadline = deadline_after(limit);
  while (true) {
    const auto end = buffered().find('\n');
    if (end != std::string_view::npos) {
      consume(end + 1);
      co_return Result<void>();
    }
    discard();
    KONTOR_CO_TRY(co_await fill(left_until(deadline)));
  }
}

Task<Result<std::string>> LineReader::read_exactly(std::size_t size, Limit limit) {
  std::string bytes(buffered().substr(0, size));
  consume(bytes.size());
  std::size_t have = bytes.size();
  while (have < size) {
    // The announced size is only a promise: memory follows what has come.
    const std::size_t room = std::min(size, std::max(have * 2, k_trusted_size));
    if (bytes.size() < room) bytes.resize(room);
    const std::span<char> free_part(bytes.data() + have, bytes.size() - have);
    KONTOR_CO_TRY(const std::size_t got, co_await stream_->read_some(free_part, limit));
    if (got == 0) co_return fail(Errc::closed);
    have += got;
  }
  co_return bytes;
}

Task<Result<void>> LineReader::fill(Limit limit) {
  const auto deadline = deadline_after(limit);
  if (at_ == buffer_.size()) {
    discard();
    // Nothing is kept while nothing comes: the buffer is made when there is something to read.
    KONTOR_CO_TRY(const Wake wake, co_await stream_->wait(nullptr, limit));
    if (wake == Wake::timed_out) co_return fail(Errc::timed_out);
  } else if (at_ > 0) {
    buffer_.erase(0, at_);
    at_ = 0;
  }
  const std::size_t before = buffer_.size();
  buffer_.resize(before + k_chunk);
  const std::span<char> free_part(buffer_.data() + before, k_chunk);
  auto got = co_await stream_->read_some(free_part, left_until(deadline));
  buffer_.resize(before + got.value_or(0));
  if (buffer_.empty()) discard();
  if (!got) co_return fail(std::move(got).error());
  if (*got == 0) co_return fail(Errc::closed);
  co_return Result<void>();
}

void LineReader::consume(std::size_t size) {
  at_ += std::min(size, buffer_.size() - at_);
  if (at_ == buffer_.size()) discard();
}

void LineReader::discard() {
  std::string().swap(buffer_);
  at_ = 0;
}

}  // namespace kontor::net
