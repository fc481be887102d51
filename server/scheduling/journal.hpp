// SPDX-License-Identifier: GPL-3.0-or-later
// Journal: what others are still to be told of somebody's change, durable from before the change
// itself until the last of them was told (docs/formats/untold.md).
//
// A file for each. Promise: what add() and keep() confirmed is there after a crash, whole. Any
// thread.
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/core/result.hpp"
#include "base/core/task.hpp"
#include "base/core/uuid.hpp"
#include "base/io/file_system.hpp"
#include "base/io/work_pool.hpp"
#include "calendar/itip/message.hpp"
#include "directory/model/model.hpp"
#include "store/mailbox/account.hpp"

namespace kontor::scheduling {

struct Untold {
  Uuid id;
  directory::PrincipalId owner;
  std::optional<directory::PrincipalId> writer;  // who acted for him
  // What was changed. The change was made unless the object is as before.
  store::FolderId folder = 0;
  std::string name;            // empty: the whole calendar goes
  std::string uid;             // empty: of many meetings
  std::optional<Uuid> before;  // the object's entity tag; none: it was not there
  std::vector<calendar::SchedulingMessage> messages;

  std::size_t recipients() const;
};

// Is the change made that others are to be told of? Memory only.
bool was_made(const Untold& untold, const store::AccountView& view);

std::string format_untold(const Untold& untold);
// corrupt: it is none, or cut short; unsupported: written by a later version.
Result<Untold> parse_untold(std::string_view bytes);

class Journal {
 public:
  // `pool` and `files` outlive it. The folder is made when there is none.
  static Result<std::unique_ptr<Journal>> open(io::FileSystem& files,
                                               std::string folder,
                                               io::WorkPool& pool);

  // A new one, or in the place of what has its id.
  Task<Result<void>> keep(Untold untold);
  // What cannot be removed is told once more after the next start.
  Task<void> drop(Uuid id);
  // What was there when it was opened.
  struct Left {
    std::vector<Untold> untold;
    std::vector<std::string> damaged;  // files; they stay
  };
  Task<Left> load();

 private:
  Journal(io::FileSystem& files, std::string folder, io::WorkPool& pool)
      : files_(files), folder_(std::move(folder)), pool_(pool) {}
  std::string path_of(const Uuid& id) const;

  io::FileSystem& files_;
  std::string folder_;
  io::WorkPool& pool_;
  std::vector<std::string> old_;  // names of files
};

}  // namespace kontor::scheduling
