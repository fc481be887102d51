// SPDX-License-Identifier: GPL-3.0-or-later
// What a backup holds, as a value and as bytes (docs/formats/backup.md). Pure.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/core/result.hpp"
#include "base/core/time.hpp"
#include "store/log/account_log.hpp"

namespace kontor::admin::backup {

inline constexpr std::string_view k_manifest_name = "kontor-backup.json";
inline constexpr std::uint64_t k_max_manifest = 1U << 30U;

struct SavedFile {
  std::string name;  // below the backup's folder, levels by '/'
  std::uint64_t size = 0;
  std::string sha256;  // 64 lower-case hex digits
  // CRC32C of what tells this log from another of the same name and size: its header and the end of
  // its last frame. 0: not a log.
  std::uint32_t print = 0;
};

// A folder of logs: an account's, or the queue's.
struct SavedLogs {
  std::vector<SavedFile> files;
  store::LogMark sure;           // store::LogExtent::sure of this backup
  std::uint32_t sure_print = 0;  // CRC32C of the bytes before it
};

struct SavedAccount {
  store::AccountId id;
  std::string address;  // empty: nobody's
  std::string name;     // of the person
  store::Binding owner;
  UtcSeconds saved{};
  SavedLogs logs;
};

struct Manifest {
  std::string scope;  // "all", "domain example.org", "account anna@example.org"
  std::string server;
  UtcSeconds begun{};
  UtcSeconds ended{};
  std::vector<SavedAccount> accounts;  // ascending by id
  SavedLogs queue;
  std::vector<SavedFile> files;  // settings and directory
};

std::string print_manifest(const Manifest& manifest);
// bad_input: not a manifest; unsupported: of a later version.
Result<Manifest> parse_manifest(std::string_view text);

SavedAccount* find_account(Manifest& manifest, const store::AccountId& id);
// Every file that a manifest names.
std::vector<const SavedFile*> all_files(const Manifest& manifest);

}  // namespace kontor::admin::backup
