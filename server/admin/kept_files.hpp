// SPDX-License-Identifier: GPL-3.0-or-later
// KeptFiles: messages that an export which was broken off has left in files, found by the SHA-256
// of what the mailbox had. Blocking; memory: a digest for each file, and one message.
#pragma once
#include <cstddef>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/core/result.hpp"

namespace kontor::admin {

class KeptFiles {
 public:
  // All that lies below `folder`, which need not be there; files of mbox are passed over.
  static Result<KeptFiles> read(const std::string& folder);
  std::size_t size() const { return size_; }
  // The bytes with that digest, once for each file with them; the file goes. Nothing: there is
  // none, or it has changed.
  std::optional<std::string> take(const std::string& digest);

 private:
  struct File {
    std::string path;
    bool is_line_fed = false;  // its lines end with LF in place of CRLF
  };
  Result<void> add(const std::string& path);

  std::unordered_map<std::string, std::vector<File>> files_;  // by digest
  std::size_t size_ = 0;
};

}  // namespace kontor::admin
