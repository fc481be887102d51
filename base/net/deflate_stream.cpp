// SPDX-License-Identifier: GPL-3.0-or-later
// wait() decompresses itself: bytes may come that stand for nothing yet, like the end of a flush,
// and a caller that was told "readable" would then hang in read_some(), deaf to its signal.
#include "base/net/deflate_stream.hpp"

#include <algorithm>

#include "base/net/deflate_codec.hpp"
#include "base/net/waiter.hpp"

namespace kontor::net {
namespace {

constexpr std::size_t k_read = 16U << 10U;   // compressed bytes read at a time
constexpr std::size_t k_ready = 4U << 10U;   // decompressed ahead by wait()
constexpr std::size_t k_write = 64U << 10U;  // plain bytes compressed at a time

class Deflated final : public DeflateStream {
 public:
  Deflated(std::unique_ptr<Stream> inner, std::string received, Limit rest_after)
      : inner_(std::move(inner)), in_(std::move(received)), rest_after_(rest_after) {}

  Task<Result<std::size_t>> read_some(std::span<char> buffer, Limit limit) override {
    const auto deadline = deadline_after(limit);
    while (true) {
      if (!ready_.empty()) co_return take_ready(buffer);
      KONTOR_CO_TRY(const std::size_t made, inflate_into(buffer));
      if (made > 0) co_return made;
      if (ended_) co_return 0;
      KONTOR_CO_TRY(co_await receive(left_until(deadline)));
    }
  }

  Task<Result<void>> write(std::string_view data, Limit limit) override {
    if (broken_) co_return fail(Errc::closed);
    while (!data.empty()) {
      const auto piece = data.substr(0, k_write);
      data.remove_prefix(piece.size());
      std::string out;
      // Half of what is compressed may be with the peer when this fails: nothing can follow.
      broken_ = true;
      KONTOR_CO_TRY(deflater_.add(piece, data.empty(), out));
      KONTOR_CO_TRY(co_await inner_->write(out, limit));
      broken_ = false;
    }
    co_return Result<void>();
  }

  Task<Result<Wake>> wait(Signal* signal, Limit limit) override {
    const auto deadline = deadline_after(limit);
    while (true) {
      if (!ready_.empty() || ended_) co_return Wake::readable;
      KONTOR_CO_TRY(co_await make_ready());
      if (!ready_.empty() || ended_) co_return Wake::readable;
      const Limit left = left_until(deadline);
      auto wake = co_await inner_->wait(signal, std::min(left, rest_after_));
      if (wake && *wake == Wake::timed_out && left >= rest_after_) {
        deflater_.rest();
        inflater_.rest();
        wake = co_await inner_->wait(signal, left_until(deadline));
      }
      if (!wake || *wake != Wake::readable) co_return wake;
      KONTOR_CO_TRY(co_await receive(left_until(deadline)));
    }
  }

  Task<Result<void>> start_tls(std::shared_ptr<const TlsContext>, Limit) override {
    co_return fail(Errc::conflict, "compression is active");
  }
  Task<void> close() override { co_await inner_->close(); }

  bool is_tls() const override { return inner_->is_tls(); }
  TlsInfo tls_info() const override { return inner_->tls_info(); }
  const Endpoint& peer() const override { return inner_->peer(); }
  const Endpoint& local() const override { return inner_->local(); }

  std::size_t held() const override {
    return deflater_.held() + inflater_.held() + in_.capacity() + ready_.capacity();
  }
  std::unique_ptr<Stream> unwrap() override { return std::move(inner_); }

 private:
  std::size_t take_ready(std::span<char> buffer) {
    const std::size_t size = std::min(buffer.size(), ready_.size());
    std::copy_n(ready_.begin(), size, buffer.begin());
    ready_.erase(0, size);
    if (ready_.empty()) std::string().swap(ready_);
    return size;
  }

  // What the input gives at once, up to the size of the buffer.
  Result<std::size_t> inflate_into(std::span<char> buffer) {
    if (ended_ || (in_.empty() && !more_inside_)) return 0;
    auto step = inflater_.run(in_, buffer);
    if (!step) {
      ended_ = true;
      return fail(std::move(step).error());
    }
    in_.erase(0, step->used);
    if (in_.empty()) std::string().swap(in_);
    more_inside_ = step->made == buffer.size();
    ended_ = step->ended;
    return step->made;
  }

  Task<Result<void>> make_ready() {
    if (in_.empty() && !more_inside_) co_return Result<void>();
    ready_.resize(k_ready);
    const auto made = inflate_into(ready_);
    ready_.resize(made.value_or(0));
    if (ready_.empty()) std::string().swap(ready_);
    if (!made) co_return fail(made.error());
    co_return Result<void>();
  }

  // One read of compressed bytes; the peer's end counts too.
  Task<Result<void>> receive(Limit limit) {
    std::string bytes(k_read, '\0');
    KONTOR_CO_TRY(const std::size_t got, co_await inner_->read_some(bytes, limit));
    if (got == 0) ended_ = true;
    in_.append(bytes, 0, got);
    co_return Result<void>();
  }

  std::unique_ptr<Stream> inner_;
  Deflater deflater_;
  Inflater inflater_;
  std::string in_;            // compressed, not yet looked at
  std::string ready_;         // decompressed, not yet read
  bool more_inside_ = false;  // the decompressor may give more without input
  bool ended_ = false;
  bool broken_ = false;
  Limit rest_after_;
};

}  // namespace

std::unique_ptr<DeflateStream> make_deflate_stream(std::unique_ptr<Stream> inner,
                                                   std::string received,
                                                   Limit rest_after) {
  return std::make_unique<Deflated>(std::move(inner), std::move(received), rest_after);
}

}  // namespace kontor::net
