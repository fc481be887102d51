// SPDX-License-Identifier: GPL-3.0-or-later
// Level 3: measured on mail, level 9 saves 3 % more of the packed bytes
// (docs/decisions/0009-compaction-without-dictionary.md). Each block carries zstd's own checksum,
// because a range of a frame is read without the frame's.
#include "store/format/packed.hpp"

#include <zstd.h>

#include <algorithm>
#include <memory>
#include <vector>

#include "base/core/crc32c.hpp"
#include "store/format/bytes.hpp"

namespace kontor::store {
namespace {

constexpr int k_level = 3;
constexpr std::uint32_t k_as_it_is = 1U << 31U;  // in the table: the block is not compressed
constexpr std::uint64_t k_most_blocks = 1U << 20U;

struct Free {
  void operator()(ZSTD_CCtx* context) const { ZSTD_freeCCtx(context); }
  void operator()(ZSTD_DCtx* context) const { ZSTD_freeDCtx(context); }
};

ZSTD_CCtx* packing_context() {
  thread_local const std::unique_ptr<ZSTD_CCtx, Free> context = [] {
    std::unique_ptr<ZSTD_CCtx, Free> made(ZSTD_createCCtx());
    if (made != nullptr) {
      ZSTD_CCtx_setParameter(made.get(), ZSTD_c_compressionLevel, k_level);
      ZSTD_CCtx_setParameter(made.get(), ZSTD_c_checksumFlag, 1);
    }
    return made;
  }();
  return context.get();
}

ZSTD_DCtx* unpacking_context() {
  thread_local const std::unique_ptr<ZSTD_DCtx, Free> context(ZSTD_createDCtx());
  return context.get();
}

std::uint64_t block_count(std::uint64_t size) noexcept {
  return size / k_pack_block + (size % k_pack_block != 0 ? 1 : 0);
}

// Appends the block to `out`; its word in the table.
std::uint32_t pack_block(std::string& out, std::string_view block) {
  const auto begin = out.size();
  out.resize(begin + ZSTD_compressBound(block.size()));
  const auto length = ZSTD_compress2(packing_context(), out.data() + begin, out.size() - begin,
                                     block.data(), block.size());
  if (ZSTD_isError(length) == 0 && length < block.size()) {
    out.resize(begin + length);
    return static_cast<std::uint32_t>(length);
  }
  out.resize(begin);
  out.append(block);
  return static_cast<std::uint32_t>(block.size()) | k_as_it_is;
}

Result<std::vector<std::uint32_t>> read_table(std::string_view bytes, std::uint64_t size) {
  ByteReader in(bytes);
  const auto checksum = in.fixed<std::uint32_t>();
  const auto count = block_count(size);
  if (count > k_most_blocks || bytes.size() != pack_table_size(size) ||
      crc32c(bytes.substr(sizeof checksum)) != checksum)
    return fail(Errc::corrupt, "the table of a packed message is damaged");
  std::vector<std::uint32_t> table;
  table.reserve(count);
  for (std::uint64_t i = 0; i < count; ++i) table.push_back(in.fixed<std::uint32_t>());
  return table;
}

std::uint64_t length_of(std::uint32_t word) noexcept { return word & ~k_as_it_is; }

Result<void> unpack_block(std::string& out,
                          std::uint32_t word,
                          std::string_view bytes,
                          std::uint64_t size) {
  if ((word & k_as_it_is) != 0) {
    if (bytes.size() != size) return fail(Errc::corrupt, "a block of the wrong length");
    out.append(bytes);
    return {};
  }
  const auto begin = out.size();
  out.resize(begin + size);
  const auto length = ZSTD_decompressDCtx(unpacking_context(), out.data() + begin, size,
                                          bytes.data(), bytes.size());
  if (ZSTD_isError(length) != 0 || length != size)
    return fail(Errc::corrupt, "a block of a packed message is damaged");
  return {};
}

}  // namespace

std::uint64_t pack_table_size(std::uint64_t size) noexcept { return 4 + 4 * block_count(size); }

std::optional<std::string> pack(std::string_view message) {
  if (message.empty()) return std::nullopt;
  std::string blocks;
  ByteWriter table;
  for (std::string_view rest = message; !rest.empty();) {
    const auto block = rest.substr(0, k_pack_block);
    table.fixed(pack_block(blocks, block));
    rest.remove_prefix(block.size());
  }
  const auto words = table.take();
  if (4 + words.size() + blocks.size() > message.size() - message.size() / 16) return std::nullopt;
  ByteWriter out;
  out.reserve(4 + words.size() + blocks.size());
  out.fixed(crc32c(words));
  out.raw(words);
  out.raw(blocks);
  return out.take();
}

Result<void> check_packed(std::string_view packed, std::uint64_t size) {
  KONTOR_TRY(const auto table, read_table(packed.substr(0, pack_table_size(size)), size));
  std::uint64_t length = pack_table_size(size);
  for (const auto word : table) length += length_of(word);
  if (length != packed.size()) return fail(Errc::corrupt, "a packed message of the wrong length");
  return {};
}

Result<std::string> unpack(std::string_view packed, std::uint64_t size) {
  KONTOR_TRY(check_packed(packed, size));
  return unpack_range(size, 0, size, [&](std::uint64_t offset, std::uint64_t length) {
    return Result<std::string>(std::string(packed.substr(offset, length)));
  });
}

Result<std::string> unpack_range(std::uint64_t size,
                                 std::uint64_t from,
                                 std::uint64_t count,
                                 const ReadPacked& read) {
  from = std::min(from, size);
  count = std::min(count, size - from);
  if (count == 0) return std::string();
  KONTOR_TRY(const auto head, read(0, pack_table_size(size)));
  KONTOR_TRY(const auto table, read_table(head, size));
  const auto first = from / k_pack_block;
  const auto last = (from + count - 1) / k_pack_block;
  std::uint64_t begin = pack_table_size(size), length = 0;
  for (std::uint64_t i = 0; i < first; ++i) begin += length_of(table[i]);
  for (std::uint64_t i = first; i <= last; ++i) length += length_of(table[i]);
  KONTOR_TRY(const auto bytes, read(begin, length));
  if (bytes.size() != length) return fail(Errc::corrupt, "a packed message ends too early");
  std::string out;
  out.reserve(std::min((last + 1) * k_pack_block, size) - first * k_pack_block);
  std::string_view rest = bytes;
  for (std::uint64_t i = first; i <= last; ++i) {
    const auto block = rest.substr(0, length_of(table[i]));
    KONTOR_TRY(unpack_block(out, table[i], block, std::min(k_pack_block, size - i * k_pack_block)));
    rest.remove_prefix(block.size());
  }
  out.erase(0, from - first * k_pack_block);
  out.resize(count);
  return out;
}

}  // namespace kontor::store
