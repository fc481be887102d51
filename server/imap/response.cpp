// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/imap/response.hpp"

#include <utility>

namespace kontor::imap {
namespace {

// Whatever kept the bytes from the client, the connection is over for its commands.
Result<void> as_closed(Result<void> written) {
  if (written) return written;
  return fail(Errc::closed, "writing: " + written.error().text());
}

}  // namespace

Task<Result<void>> Response::flush_if_large() {
  if (buffer_.size() < k_piece) co_return Result<void>();
  auto written = co_await stream_->write(buffer_, limit_);
  written_ += buffer_.size();
  buffer_.clear();  // keeps its memory for the next piece
  co_return as_closed(std::move(written));
}

Task<Result<void>> Response::flush() {
  const std::string out = std::exchange(buffer_, std::string());
  if (out.empty()) co_return Result<void>();
  written_ += out.size();
  auto written = co_await stream_->write(out, limit_);
  co_return as_closed(std::move(written));
}

}  // namespace kontor::imap
