// SPDX-License-Identifier: GPL-3.0-or-later
// Which files of a folder of logs a backup saves, and how far, while the server goes on writing.
//
// Every log is saved, each generation of it; of the last one the bytes up to its last whole frame.
// These files are a valid folder of logs: what was acknowledged before find_extent() was called is
// in them. Snapshots, search indexes and what was kept aside of damage are left out: the logs make
// them again. Blocking; changes nothing.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/core/result.hpp"
#include "base/io/file_system.hpp"
#include "store/log/account_log.hpp"

namespace kontor::store {

struct LogFile {
  std::string name;  // "log.000003", "log.000003.g2"
  std::uint32_t number = 0;
  std::uint32_t generation = 0;
  std::uint64_t size = 0;  // to be saved
};

// "log.NNNNNN" or "log.NNNNNN.gK"; nothing for another name. The size is not known. Pure.
std::optional<LogFile> parse_log_name(std::string_view name);

struct LogExtent {
  std::vector<LogFile> files;  // ascending; the last may still grow
  // The bytes of the last log before this mark can never change; those behind it may still be cut
  // when power is lost.
  LogMark sure;
};

// `known`: the mark of an earlier extent of this folder, which spares reading the last log from its
// beginning; one that does not fit is passed over. not_found: no logs. busy: try again.
Result<LogExtent> find_extent(io::FileSystem& files,
                              const std::string& folder,
                              const LogMark& known);

}  // namespace kontor::store
