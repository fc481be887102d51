// SPDX-License-Identifier: GPL-3.0-or-later
// DomainKeeper: the mail domains that kontorctl was told, in DATA/domains, and in force beside
// those of the settings. A change is on the disk, whole, before it is in force and answered; after
// a crash the file holds the domains before it or those after it. Any thread.
#pragma once
#include <functional>
#include <memory>
#include <string>

#include "base/core/guarded.hpp"
#include "base/core/task.hpp"
#include "base/io/file_system.hpp"
#include "base/io/work_pool.hpp"
#include "server/delivery/domain_file.hpp"

namespace kontor::delivery {

class DomainKeeper {
 public:
  // `in_force` is told the names at once and after each change, on any thread; what is given
  // outlives the keeper. bad_input: the file cannot be read; to go on without it would refuse mail.
  // Blocks.
  static Result<std::unique_ptr<DomainKeeper>> open(
      io::FileSystem& files,
      std::string path,
      io::WorkPool& pool,
      std::function<void(const DomainNames& names)> in_force);

  DomainNames names() const;
  // bad_input: no name of a domain; exists: it is there.
  Task<Result<void>> add(std::string domain);
  // not_found: it was not told.
  Task<Result<void>> remove(std::string domain);

 private:
  using InForce = std::function<void(const DomainNames& names)>;
  DomainKeeper(io::FileSystem& files, std::string path, io::WorkPool& pool, InForce in_force);
  Task<Result<void>> apply(std::function<Result<void>(DomainNames& names)> change);

  io::FileSystem& files_;
  std::string path_;
  io::WorkPool& pool_;
  InForce in_force_;
  mutable Guarded<DomainNames> names_;  // locked while the file is written
};

}  // namespace kontor::delivery
