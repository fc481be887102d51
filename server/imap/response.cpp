// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/imap/response.hpp"

namespace kontor::imap {

Task<Result<void>> Response::flush_if_large() {
  if (buffer_.size() < k_piece) co_return Result<void>();
  const auto size = buffer_.size();
  auto written = co_await stream_->write(buffer_, limit_);
  buffer_.clear();  // keeps its memory for the next piece
  written_ += size;
  co_return written;
}

Task<Result<void>> Response::flush() {
  if (buffer_.empty()) co_return Result<void>();
  const std::string out = std::exchange(buffer_, std::string());
  written_ += out.size();
  co_return co_await stream_->write(out, limit_);
}

}  // namespace kontor::imap
