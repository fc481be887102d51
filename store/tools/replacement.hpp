// SPDX-License-Identifier: GPL-3.0-or-later
// Replacement: what repair puts in the place of a frame that is lost. Blocking (it reads).
#pragma once
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "store/tools/diagnosis.hpp"

namespace kontor::store {

// Whose folder it is, from what else is there: the folder's name, the index, the snapshot.
struct Identity {
  std::optional<AccountId> account;
  std::optional<Binding> owner;
};
Identity identify(io::FileSystem& files, const std::string& folder);

class Replacement {
 public:
  Replacement(const Diagnosis& diagnosis, LogDevice& device, Identity identity, UtcSeconds now);
  // A deliver frame with what can be read of the message; the frames that every account begins
  // with; else a note.
  Result<NewFrame> operator()(std::uint64_t sequence) const;

 private:
  Result<std::optional<NewFrame>> message(const Remains& remains) const;
  NewFrame note(std::uint64_t sequence) const;

  const Diagnosis& diagnosis_;
  LogDevice& device_;
  UtcSeconds now_;
  std::vector<NewFrame> beginning_;  // of every account
  std::map<std::uint64_t, const Remains*> messages_;
};

}  // namespace kontor::store
