// SPDX-License-Identifier: GPL-3.0-or-later
// CopyKeeper: kontor-directory's copy: takes what the sources hand over, puts it in force, writes
// it for kontord.
//
// A complete set that would lose more people than the settings allow (and at least 10) is held back
// until accept() (DESIGN.md 5), each source by itself. Everybody has the rank of his source. The
// mark of administrators follows membership in their group. A
// copy that could not be written stays dirty; write_again() tries. Any thread.
#pragma once
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "base/config/settings.hpp"
#include "base/core/time.hpp"
#include "base/io/file_system.hpp"
#include "base/log/log.hpp"
#include "directory/model/source.hpp"

namespace kontor::directory {

// DATA/directory/copy
std::string copy_file(const std::string& data_folder);

class CopyKeeper final : public SourceReceiver {
 public:
  struct Listener {
    std::function<void(std::uint64_t generation)> copy_written;  // shortly
    // Before it is written: what made generation `to` of `from`; not for very large changes.
    std::function<void(std::uint64_t from, std::uint64_t to, Changes changes)> copy_changed;
    std::function<void()> status_changed;
  };
  // Starts from the file when it can be read, without the people of sources that are not among
  // `sources`. Everything outlives the keeper.
  CopyKeeper(const config::Settings& settings,
             const std::vector<std::shared_ptr<Source>>& sources,
             io::FileSystem& files,
             const Clock& clock,
             log::Context log,
             Listener listener);

  std::shared_ptr<const DirectoryCopy> current() const;
  void apply(const std::string& source, Changes changes) override;
  void status_changed(const std::string& source) override;
  // Puts what is held back in force; how many people it lost.
  std::uint64_t accept();
  std::uint64_t held_back() const;  // people it would lose
  void write_again();
  // Tells the listener of the copy that was read at the start, if there was one.
  void announce();

 private:
  void load();
  void sweep_photos(const std::vector<Principal>& people) const;
  void put_in_force(const std::string& source, Changes changes, bool is_accepted);
  bool owns(const std::string& source, const Principal& one) const;
  std::uint64_t lost_people(const std::string& source, const Changes& changes) const;
  bool is_too_much(const std::string& source, std::uint64_t lost) const;
  bool rank(Changes& changes) const;  // some had another one
  void follow_admin_groups(const Changes& changes);
  void mark_admins(Changes& changes) const;
  void take(Changes changes);
  void announce_difference(const DirectoryCopy& before, const CopyDifference& difference);
  void write();
  void log_problems();
  std::uint64_t generation_after(std::uint64_t generation);

  const config::Settings& settings_;
  const std::vector<std::shared_ptr<Source>>& sources_;
  io::FileSystem& files_;
  log::Context log_;
  Listener listener_;

  mutable std::mutex mutex_;  // of everything below
  std::shared_ptr<const DirectoryCopy> copy_;
  std::set<PrincipalId> admin_groups_, admins_;
  std::map<std::string, Changes> held_;  // by source
  std::map<std::string, bool> was_reachable_;
  std::set<std::string> known_problems_;
  // A process's first generation leaps a random way: kontord may have had one of the process before
  // that never came into the file.
  std::uint64_t leap_ = 0;
  bool has_copy_ = false;  // some source was loaded, now or before
  bool is_dirty_;          // the file does not hold the copy
};

}  // namespace kontor::directory
