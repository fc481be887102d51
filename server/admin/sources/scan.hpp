// SPDX-License-Identifier: GPL-3.0-or-later
// Looks through a file or folder for mail: which mailboxes lie there, how much it is, and what is
// no mail at all.
//
// An mbox file begins with "From "; a folder with `cur` in it is a Maildir, its folders ".A.B"
// (Maildir++) or real ones; other folders are trees of mbox files, of messages (NAME.eml, and files
// named by a number, as MH and Cyrus keep them) and of further folders. Thunderbird's NAME.sbd and
// Apple's NAME.mbox are the folder NAME. Symbolic links are not followed below the top. Blocking.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "base/core/result.hpp"
#include "server/admin/sources/folders.hpp"

namespace kontor::admin::sources {

enum class BoxKind : unsigned char { mbox, maildir, messages };

struct Box {
  BoxKind kind = BoxKind::mbox;
  std::string path;                // the mbox file, or the folder
  Levels levels;                   // of the folder it becomes; empty: the top
  std::vector<std::string> files;  // below `path`, in the order they came; of Maildir and messages
  std::uint64_t bytes = 0;
};

struct Remark {
  std::string where;
  std::string why;
};

struct Scan {
  std::vector<Box> boxes;
  std::uint64_t bytes = 0;
  std::vector<Remark> faults;            // what cannot be read
  std::vector<std::string> passed_over;  // what is no mail
};

// not_found, no_permission, io_error: of `source` itself.
Result<Scan> scan(const std::string& source);

}  // namespace kontor::admin::sources
