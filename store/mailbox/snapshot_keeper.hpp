// SPDX-License-Identifier: GPL-3.0-or-later
// SnapshotKeeper: when the snapshot of one account is worth writing, and the writing.
//
// While an account is in use, so that a crash costs a short replay; when it is put away, so that
// the next opening is short. A snapshot that cannot be written is an event and no more.
#pragma once
#include <memory>
#include <string>

#include "base/core/guarded.hpp"
#include "base/io/file_system.hpp"
#include "base/io/work_pool.hpp"
#include "base/log/log.hpp"
#include "store/mailbox/committer.hpp"

namespace kontor::store {

class SnapshotKeeper : public std::enable_shared_from_this<SnapshotKeeper> {
 public:
  // `on_disk`: what the snapshot there covers; default: there is none.
  SnapshotKeeper(io::FileSystem& files, std::string folder, LogMark on_disk, log::Context log);
  // Writes one on the disk pool when much has gathered since the last. Any thread.
  void consider(const Version& version, io::DiskPool& disk);
  // Writes one on the disk pool in any case: logs were written anew. Any thread.
  void refresh(const Version& version, io::DiskPool& disk);
  // Writes one when reading the frames behind the old one costs more. Blocking.
  void put_away(const Version& version);

 private:
  struct Known {
    LogMark on_disk;
    bool writing = false;
  };
  void write(const Version& version);

  io::FileSystem& files_;
  std::string folder_;
  log::Context log_;
  Guarded<Known> known_;
};

}  // namespace kontor::store
