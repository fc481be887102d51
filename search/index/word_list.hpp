// SPDX-License-Identifier: GPL-3.0-or-later
// WordList: all words of a segment in a file beside it (docs/formats/search-index.md), so that the
// words which contain a string are found by looking through the file: that takes a tenth of a walk
// through the tables. A help only: where it is missing or damaged, the tables are walked through.
// Blocking; any thread.
#pragma once
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/io/file_system.hpp"
#include "search/analyze/needle.hpp"
#include "search/index/index_terms.hpp"

namespace kontor::search {

// K of a word's term, in `buffer` where it is another text: й is и there.
std::string_view folded_term(std::string_view term, std::string& buffer);

// Writes the list of the packed database `database` with the checksum `crc`; not synced. Errors of
// the disk. Throws what Xapian throws.
Result<void> write_word_list(io::FileSystem& files,
                             const std::string& path,
                             const std::string& database,
                             std::uint32_t crc);

class WordList {
 public:
  WordList(io::FileSystem& files, std::string path, std::uint32_t crc)
      : files_(&files),
        path_(std::move(path)),
        crc_(crc),
        is_there_(files.stat(path_).has_value()) {}

  bool is_there() const { return is_there_; }
  struct Word {
    std::size_t run = 0;     // the one it fits
    std::string term;        // with the byte of its field
    std::uint32_t postings;  // documents that have it
  };
  // The words of `fields` that fit one of `runs`. False: the list is of no use, and so is what was
  // told of it.
  bool look(Fields fields,
            std::span<const NeedleRun> runs,
            const std::function<void(Word)>& call) const;

 private:
  io::FileSystem* files_;
  std::string path_;
  std::uint32_t crc_;
  bool is_there_;
};

}  // namespace kontor::search
