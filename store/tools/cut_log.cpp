// SPDX-License-Identifier: GPL-3.0-or-later
#include "store/tools/cut_log.hpp"

#include "base/core/uuid.hpp"
#include "store/format/payload.hpp"
#include "store/log/frame.hpp"
#include "store/log/recover.hpp"
#include "store/log/window.hpp"

namespace kontor::store {
namespace {

constexpr std::size_t k_piece = 1U << 20U;

class Cutter {
 public:
  Cutter(Window& window, io::File& out) : window_(window), out_(out) {}

  Result<void> run(std::uint64_t last) {
    KONTOR_TRY(auto header, read_header());
    old_salt_ = header.salt;
    sequence_ = header.first_sequence - 1;
    header.generation = 1;
    random_bytes(&header.salt, sizeof header.salt);
    new_salt_ = header.salt;
    piece_ = encode_log_header(header);
    for (std::uint64_t offset = k_log_start; sequence_ < last && !sealed_;) {
      KONTOR_TRY(const auto size, copy(offset));
      offset += size;
    }
    KONTOR_TRY(flush());
    return out_.sync();
  }

 private:
  std::unexpected<Error> damaged(std::uint64_t offset) const {
    return fail(Errc::corrupt, position_text({window_.log(), offset}) + ": damaged");
  }

  Result<LogHeader> read_header() {
    for (const std::uint64_t at : {std::uint64_t{0}, k_block_size}) {
      KONTOR_TRY(const auto block, window_.view(at, k_block_size));
      if (auto header = decode_log_block(block)) return *std::move(header);
    }
    return damaged(0);
  }

  // Its size in the old log.
  Result<std::uint64_t> copy(std::uint64_t offset) {
    KONTOR_TRY(const auto start, window_.view(offset, k_frame_header_size));
    auto frame = decode_frame_header(start);
    if (!frame) return damaged(offset);
    const auto size = frame->size();
    KONTOR_TRY(const auto whole, window_.view(offset, size));
    if (whole.size() != size || !checksum_fits(*frame, old_salt_, whole)) return damaged(offset);
    if (frame->header.sequence != sequence_ + 1) return damaged(offset);
    sequence_ = frame->header.sequence;
    sealed_ = frame->header.type == FrameType::seal;
    std::string payload(whole.substr(k_frame_header_size));
    if (sealed_) payload.clear();  // the footer of a later generation
    if (frame->header.codec != 0) {
      KONTOR_TRY(payload, unpack_deliver(std::move(payload)));
      frame->header.codec = 0;
    }
    encode_frame(piece_, *frame, new_salt_, payload);
    if (piece_.size() >= k_piece) {
      KONTOR_TRY(flush());
    }
    return size;
  }

  Result<void> flush() {
    KONTOR_TRY(out_.write(written_, piece_));
    written_ += piece_.size();
    piece_.clear();
    return {};
  }

  Window& window_;
  io::File& out_;
  std::uint64_t old_salt_ = 0, new_salt_ = 0;
  std::uint64_t sequence_ = 0;  // of the frame before
  bool sealed_ = false;
  std::string piece_;
  std::uint64_t written_ = 0;
};

}  // namespace

Result<void> cut_log(io::FileSystem& files,
                     LogDevice& device,
                     std::uint32_t log,
                     std::uint64_t last,
                     const std::string& to) {
  KONTOR_TRY(auto window, Window::open(device, log));
  KONTOR_TRY(const auto out, files.open(to, io::OpenMode::create));
  auto cut = Cutter(window, *out).run(last);
  if (!cut) {
    KONTOR_TRY(files.remove(to));
  }
  return cut;
}

}  // namespace kontor::store
