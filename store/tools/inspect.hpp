// SPDX-License-Identifier: GPL-3.0-or-later
// Looking into an account's folder: `kontorctl store verify FOLDER` and `store dump FOLDER`.
//
// Changes nothing; works on the folder of a running server, on a dead one and on a copy. verify
// checks the framing, every payload, and the state they make: UIDs that were given and are nowhere
// any more are messages that damage has cost, and are named by folder and UID, and by Subject and
// Date where these can be read; a snapshot is held against the log. Failure: not_found (no logs),
// corrupt (of a later version), io_error, busy (written to faster than it could be read), bad_input
// (no such verb). Blocking.
#pragma once
#include <functional>
#include <string>
#include <string_view>

#include "base/core/result.hpp"
#include "base/io/file_system.hpp"
#include "store/format/types.hpp"

namespace kontor::store {

struct Inspection {
  bool good = true;  // nothing wrong was found
  std::string text;  // for a person
  std::string json;  // the same, one object
};

// Who an owner is, for a person ("anna@example.test"); nothing: not known.
using NameOwner = std::function<std::string(const Binding&)>;

Result<Inspection> verify_account(io::FileSystem& files,
                                  const std::string& folder,
                                  const NameOwner& name_owner = {});
Result<Inspection> dump_account(io::FileSystem& files, const std::string& folder);
// By the word on the command line: "verify" or "dump".
Result<Inspection> inspect_account(io::FileSystem& files,
                                   std::string_view verb,
                                   const std::string& folder);

}  // namespace kontor::store
