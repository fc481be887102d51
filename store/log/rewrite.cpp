// SPDX-License-Identifier: GPL-3.0-or-later
// Written in pieces that are synced each, so that no sync of a delivery waits for a lot of them.
#include "store/log/rewrite.hpp"

#include "base/core/uuid.hpp"
#include "store/log/recover.hpp"
#include "store/log/window.hpp"

namespace kontor::store {
namespace {

constexpr std::size_t k_piece = 1U << 20U;

class Rewriter {
 public:
  Rewriter(LogDevice& device, std::uint32_t log, const RewriteSteps& steps)
      : device_(device), log_(log), steps_(steps) {}

  Result<NewLog> run(UtcSeconds now) {
    if (log_generation(log_) >= k_last_generation)
      return fail(Errc::limit, "the log was written anew too often");
    KONTOR_TRY(auto window, Window::open(device_, log_));
    out_.log = log_of(log_number(log_), log_generation(log_) + 1);
    out_.before = window.size();
    out_.footer.generation = log_generation(out_.log);
    out_.footer.made = now;
    out_.footer.replaced_size = window.size();
    KONTOR_TRY(begin(window));
    KONTOR_TRY(const auto seal, copy(window));
    KONTOR_TRY(finish(seal));
    return std::move(out_);
  }

 private:
  Error damaged(std::uint64_t offset, std::string_view what) const {
    return {Errc::corrupt, position_text({log_, offset}) + ": " + std::string(what)};
  }

  Result<void> begin(Window& window) {
    std::optional<LogHeader> header;
    for (const std::uint64_t at : {std::uint64_t{0}, k_block_size}) {
      KONTOR_TRY(const auto block, window.view(at, k_block_size));
      const auto copy = decode_log_block(block);
      if (!copy || copy->version != k_log_version || log_of(copy->number, copy->generation) != log_)
        return fail(damaged(at, "the header of the log"));
      header = copy;
    }
    old_salt_ = header->salt;
    sequence_ = header->first_sequence - 1;
    incarnation_ = header->incarnation;
    header->generation = log_generation(out_.log);
    random_bytes(&header->salt, sizeof header->salt);
    new_salt_ = header->salt;
    KONTOR_TRY(new_log_, device_.begin_generation(out_.log));
    piece_ = encode_log_header(*header);
    return {};
  }

  // Everything up to the seal, which is returned.
  Result<RawFrame> copy(Window& window) {
    std::uint64_t offset = k_log_start;
    while (true) {
      KONTOR_TRY(const auto start, window.view(offset, k_frame_header_size));
      const auto frame = decode_frame_header(start);
      if (!frame || offset + frame->size() > window.size())
        return fail(damaged(offset, "no frame"));
      KONTOR_TRY(const auto whole, window.view(offset, frame->size()));
      if (!checksum_fits(*frame, old_salt_, whole)) return fail(damaged(offset, "the checksum"));
      if (frame->header.sequence != sequence_ + 1 ||
          !may_follow(incarnation_, frame->header.incarnation))
        return fail(damaged(offset, "frames are missing"));
      sequence_ = frame->header.sequence;
      incarnation_ = frame->header.incarnation;
      KONTOR_TRY(steps_.pace(frame->size()));
      if (frame->header.type == FrameType::seal) return *frame;
      KONTOR_TRY(put(*frame, whole.substr(k_frame_header_size)));
      offset += frame->size();
    }
  }

  Result<void> put(RawFrame frame, std::string_view payload) {
    KONTOR_TRY(auto chosen, steps_.choose(frame.header, payload));
    const FooterMessage message{
        frame.header.sequence, written_ + piece_.size(),
        k_frame_header_size + (chosen.payload ? chosen.payload->size() : payload.size())};
    if (chosen.listed)
      out_.footer.messages.push_back(message);
    else
      out_.footer.other_bytes += message.size;
    frame.header.type = chosen.type;
    frame.header.codec = chosen.codec;
    encode_frame(piece_, frame, new_salt_, chosen.payload ? *chosen.payload : payload);
    return piece_.size() >= k_piece ? write_piece() : Result<void>();
  }

  Result<void> write_piece() {
    KONTOR_TRY(new_log_->append(piece_));
    written_ += piece_.size();
    const auto size = piece_.size();
    piece_.clear();
    return steps_.pace(size);
  }

  Result<void> finish(const RawFrame& seal) {
    encode_frame(piece_, seal, new_salt_, encode_footer(out_.footer, written_ + piece_.size()));
    KONTOR_TRY(write_piece());
    out_.after = written_;
    return new_log_->publish();
  }

  LogDevice& device_;
  const std::uint32_t log_;
  const RewriteSteps& steps_;
  NewLog out_;
  std::unique_ptr<NewGeneration> new_log_;
  std::uint64_t old_salt_ = 0, new_salt_ = 0;
  std::uint64_t sequence_ = 0, incarnation_ = 0;
  std::string piece_;
  std::uint64_t written_ = 0;
};

}  // namespace

Result<NewLog> rewrite_log(LogDevice& device,
                           std::uint32_t log,
                           UtcSeconds now,
                           const RewriteSteps& steps) {
  return Rewriter(device, log, steps).run(now);
}

}  // namespace kontor::store
