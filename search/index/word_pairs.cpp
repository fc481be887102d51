// SPDX-License-Identifier: GPL-3.0-or-later
#include "search/index/word_pairs.hpp"

#include <algorithm>
#include <utility>

namespace kontor::search {
namespace {

constexpr std::size_t k_bits = 2;  // of each pair
constexpr std::size_t k_most_pairs = 1U << 18U;
constexpr std::size_t k_most_bytes = 16U << 10U;
constexpr std::size_t k_byte = 8;

// FNV-1a of 64 bits.
std::uint64_t hash_of(std::string_view text) {
  std::uint64_t out = 0xcbf29ce484222325U;
  for (const char c : text) out = (out ^ static_cast<unsigned char>(c)) * 0x100000001b3U;
  return out;
}

// The finish of MurmurHash3: all bits of the number count in all bits of what comes out.
std::uint64_t mixed(std::uint64_t number) {
  number = (number ^ number >> 33U) * 0xff51afd7ed558ccdU;
  number = (number ^ number >> 33U) * 0xc4ceb9fe1a85ec53U;
  return number ^ number >> 33U;
}

std::uint64_t joined(std::uint64_t first, std::uint64_t second) {
  return mixed(first * 0x9e3779b97f4a7c15U + second);
}

}  // namespace

std::uint64_t pair_of(std::string_view first, std::string_view second) {
  return joined(hash_of(first), hash_of(second));
}

void WordPairs::clear() {
  begin_text();
  pairs_.clear();
  too_many_ = false;
}

void WordPairs::begin_text() {
  before_.clear();
  here_.clear();
  position_ = 0;
}

void WordPairs::add(const Token& token) {
  if (here_.empty() || token.position != position_) {
    std::swap(before_, here_);
    here_.clear();
    if (token.position != position_ + 1) before_.clear();
    position_ = token.position;
  }
  if (too_many_) return;
  const auto hash = hash_of(token.term);
  here_.push_back(hash);
  if (pairs_.size() + before_.size() > k_most_pairs) {
    std::ranges::sort(pairs_);
    const auto rest = std::ranges::unique(pairs_);
    pairs_.erase(rest.begin(), rest.end());
    too_many_ = pairs_.size() > k_most_pairs / 2;
  }
  for (const auto first : before_) pairs_.push_back(joined(first, hash));
}

std::string WordPairs::bits() {
  if (too_many_) return {};
  std::ranges::sort(pairs_);
  const auto rest = std::ranges::unique(pairs_);
  pairs_.erase(rest.begin(), rest.end());
  const auto bytes = (pairs_.size() * k_bits + k_byte - 1) / k_byte;
  if (bytes > k_most_bytes) return {};
  std::string out(bytes, '\0');
  for (const auto pair : pairs_) {
    const auto bit = pair % (bytes * k_byte);
    out[bit / k_byte] =
        static_cast<char>(static_cast<unsigned char>(out[bit / k_byte]) | 1U << (bit % k_byte));
  }
  return out;
}

bool may_have_pairs(std::string_view bits, std::span<const std::uint64_t> pairs) {
  if (bits.empty()) return true;
  return std::ranges::all_of(pairs, [bits](std::uint64_t pair) {
    const auto bit = pair % (bits.size() * k_byte);
    return (static_cast<unsigned char>(bits[bit / k_byte]) >> (bit % k_byte) & 1U) != 0;
  });
}

}  // namespace kontor::search
