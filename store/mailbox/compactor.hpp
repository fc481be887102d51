// SPDX-License-Identifier: GPL-3.0-or-later
// Compactor: gives back the space of purged messages, and packs old ones.
//
// A sealed log in which enough is dead is written anew: messages that no entry and no recoverable
// row uses any more shrink to stubs, the others are packed. So is, once, an old log that a sample
// shows to pack well (docs/architecture.md, "Compaction"). The work is paced; what is dead is
// judged by a durable state only; a log with damage is left alone. Nothing of the account changes
// before the new generation is complete, and the old one stays for a while after (docs/formats/
// log.md, "Generations"). Threads: one at a time, a blocking one; stop() from any.
#pragma once
#include <set>
#include <string>
#include <vector>

#include "base/config/settings.hpp"
#include "base/core/time.hpp"
#include "base/io/file_system.hpp"
#include "base/log/log.hpp"
#include "store/log/rewrite.hpp"
#include "store/mailbox/committer.hpp"
#include "store/mailbox/compact_report.hpp"
#include "store/mailbox/pace.hpp"

namespace kontor::store {

// The live messages of one log: a range of the rows of items.
struct LogUse {
  std::uint32_t log = 0;
  std::size_t first = 0, count = 0;
  std::uint64_t bytes = 0;  // of their frames, as they were delivered
};
// Of every log that has any, ascending by number.
std::vector<LogUse> survey_logs(const AccountState& state);

class Compactor {
 public:
  // All of them outlive it. `backup_lock`: a file that a backup holds while it runs; then no
  // replaced generation is removed (docs/formats/backup.md).
  Compactor(io::FileSystem& files,
            std::string backup_lock,
            const config::Store& settings,
            const Clock& clock,
            log::Context log);

  // The logs that are worth writing anew, those with the most to gain first. `version` is durable.
  Result<std::vector<std::uint32_t>> choose(const std::string& folder,
                                            const Version& version,
                                            CompactWish wish);
  // Writes one of them anew. corrupt: the log is damaged; no_space; cancelled: the store closes.
  Result<NewLog> rewrite(const std::string& folder, const Version& version, std::uint32_t log);
  // Removes replaced generations that are old enough (all, when the disk is short), but for those
  // in `in_use`, and none while a backup runs.
  Result<Removed> remove_replaced(const std::string& folder,
                                  const AccountId& account,
                                  const std::set<std::uint32_t>& in_use);
  void stop() { pace_.stop(); }

 private:
  bool is_worth_packing(LogDevice& device,
                        const AccountState& state,
                        const LogUse& use,
                        CompactWish wish);

  bool is_backup_running() const;

  io::FileSystem& files_;
  const std::string backup_lock_;
  const config::Store& settings_;
  const Clock& clock_;
  log::Context log_;
  Pace pace_;
  std::set<std::pair<AccountId, std::uint32_t>> not_worth_packing_;  // until the next start
};

}  // namespace kontor::store
