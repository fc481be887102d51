// SPDX-License-Identifier: GPL-3.0-or-later
// BlockList: blocked addresses and networks, and their file (docs/formats/blocks.md). One thread.
#pragma once
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "server/trace/guard.hpp"

namespace kontor::trace {

class BlockList {
 public:
  explicit BlockList(std::size_t most) : most_(most) {}

  // The block that holds this address now.
  const Block* find(const IpAddress& address, UtcSeconds now) const;
  // In place of one of the same network. Above the limit the counted one that ends first goes.
  void put(Block block, UtcSeconds now);
  // Those that hold the address, or are exactly this network; how many.
  std::size_t erase(const IpAddress& address, std::optional<unsigned> prefix);
  std::size_t clear();
  std::vector<Block> all(UtcSeconds now) const;  // by address
  std::size_t size() const noexcept { return size_; }

 private:
  using Key = std::pair<bool, unsigned>;  // IPv4?, prefix
  void drop_over(UtcSeconds now);
  void drop_one();

  std::size_t most_;
  std::size_t size_ = 0;
  std::map<Key, std::map<IpAddress, Block>> lists_;
};

// "10.0.0.0/8", "2001:db8::/64" or an address; the prefix is that of its family.
struct Blockable {
  IpAddress address;
  std::optional<unsigned> prefix;
};
Result<Blockable> parse_blockable(std::string_view text);

std::string format_blocks(const std::vector<Block>& blocks);
struct ReadBlocks {
  std::vector<Block> blocks;
  std::string problem;  // the first strange line; empty: none
};
// bad_input: not such a file at all. Pure.
Result<ReadBlocks> parse_blocks(std::string_view text);

}  // namespace kontor::trace
