// SPDX-License-Identifier: GPL-3.0-or-later
// CopyHolder: the copy in force in kontord, and who wants to hear of newer ones. Any thread.
#pragma once
#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <string>

#include "base/io/file_system.hpp"
#include "base/log/log.hpp"
#include "directory/model/model.hpp"

namespace kontor::directory {

class CopyHolder {
 public:
  // `files` outlives it. Begins with an empty copy of generation 0.
  CopyHolder(std::string path, io::FileSystem& files, log::Context log);
  ~CopyHolder();

  std::shared_ptr<const DirectoryCopy> current() const;
  // Puts the file's copy in force, unless it is; who did not change stays the same object.
  // not_found: there is none; else logged, and the copy before stays. Blocking; one thread at a
  // time.
  Result<void> load();
  // Puts the next generation in force; false: it does not follow the one in force. One thread at a
  // time with load().
  bool apply(std::uint64_t from, std::uint64_t to, Changes changes);
  // The handle may go at any time, also inside `changed`; once it has gone `changed` is not
  // running.
  Subscription subscribe(std::function<void()> changed);

 private:
  struct Subscribers;
  void put_in_force(std::shared_ptr<const DirectoryCopy> next);
  const std::string path_;
  io::FileSystem& files_;
  const log::Context log_;
  mutable std::mutex mutex_;  // of current_
  std::shared_ptr<const DirectoryCopy> current_;
  std::shared_ptr<Subscribers> subscribers_;  // shared with handles that outlive the holder
};

}  // namespace kontor::directory
