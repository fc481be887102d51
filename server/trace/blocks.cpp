// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/trace/blocks.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <span>

#include "base/core/text.hpp"

namespace kontor::trace {
namespace {

constexpr std::string_view k_head = "kontor-blocks 1";
constexpr std::size_t k_most_lines = 200'000;

unsigned whole_of(const IpAddress& address) { return address.is_v4() ? 32 : 128; }

// "ADDRESS/PREFIX UNTIL FAILURES counted|administrator"
std::optional<Block> parse_line(std::string_view line) {
  const auto fields = split(line, ' ');
  if (fields.size() != 4) return std::nullopt;
  const auto where = parse_blockable(fields[0]);
  const auto until = parse_number<std::uint32_t>(fields[1]);
  const auto failures = parse_number<std::uint32_t>(fields[2]);
  const bool by_administrator = fields[3] == "administrator";
  if (!where || !where->prefix || !until || !failures) return std::nullopt;
  if (!by_administrator && fields[3] != "counted") return std::nullopt;
  Block block;
  block.address = where->address;
  block.prefix = *where->prefix;
  block.until = UtcSeconds(std::chrono::seconds(*until));
  block.by_administrator = by_administrator;
  block.failures = *failures;
  return block;
}

}  // namespace

std::string Block::text() const {
  if (prefix == whole_of(address)) return address.text();
  return fmt::format("{}/{}", address.text(), prefix);
}

Result<Blockable> parse_blockable(std::string_view text) {
  const auto slash = text.find('/');
  if (slash == std::string_view::npos) {
    KONTOR_TRY(const auto address, parse_ip_address(text));
    return Blockable{address, std::nullopt};
  }
  KONTOR_TRY(const auto network, parse_network(text));
  auto prefix = parse_number<unsigned>(text.substr(slash + 1)).value_or(128);
  if (network.first.is_v4() && text.contains(':')) prefix -= std::min(prefix, 96U);
  return Blockable{network.first, prefix};
}

const Block* BlockList::find(const IpAddress& address, UtcSeconds now) const {
  for (const auto& [key, list] : lists_) {
    if (key.first != address.is_v4()) continue;
    const auto block = list.find(address.network(key.second));
    if (block != list.end() && block->second.until > now) return &block->second;
  }
  return nullptr;
}

void BlockList::put(Block block, UtcSeconds now) {
  if (size_ >= most_) drop_over(now);
  if (size_ >= most_) drop_one();
  auto& list = lists_[{block.address.is_v4(), block.prefix}];
  const auto [place, is_new] = list.insert_or_assign(block.address, block);
  if (is_new) ++size_;
}

void BlockList::drop_over(UtcSeconds now) {
  for (auto& [key, list] : lists_)
    size_ -= std::erase_if(list, [now](const auto& one) { return one.second.until <= now; });
}

void BlockList::drop_one() {
  std::map<IpAddress, Block>* of = nullptr;
  const Block* first = nullptr;
  for (auto& [key, list] : lists_)
    for (const auto& [address, block] : list)
      if (!block.by_administrator && (first == nullptr || block.until < first->until)) {
        first = &block;
        of = &list;
      }
  if (first != nullptr) size_ -= of->erase(IpAddress(first->address));
}

std::size_t BlockList::erase(const IpAddress& address, std::optional<unsigned> prefix) {
  std::size_t count = 0;
  for (auto& [key, list] : lists_) {
    if (key.first != address.is_v4() || (prefix && key.second != *prefix)) continue;
    count += list.erase(address.network(key.second));
  }
  size_ -= count;
  return count;
}

std::size_t BlockList::clear() {
  lists_.clear();
  return std::exchange(size_, 0);
}

std::vector<Block> BlockList::all(UtcSeconds now) const {
  std::vector<Block> blocks;
  for (const auto& [key, list] : lists_)
    for (const auto& [address, block] : list)
      if (block.until > now) blocks.push_back(block);
  std::ranges::sort(blocks, {},
                    [](const Block& one) { return std::pair(one.address, one.prefix); });
  return blocks;
}

std::string format_blocks(const std::vector<Block>& blocks) {
  std::string out(k_head);
  out += '\n';
  for (const auto& block : blocks)
    out += fmt::format("{}/{} {} {} {}\n", block.address.text(), block.prefix,
                       block.until.time_since_epoch().count(), block.failures,
                       block.by_administrator ? "administrator" : "counted");
  return out;
}

Result<ReadBlocks> parse_blocks(std::string_view text) {
  const auto lines = split(text, '\n');
  if (lines.front() != k_head || lines.size() > k_most_lines)
    return fail(Errc::bad_input, "not a file of blocked addresses of this version");
  ReadBlocks read;
  for (const auto line : std::span(lines).subspan(1)) {
    if (line.empty()) continue;
    if (auto block = parse_line(line))
      read.blocks.push_back(*std::move(block));
    else if (read.problem.empty())
      read.problem = "a strange line: " + to_valid_utf8(line.substr(0, 100));
  }
  return read;
}

}  // namespace kontor::trace
