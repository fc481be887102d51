// SPDX-License-Identifier: GPL-3.0-or-later
// DeflateStream: a connection whose bytes go compressed with raw DEFLATE both ways (RFC 1951;
// IMAP's COMPRESS=DEFLATE, RFC 4978).
//
// Each write is flushed, so that the peer can read all of it. What is read is bounded by the
// caller's buffer, however much a few compressed bytes stand for; damaged input gives closed. While
// the connection waits for longer than `rest_after`, it gives its memory back: the compressor
// wholly (the next write begins without a window, which the peer cannot tell), of the decompressor
// only the window that the peer may still refer to, at most 32 KB, stays. Rules and errors are
// those of Stream otherwise.
#pragma once
#include <memory>
#include <string>

#include "base/net/stream.hpp"

namespace kontor::net {

class DeflateStream : public Stream {
 public:
  // Bytes held for compressing and decompressing at this moment.
  virtual std::size_t held() const = 0;
  // The connection without compression from now on; what came and was not read is dropped. This
  // stream can only be destroyed afterwards.
  virtual std::unique_ptr<Stream> unwrap() = 0;
};

inline constexpr Limit k_rest_after{2'000};

// `received`: compressed bytes that were read from `inner` already.
std::unique_ptr<DeflateStream> make_deflate_stream(std::unique_ptr<Stream> inner,
                                                   std::string received = {},
                                                   Limit rest_after = k_rest_after);

}  // namespace kontor::net
