// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/net/gzip.hpp"

#include <zlib.h>

namespace kontor::net {
namespace {

constexpr int k_gzip = 16;  // added to the window's bits: gzip's frame around it
constexpr int k_memory = 8;

struct Stream : z_stream {
  Stream() : z_stream() {
    is_open = deflateInit2(this, Z_DEFAULT_COMPRESSION, Z_DEFLATED, MAX_WBITS + k_gzip, k_memory,
                           Z_DEFAULT_STRATEGY) == Z_OK;
  }
  ~Stream() {
    if (is_open) deflateEnd(this);
  }
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;
  bool is_open = false;
};

}  // namespace

Result<std::string> gzip(std::string_view bytes) {
  Stream stream;
  if (!stream.is_open) return fail(Errc::unavailable, "no memory for compression");
  std::string out(deflateBound(&stream, bytes.size()), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  if (deflate(&stream, Z_FINISH) != Z_STREAM_END)
    return fail(Errc::unavailable, "no memory for compression");
  out.resize(stream.total_out);
  return out;
}

}  // namespace kontor::net
