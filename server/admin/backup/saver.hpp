// SPDX-License-Identifier: GPL-3.0-or-later
// Saves folders of logs and single files into a target, beside a running server.
//
// What an earlier backup holds and what has not changed since is not read again; of the log that
// grows only what is new. Reading goes at a bounded rate. Blocking; memory: one piece.
#pragma once
#include <functional>
#include <optional>
#include <string>

#include "server/admin/backup/target.hpp"
#include "store/tools/log_extent.hpp"

namespace kontor::admin::backup {

struct Tally {
  std::uint64_t files = 0;   // in the backup
  std::uint64_t bytes = 0;   // of them
  std::uint64_t copied = 0;  // bytes that this run read from the server's disk
  std::uint64_t kept = 0;    // bytes that an earlier run had saved
};

// Bounds how fast a run reads. 0: as fast as it goes.
class Pace {
 public:
  explicit Pace(std::uint64_t bytes_per_second);
  void spend(std::uint64_t bytes);  // sleeps

 private:
  std::uint64_t rate_;
  std::uint64_t spent_ = 0;
  std::chrono::steady_clock::time_point begun_;
};

class Saver {
 public:
  using Advance = std::function<void(const Tally&)>;
  Saver(io::FileSystem& files, Target& target, Pace pace, Advance advance)
      : files_(files), target_(target), pace_(pace), advance_(std::move(advance)) {}

  // Logs of `folder` under the name `name` of the backup. `earlier`: what was saved of it before.
  Result<SavedLogs> save_logs(const std::string& folder,
                              const std::string& name,
                              const SavedLogs* earlier);
  Result<SavedFile> save_bytes(const std::string& name, std::string_view bytes);
  // What an earlier backup saved as `row` of a file that never changes; nothing: it is not there.
  Result<std::optional<SavedFile>> keep(const SavedFile& row);
  const Tally& tally() const noexcept { return tally_; }
  // True when it was the target that failed: nothing more can be saved.
  bool target_failed() const noexcept { return target_failed_; }

 private:
  struct Source;
  Result<SavedLogs> try_logs(const std::string& folder,
                             const std::string& name,
                             const SavedLogs* earlier);
  Result<SavedFile> save_log(const Source& source, const SavedFile* row, const SavedLogs* earlier);
  Result<void> copy(const Source& source,
                    SavedFile& out,
                    std::uint64_t from,
                    crypto::Sha256 digest);
  template <class T>
  Result<T> of_target(Result<T> outcome) {
    if (!outcome) target_failed_ = true;
    return outcome;
  }
  void count(const SavedFile& file, std::uint64_t copied);

  io::FileSystem& files_;
  Target& target_;
  Pace pace_;
  Advance advance_;
  Tally tally_;
  bool target_failed_ = false;
};

}  // namespace kontor::admin::backup
