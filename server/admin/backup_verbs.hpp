// SPDX-License-Identifier: GPL-3.0-or-later
// What the verbs about backups share.
#pragma once
#include <string>

#include "server/admin/backup/check.hpp"
#include "server/admin/verbs.hpp"

namespace kontor::admin {

// The folder of a backup, or of what a tar holds, unpacked into a folder that goes with this value.
class OpenBackup {
 public:
  static Result<OpenBackup> open(const std::string& path);
  ~OpenBackup();
  OpenBackup(OpenBackup&& other) noexcept;
  OpenBackup& operator=(OpenBackup&&) = delete;
  const std::string& folder() const noexcept { return folder_; }
  const backup::Manifest& manifest() const noexcept { return manifest_; }
  // By address, login's local part or id; not_found names what is there.
  Result<const backup::SavedAccount*> find(const std::string& name) const;
  std::string folder_of(const backup::SavedAccount& account) const;

 private:
  OpenBackup() = default;
  std::string folder_;
  std::string scratch_;  // removed with this value
  backup::Manifest manifest_;
};

}  // namespace kontor::admin
