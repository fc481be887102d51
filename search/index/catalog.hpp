// SPDX-License-Identifier: GPL-3.0-or-later
// Catalog: the file that says which databases an index is made of and up to which item it goes
// (docs/formats/search-index.md). Pure.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/core/result.hpp"
#include "search/fields/document.hpp"

namespace kontor::search {

// One database: a file of its own, never changed once it is in a catalog.
struct Segment {
  std::uint64_t number = 0;  // names the file
  ItemId first = 0;          // its items, of this one to that one
  ItemId last = 0;
  std::uint64_t documents = 0;
  std::uint64_t bytes = 0;   // of the file
  std::uint32_t crc = 0;     // CRC32C of the file
  std::int64_t changed = 0;  // the file's time of change in ns: the CRC was right then

  bool operator==(const Segment&) const = default;
};

// What texts are packed with: a file of its own, never changed either.
struct DictionaryFile {
  std::uint64_t number = 0;     // names the file, and is what documents name
  std::uint64_t documents = 0;  // that the index had when it was made
  std::uint64_t bytes = 0;
  std::uint32_t crc = 0;  // CRC32C of the file

  bool operator==(const DictionaryFile&) const = default;
};

struct Catalog {
  std::string analysis;  // how the terms were made: what another analysis made is of no use
  ItemId position = 0;
  std::uint64_t next_number = 1;
  std::vector<DictionaryFile> dictionaries;  // ascending by their numbers
  std::vector<Segment> segments;             // ascending by items, which do not overlap
  std::vector<ItemId> removed;               // ascending: items of the segments that were purged

  bool operator==(const Catalog&) const = default;
};

std::string encode_catalog(const Catalog& catalog);
// unsupported: of another version. corrupt: damaged.
Result<Catalog> decode_catalog(std::string_view bytes);
std::string segment_name(std::uint64_t number);
std::string dictionary_name(std::uint64_t number);

}  // namespace kontor::search
