// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/net/memory_stream.hpp"

#include <algorithm>
#include <boost/asio/this_coro.hpp>
#include <optional>

#include "base/core/guarded.hpp"
#include "base/net/client_tls.hpp"
#include "base/net/signal.hpp"
#include "base/net/waiter.hpp"

namespace kontor::net {
namespace {

// One direction.
struct Pipe {
  struct Data {
    std::string bytes;
    bool closed = false;
  };
  explicit Pipe(std::size_t most) : capacity(most) {}

  const std::size_t capacity;
  Guarded<Data> data;
  Signal readable;
  Signal writable;

  void close() {
    data.with([](Data& now) { now.closed = true; });
    readable.raise();
    writable.raise();
  }
  bool has_something() const {
    return data.with([](const Data& now) { return now.closed || !now.bytes.empty(); });
  }
};

class MemoryStream final : public Stream, public TlsClientEnd {
 public:
  MemoryStream(std::shared_ptr<Pipe> in,
               std::shared_ptr<Pipe> out,
               MemoryOptions options,
               Endpoint peer)
      : in_(std::move(in)),
        out_(std::move(out)),
        options_(std::move(options)),
        peer_(std::move(peer)),
        is_tls_(options_.is_tls) {}
  ~MemoryStream() override { close_both(); }

  Task<Result<std::size_t>> read_some(std::span<char> buffer, Limit limit) override {
    KONTOR_CO_TRY(count_operation());
    const auto deadline = deadline_after(limit);
    while (true) {
      const std::size_t got = take(buffer);
      if (got > 0) {
        out_of_capacity_no_more();
        co_return got;
      }
      if (in_->data.with([](const Pipe::Data& now) { return now.closed; })) co_return 0;
      const auto wake = co_await in_->readable.wait(left_until(deadline));
      if (wake == Wake::timed_out && !in_->has_something()) co_return fail(Errc::timed_out);
    }
  }

  Task<Result<void>> write(std::string_view data, Limit limit) override {
    KONTOR_CO_TRY(count_operation());
    while (true) {
      KONTOR_CO_TRY(const std::size_t put, put_some(data));
      data.remove_prefix(put);
      if (put > 0) out_->readable.raise();
      if (data.empty()) co_return Result<void>();
      const auto wake = co_await out_->writable.wait(limit);
      if (wake == Wake::timed_out) co_return fail(Errc::timed_out);
    }
  }

  Task<Result<Wake>> wait(Signal* signal, Limit limit) override {
    KONTOR_CO_TRY(count_operation());
    const auto deadline = deadline_after(limit);
    Waiter waiter(co_await boost::asio::this_coro::executor);
    const SignalWatch watch_input(in_->readable, waiter);
    std::optional<SignalWatch> watch_signal;
    if (signal != nullptr) watch_signal.emplace(*signal, waiter);
    while (true) {
      if (signal != nullptr && signal->take()) co_return Wake::signalled;
      if (in_->has_something()) co_return Wake::readable;
      if (std::chrono::steady_clock::now() >= deadline) co_return Wake::timed_out;
      (void)in_->readable.take();
      if (in_->has_something()) co_return Wake::readable;
      co_await waiter.sleep_until(deadline);
    }
  }

  Task<Result<void>> start_tls(std::shared_ptr<const TlsContext>, Limit) override {
    KONTOR_CO_TRY(count_operation());
    in_->data.with([](Pipe::Data& now) { now.bytes.clear(); });
    is_tls_ = true;
    co_return Result<void>();
  }

  Task<Result<void>> become_tls_client(TlsWish, Limit limit) override {
    return start_tls(nullptr, limit);
  }
  std::string peer_certificate() const override { return is_tls_ ? "of the test" : ""; }
  CertificateVerdict certificate_verdict() const override {
    return {is_tls_ ? Trust::good : Trust::none, {}};
  }

  Task<void> close() override {
    close_both();
    co_return;
  }

  bool is_tls() const override { return is_tls_; }
  TlsInfo tls_info() const override {
    TlsInfo info;
    if (is_tls_) info.version = "TLSv1.3";
    return info;
  }
  const Endpoint& peer() const override { return peer_; }
  const Endpoint& local() const override { return options_.local; }

 private:
  Result<void> count_operation() {
    if (!options_.fail_at) return {};
    ++options_.fail_at->seen;
    if (!options_.fail_at->reached()) return {};
    close_both();
    return fail(Errc::closed, "the connection of the test broke");
  }

  std::size_t take(std::span<char> buffer) {
    return in_->data.with([&](Pipe::Data& now) {
      std::size_t size = std::min(buffer.size(), now.bytes.size());
      if (options_.single_bytes) size = std::min<std::size_t>(size, 1);
      std::copy_n(now.bytes.begin(), size, buffer.begin());
      now.bytes.erase(0, size);
      return size;
    });
  }

  void out_of_capacity_no_more() { in_->writable.raise(); }

  Result<std::size_t> put_some(std::string_view data) {
    return out_->data.with([&](Pipe::Data& now) -> Result<std::size_t> {
      if (now.closed) return fail(Errc::closed);
      const std::size_t room = out_->capacity - std::min(out_->capacity, now.bytes.size());
      const std::size_t size = std::min(room, data.size());
      now.bytes.append(data.substr(0, size));
      return size;
    });
  }

  void close_both() {
    in_->close();
    out_->close();
  }

  std::shared_ptr<Pipe> in_;  // each pipe belongs to both ends
  std::shared_ptr<Pipe> out_;
  MemoryOptions options_;
  Endpoint peer_;
  bool is_tls_;
};

}  // namespace

MemoryPair make_memory_streams(MemoryOptions first, MemoryOptions second) {
  auto forth = std::make_shared<Pipe>(first.capacity);
  auto back = std::make_shared<Pipe>(second.capacity);
  const Endpoint first_end = first.local;
  const Endpoint second_end = second.local;
  MemoryPair pair;
  pair.first = std::make_unique<MemoryStream>(back, forth, std::move(first), second_end);
  pair.second = std::make_unique<MemoryStream>(forth, back, std::move(second), first_end);
  return pair;
}

}  // namespace kontor::net
