// SPDX-License-Identifier: GPL-3.0-or-later
// Compound files ([MS-CFB]): storages and streams, as Outlook and old Office programs keep them.
// Pure; any bytes are allowed; every chain of sectors is followed once at most.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/core/result.hpp"

namespace kontor::search {

class CompoundFile {
 public:
  static constexpr std::uint32_t k_none = 0xFFFFFFFF;
  static constexpr std::uint32_t k_root = 0;
  struct Entry {
    std::string name;  // UTF-8
    bool is_stream = false;
    std::uint32_t left = k_none, right = k_none, child = k_none;
    std::uint32_t start = 0;
    std::uint64_t size = 0;
  };

  // `bytes` outlive it. bad_input.
  static Result<CompoundFile> open(std::string_view bytes);

  // The entries of a storage, in no order.
  std::vector<std::uint32_t> children(std::uint32_t storage) const;
  std::uint32_t find(std::uint32_t storage, std::string_view name) const;  // k_none: there is none
  const Entry& entry(std::uint32_t index) const { return entries_[index]; }
  // As far as its chain of sectors goes.
  std::string read(std::uint32_t stream) const;
  std::string read(std::uint32_t storage, std::string_view name) const;  // empty: there is none

 private:
  explicit CompoundFile(std::string_view bytes) : bytes_(bytes) {}
  Result<void> read_header();
  void read_table(std::string_view head);
  void read_entries(std::uint32_t start);
  std::string_view sector(std::uint32_t number) const;
  std::uint32_t next_sector(std::uint32_t number) const;
  std::string read_chain(std::uint32_t start, std::uint64_t size) const;
  std::string read_small(std::uint32_t start, std::uint64_t size) const;

  std::string_view bytes_;
  std::size_t sector_size_ = 512;
  std::uint32_t small_limit_ = 4'096;         // streams below it lie in small sectors
  std::vector<std::uint32_t> table_sectors_;  // where the table of chains lies
  std::vector<Entry> entries_;
  std::string small_table_;    // chains of small sectors
  std::string small_sectors_;  // all of them, one after the other
};

}  // namespace kontor::search
