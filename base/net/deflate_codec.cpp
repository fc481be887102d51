// SPDX-License-Identifier: GPL-3.0-or-later
// zlib can lay down a decompressor where its bit buffer is empty and no block is open: the window
// is all that the rest of the stream may refer to. A peer that flushes after each command, as RFC
// 4978 has it, stands there between two commands.
#include "base/net/deflate_codec.hpp"

#include <sys/mman.h>
#include <zlib.h>

#include <algorithm>
#include <limits>

namespace kontor::net {
namespace {

constexpr int k_raw = -15;  // no header, a window of 32 KB
constexpr int k_level = 4;
constexpr int k_memory = 8;
constexpr std::size_t k_window = 32U << 10U;
constexpr std::size_t k_piece = 16U << 10U;  // output made at a time

// zlib's memory: one stretch of its own, so that what is given back goes to the system and not into
// the holes of a heap. Pages that nobody has touched cost nothing.
class Arena {
 public:
  explicit Arena(std::size_t size) : size_(size) {
    void* at = ::mmap(nullptr, size_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (at != MAP_FAILED) begin_ = static_cast<char*>(at);
  }
  ~Arena() {
    if (begin_ != nullptr) ::munmap(begin_, size_);
  }
  Arena(const Arena&) = delete;
  Arena& operator=(const Arena&) = delete;

  void serve(z_stream& stream) {
    stream.zalloc = allocate;
    stream.zfree = release;
    stream.opaque = this;
  }
  std::size_t used() const { return used_; }

 private:
  static void* allocate(void* arena, unsigned items, unsigned size) {
    constexpr std::size_t k_line = 64;
    auto& self = *static_cast<Arena*>(arena);
    const std::size_t wanted = (std::size_t{items} * size + k_line - 1) / k_line * k_line;
    if (self.begin_ == nullptr || wanted > self.size_ - self.used_) return nullptr;
    char* at = self.begin_ + self.used_;
    self.used_ += wanted;
    return at;
  }
  static void release(void*, void*) {}  // all at once, with the arena

  std::size_t size_;
  char* begin_ = nullptr;
  std::size_t used_ = 0;
};

constexpr std::size_t k_deflate_arena = 512U << 10U;  // zlib 1.2.13 uses 268 KB of it
constexpr std::size_t k_inflate_arena = 128U << 10U;  // 40 KB

// zlib's pointers are not const; it does not write through next_in.
void give_input(z_stream& stream, std::string_view data) {
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(data.data()));
  stream.avail_in = static_cast<uInt>(data.size());
}

std::unexpected<Error> no_memory() { return fail(Errc::unavailable, "no memory to compress with"); }

}  // namespace

struct Deflater::State {
  State() { arena.serve(stream); }
  ~State() { deflateEnd(&stream); }
  State(const State&) = delete;
  State& operator=(const State&) = delete;
  Arena arena{k_deflate_arena};
  z_stream stream{};
};

Deflater::Deflater() = default;
Deflater::~Deflater() = default;

Result<void> Deflater::add(std::string_view data, bool flush, std::string& out) {
  if (!state_) {
    state_ = std::make_unique<State>();
    if (deflateInit2(&state_->stream, k_level, Z_DEFLATED, k_raw, k_memory, Z_DEFAULT_STRATEGY) !=
        Z_OK) {
      state_.reset();
      return no_memory();
    }
  }
  z_stream& stream = state_->stream;
  give_input(stream, data);
  do {
    const std::size_t before = out.size();
    out.resize(before + k_piece);
    stream.next_out = reinterpret_cast<Bytef*>(out.data() + before);
    stream.avail_out = static_cast<uInt>(k_piece);
    const int done = deflate(&stream, flush ? Z_SYNC_FLUSH : Z_NO_FLUSH);
    out.resize(before + k_piece - stream.avail_out);
    // Z_BUF_ERROR: there was nothing left to flush.
    if (done != Z_OK && done != Z_BUF_ERROR) return no_memory();
  } while (stream.avail_out == 0);
  return {};
}

void Deflater::rest() { state_.reset(); }

std::size_t Deflater::held() const { return state_ ? state_->arena.used() : 0; }

struct Inflater::State {
  State() { arena.serve(stream); }
  ~State() { inflateEnd(&stream); }
  State(const State&) = delete;
  State& operator=(const State&) = delete;

  Result<void> begin(std::string_view window) {
    if (inflateInit2(&stream, k_raw) != Z_OK) return no_memory();
    if (window.empty()) return {};
    const auto* bytes = reinterpret_cast<const Bytef*>(window.data());
    if (inflateSetDictionary(&stream, bytes, static_cast<uInt>(window.size())) != Z_OK)
      return no_memory();
    return {};
  }
  // Between two blocks, with no bit of a byte left over (zlib.h, inflate: data_type). A call that
  // finds nothing to do forgets to say so.
  void note_place(bool has_moved) {
    if (has_moved) stands_between_blocks = stream.data_type == 128;
  }

  Arena arena{k_inflate_arena};
  z_stream stream{};
  bool stands_between_blocks = true;
};

Inflater::Inflater() = default;
Inflater::~Inflater() = default;

Result<Inflater::Step> Inflater::run(std::string_view in, std::span<char> out) {
  if (!state_) {
    auto state = std::make_unique<State>();
    KONTOR_TRY(state->begin(window_));
    std::string().swap(window_);
    state_ = std::move(state);
  }
  constexpr std::size_t k_most = std::numeric_limits<uInt>::max();
  in = in.substr(0, k_most);
  out = out.first(std::min(out.size(), k_most));
  z_stream& stream = state_->stream;
  give_input(stream, in);
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  const int done = inflate(&stream, Z_SYNC_FLUSH);
  if (done == Z_MEM_ERROR) return no_memory();
  if (done != Z_OK && done != Z_STREAM_END && done != Z_BUF_ERROR)
    return fail(Errc::closed, "the peer sent what is not compressed");
  const Step step{in.size() - stream.avail_in, out.size() - stream.avail_out, done == Z_STREAM_END};
  state_->note_place(step.used > 0 || step.made > 0);
  return step;
}

void Inflater::rest() {
  if (!state_ || !state_->stands_between_blocks) return;
  std::string window(k_window, '\0');
  uInt size = 0;
  auto* bytes = reinterpret_cast<Bytef*>(window.data());
  if (inflateGetDictionary(&state_->stream, bytes, &size) != Z_OK) return;
  window_.assign(window, 0, size);  // no more memory than that
  state_.reset();
}

std::size_t Inflater::held() const {
  return (state_ ? state_->arena.used() : 0) + window_.capacity();
}

}  // namespace kontor::net
