// SPDX-License-Identifier: GPL-3.0-or-later
// What an import from an IMAP server has brought over, so that the next run asks for what is new
// alone (docs/formats/import-state.md). Losing it costs time, never mail: the mailbox itself knows
// what it holds.
#pragma once
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>

#include "base/core/result.hpp"

namespace kontor::admin::imap_source {

struct FolderProgress {
  std::uint32_t uid_validity = 0;
  std::uint32_t last_uid = 0;       // all up to it are in the mailbox, but for these:
  std::set<std::uint32_t> refused;  // asked for again by each run
};

struct ImportProgress {
  std::string source;                             // "user@host:port"
  std::map<std::string, FolderProgress> folders;  // by the source's names
};

std::string print_progress(const ImportProgress& progress);
Result<ImportProgress> parse_progress(std::string_view text);  // bad_input. Pure.

}  // namespace kontor::admin::imap_source
