// SPDX-License-Identifier: GPL-3.0-or-later
// The snapshot of an account: its state and how much of the log that is (docs/formats/snapshot.md).
//
// Only a cache: whatever is wrong with it, the account is loaded from its log. decode_snapshot()
// takes any bytes: corrupt, or unsupported for another version. Pure, except for the two that name
// a file; those block.
#pragma once
#include <string>
#include <string_view>

#include "base/core/result.hpp"
#include "base/io/file_system.hpp"
#include "store/mailbox/committer.hpp"

namespace kontor::store {

struct Snapshot {
  AccountState state;
  LogMark mark;
};

std::string encode_snapshot(const Version& version);
Result<Snapshot> decode_snapshot(std::string_view bytes);

// `folder` is the account's. The old snapshot stands until the new one is whole on the device.
Result<void> write_snapshot(io::FileSystem& files,
                            const std::string& folder,
                            const Version& version);
Result<Snapshot> read_snapshot(io::FileSystem& files, const std::string& folder);

}  // namespace kontor::store
