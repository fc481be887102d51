// SPDX-License-Identifier: GPL-3.0-or-later
// An account's folder made of another one's logs up to a moment, with a new sync epoch: every
// folder gets a UIDVALIDITY that no client has seen, so that numbers given again mean nothing old
// (RFC 9051, 2.3.1.1). Blocking.
#pragma once
#include <cstdint>
#include <optional>
#include <string>

#include "base/core/result.hpp"
#include "base/io/file_system.hpp"
#include "store/format/types.hpp"
#include "store/tools/history.hpp"

namespace kontor::store {

struct Rewind {
  std::string from;              // a folder of logs
  std::string to;                // made anew; what an earlier attempt left there is removed
  std::optional<Binding> owner;  // the new one; nothing: as it was
  std::uint32_t above = 0;       // every UIDVALIDITY is above this one too
  UtcSeconds now{};
};

struct Rewound {
  // Messages of the moment that were purged and compacted away since: no log has them any more.
  std::uint64_t lost = 0;
};

// `past` is that of `from`. Where the moment lies within a compacted log the log is written anew up
// to there. What is lost is not shown by the new account.
Result<Rewound> rewind_account(io::FileSystem& files, const Past& past, const Rewind& rewind);

}  // namespace kontor::store
