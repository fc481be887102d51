// SPDX-License-Identifier: GPL-3.0-or-later
// The process that reads one attachment and ends.
#pragma once
#include <cstdint>

#include "search/extract/extractor.hpp"

namespace kontor::search {

struct ReaderFiles {
  int request = -1;  // a file in memory
  int answer = -1;   // a pipe
};
struct ReaderLimits {
  std::uint64_t space = 0;  // bytes of address space
  std::uint32_t seconds = 0;
};

using ReadOne = Extracted (*)(const Attachment& attachment);

// In a process of its own, just forked by `parent`: gives up what rights are left, reads, answers.
// Ends the process.
[[noreturn]] void run_reader(ReaderFiles files, ReaderLimits limits, int parent, ReadOne read);

}  // namespace kontor::search
