// SPDX-License-Identifier: GPL-3.0-or-later
// A mailbox as it was at a moment, from the server's disk or from a backup, and a choice of its
// messages: what `export` and `restore` work on. Blocking; changes nothing.
#pragma once
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "server/admin/backup_verbs.hpp"
#include "server/admin/verbs.hpp"
#include "store/tools/history.hpp"

namespace kontor::admin {

struct PastFolder {
  std::string path;  // of its logs
  store::AccountId account;
  std::string address;                   // empty: not known
  std::shared_ptr<const OpenBackup> in;  // nullptr: the server's own disk
};

// The folder of an account: in the backup of --from, else on the server's disk; --of names the
// account there when it is not the same.
Result<PastFolder> find_past(const Client& client, const std::string& name, const Request& request);

// Which messages: all that is not said is not asked for.
struct Choice {
  std::string folder;  // this one and those below it; empty: all
  std::optional<store::Uid> uid;
  std::string message_id;  // with its angle brackets
  static Result<Choice> of(const Request& request);
};

struct PastEntry {
  const store::FolderInfo* folder = nullptr;
  store::EntryRow row;
};

class PastMailbox {
 public:
  // --at says the moment.
  static Result<PastMailbox> open(PastFolder from, const Request& request);

  const store::AccountState& state() const noexcept { return past_.state; }
  const store::Past& past() const noexcept { return past_; }
  const PastFolder& from() const noexcept { return from_; }
  const std::vector<store::Damage>& damage() const noexcept { return past_.damage; }
  const std::vector<std::string>& keywords(const store::EntryRow& row) const;
  // Takes the chosen entries; not_found: no such folder, or no message fits.
  Result<void> choose(const Choice& choice);
  // By name, chosen folders alone, also those without messages.
  const std::vector<const store::FolderInfo*>& folders() const noexcept { return folders_; }
  std::uint64_t messages() const noexcept { return messages_; }
  std::uint64_t bytes() const noexcept { return bytes_; }
  // The full names of the folders that show the item of a chosen entry.
  std::vector<std::string> homes(store::ItemId item) const;

  using Visit = std::function<Result<void>(const PastEntry&, const store::DeliverFrame&)>;
  // Visits the chosen messages, once for each entry, in the order in which they came in.
  Result<void> read(const Visit& visit);
  // Chosen entries that read() did not meet: damaged, or purged meanwhile.
  std::vector<std::string> missing() const;

 private:
  store::Past past_;
  PastFolder from_;
  Choice choice_;
  std::vector<const store::FolderInfo*> folders_;
  std::map<store::ItemId, std::vector<PastEntry>> wanted_;
  std::uint64_t messages_ = 0;
  std::uint64_t bytes_ = 0;
};

// "INBOX UID 7": where a message stood.
std::string where_of(const PastEntry& entry);

}  // namespace kontor::admin
