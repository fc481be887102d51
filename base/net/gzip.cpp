// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/net/gzip.hpp"

#include <zlib.h>

#include <algorithm>
#include <array>

namespace kontor::net {
namespace {

constexpr int k_gzip = 16;  // added to the window's bits: gzip's frame around it
constexpr int k_memory = 8;
constexpr std::size_t k_piece = 65'536;

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

struct Unpacking : z_stream {
  explicit Unpacking(int window) : z_stream() { is_open = inflateInit2(this, window) == Z_OK; }
  ~Unpacking() {
    if (is_open) inflateEnd(this);
  }
  Unpacking(const Unpacking&) = delete;
  Unpacking& operator=(const Unpacking&) = delete;
  bool is_open = false;
};

Bytef* bytes_of(std::string_view text) {
  return reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
}

// One member after the other (RFC 1952, 2.2); what is not compressed by gzip is one.
Result<std::string> unpack(std::string_view bytes, std::size_t most, int window) {
  if (bytes.size() > UINT32_MAX) return fail(Errc::limit, "the compressed file is too long");
  Unpacking stream(window);
  if (!stream.is_open) return fail(Errc::unavailable, "no memory for decompression");
  stream.next_in = bytes_of(bytes);
  stream.avail_in = static_cast<uInt>(bytes.size());
  std::string out;
  std::array<char, k_piece> piece{};
  while (true) {
    stream.next_out = reinterpret_cast<Bytef*>(piece.data());
    stream.avail_out = static_cast<uInt>(piece.size());
    const int state = ::inflate(&stream, Z_NO_FLUSH);
    const std::size_t made = piece.size() - stream.avail_out;
    if (made > most - out.size()) return fail(Errc::limit, "the file is too long when unpacked");
    out.append(piece.data(), made);
    if (state == Z_STREAM_END) {
      if (stream.avail_in == 0) return out;
      if (window <= MAX_WBITS || inflateReset(&stream) != Z_OK)
        return fail(Errc::bad_input, "bytes behind the end of the compressed file");
    } else if (state != Z_OK || (made == 0 && stream.avail_in == 0)) {
      return fail(Errc::bad_input, "the compressed file is damaged or cut short");
    }
  }
}

}  // namespace

Result<std::string> gzip(std::string_view bytes) {
  Stream stream;
  if (!stream.is_open) return fail(Errc::unavailable, "no memory for compression");
  std::string out(deflateBound(&stream, bytes.size()), '\0');
  stream.next_in = bytes_of(bytes);
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  if (deflate(&stream, Z_FINISH) != Z_STREAM_END)
    return fail(Errc::unavailable, "no memory for compression");
  out.resize(stream.total_out);
  return out;
}

Result<std::string> gunzip(std::string_view bytes, std::size_t most) {
  return unpack(bytes, most, MAX_WBITS + k_gzip);
}

Result<std::string> inflate(std::string_view bytes, std::size_t most) {
  return unpack(bytes, most, -MAX_WBITS);
}

std::uint32_t crc32(std::string_view bytes) {
  auto sum = ::crc32_z(0, nullptr, 0);
  sum = ::crc32_z(sum, reinterpret_cast<const Bytef*>(bytes.data()), bytes.size());
  return static_cast<std::uint32_t>(sum);
}

}  // namespace kontor::net
