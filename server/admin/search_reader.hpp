// SPDX-License-Identifier: GPL-3.0-or-later
// For whom is searched: what a person may read of his own mailbox, of those of others, of shared
// mailboxes and public folders. Nothing is kept: every answer is of the directory and the lists as
// they are now. Any thread.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "server/admin/control.hpp"
#include "server/indexer/query_run.hpp"

namespace kontor::admin {

class SearchReader {
 public:
  // `environment` outlives it.
  SearchReader(const Environment& environment, directory::PrincipalId person)
      : environment_(environment), person_(std::move(person)) {}

  // His own first, then those that have given him something, as far as is known without opening
  // them.
  std::vector<store::AccountId> accounts() const;
  // Of the folders of an account those whose items he may read.
  std::vector<indexer::ReadableFolder> readable(
      const store::AccountView& view, const std::vector<store::FolderInfo>& folders) const;

 private:
  std::optional<directory::Identity> identity() const;  // nothing: he is gone from the directory

  const Environment& environment_;
  directory::PrincipalId person_;
};

}  // namespace kontor::admin
