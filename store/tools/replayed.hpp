// SPDX-License-Identifier: GPL-3.0-or-later
// An account's folder read from beginning to end, without touching it. Blocking.
#pragma once
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/io/file_system.hpp"
#include "store/log/verify.hpp"
#include "store/mailbox/snapshot.hpp"

namespace kontor::store {

struct Replayed {
  LogCheck logs;
  AccountState state;
  std::vector<std::string> problems;  // payloads that say nothing, a snapshot that disagrees
  std::string snapshot;               // "none", "good", or what is wrong with it
  std::map<FolderId, std::vector<Uid>>
      forgotten;  // known to have left, but not remembered any more
};

// `visit` sees every frame; `frame` is nothing when its payload cannot be read.
using VisitFrame = std::function<void(const FoundFrame&, const Decoded* frame)>;
Result<Replayed> replay_account(io::FileSystem& files,
                                const std::string& folder,
                                const VisitFrame& visit);

// Messages whose UID was given and which are neither there nor known to have left; what a repair
// has noted as lost is not told again. The first thousand.
struct LostMessage {
  FolderId folder = 0;
  std::string name;  // of the folder
  Uid uid = 0;
};
std::vector<LostMessage> lost_messages(const Replayed& account);

}  // namespace kontor::store
