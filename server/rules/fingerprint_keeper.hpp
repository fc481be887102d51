// SPDX-License-Identifier: GPL-3.0-or-later
// FingerprintKeeper: the fingerprints of documents that are confidential, a file each in
// DATA/fingerprints (docs/formats/fingerprints.md). The documents themselves are not kept. A change
// is on the disk before it is in force and answered. Any thread.
#pragma once
#include <memory>
#include <string>

#include "base/core/guarded.hpp"
#include "base/core/task.hpp"
#include "base/io/file_system.hpp"
#include "base/io/work_pool.hpp"
#include "base/log/log.hpp"
#include "server/rules/fingerprint.hpp"

namespace kontor::rules {

class FingerprintKeeper {
 public:
  // Everything given outlives it. A file that cannot be read is an event, and stays. Blocks.
  static Result<std::unique_ptr<FingerprintKeeper>> open(io::FileSystem& files,
                                                         std::string folder,
                                                         io::WorkPool& pool,
                                                         const log::Context& log);

  std::shared_ptr<const FingerprintSet> current() const;  // never null
  // In place of the one of that name. bad_input: too short a text, or a name that is none.
  Task<Result<void>> add(Fingerprint fingerprint);
  Task<Result<void>> remove(std::string name);  // not_found

 private:
  FingerprintKeeper(io::FileSystem& files, std::string folder, io::WorkPool& pool)
      : files_(files), folder_(std::move(folder)), pool_(pool) {}
  Result<void> add_now(const Fingerprint& fingerprint);
  Result<void> remove_now(const std::string& name);
  std::string path_of(std::string_view name) const;
  void put_in_force(std::vector<std::shared_ptr<const Fingerprint>> all);

  io::FileSystem& files_;
  std::string folder_;
  io::WorkPool& pool_;
  Guarded<int> changing_;
  Guarded<std::shared_ptr<const FingerprintSet>> current_{std::make_shared<FingerprintSet>()};
};

}  // namespace kontor::rules
