// SPDX-License-Identifier: GPL-3.0-or-later
// SelectedFolder: the selected mailbox as the client knows it, and how it falls behind the store.
//
// It holds one immutable view of the store. When a newer view is taken (advance()), messages that
// are gone stay in the client's numbering as "ghosts" until their EXPUNGE may be told (RFC 9051,
// 7.5.1), so that a sequence number means the same message all through a command. Cost of
// advance(): what changed, not what is there. Memory only; one coroutine.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "base/core/result.hpp"
#include "server/imap/wire/sequence_set.hpp"
#include "store/mailbox/account.hpp"

namespace kontor::imap {

// A message of the selected mailbox under the number the client knows.
struct NumberedEntry {
  std::uint32_t number = 0;
  store::Entry entry;  // of a ghost: its last state
  bool ghost = false;  // expunged, the client has not been told
};

// Where a walk through a NumberSet stands; a new one starts at the beginning.
struct NumberCursor {
  std::size_t range = 0;
  std::uint32_t offset = 0;
};

class SelectedFolder {
 public:
  // `account` is the folder's.
  SelectedFolder(std::shared_ptr<store::Account> account,
                 std::shared_ptr<const store::FolderView> view,
                 bool read_only);

  const std::shared_ptr<store::Account>& account() const { return account_; }
  store::FolderId id() const { return view_->info().id; }
  bool read_only() const { return read_only_; }
  // The view that the numbers below stand on (ghosts are not in it). Safe to keep for a command.
  const std::shared_ptr<const store::FolderView>& view() const { return view_; }
  const std::vector<store::Entry>& ghosts() const { return ghosts_; }  // in UID order

  std::uint32_t count() const;  // the client's EXISTS, ghosts included
  store::Uid largest_uid() const;
  std::optional<std::uint32_t> number_of(store::Uid uid) const;
  std::optional<NumberedEntry> find(store::Uid uid) const;  // ghosts too
  // Numbers of the messages a set names. Sequence numbers above count(): bad_input (RFC 9051, 9:
  // seq-number). UIDs that do not exist are passed over (6.4.9). `saved`: the UIDs `$` stands for.
  Result<wire::NumberSet> resolve(const wire::SequenceSet& set,
                                  bool by_uid,
                                  const wire::NumberSet& saved) const;
  // The next at most `most` messages of `numbers`; empty at the end. A long answer is made batch by
  // batch without holding the whole list.
  std::vector<NumberedEntry> batch(const wire::NumberSet& numbers,
                                   NumberCursor& cursor,
                                   std::size_t most) const;
  std::vector<store::Uid> uids(const wire::NumberSet& numbers) const;
  wire::NumberSet uid_set(const wire::NumberSet& numbers) const;

  // Goes on to a newer view of the same folder. Returns the entries known before whose flags,
  // keywords or modseq changed since, in UID order; the others become ghosts or are new.
  std::vector<store::Entry> advance(std::shared_ptr<const store::FolderView> newer);
  // Numbers to tell in EXPUNGE responses, in this order; the ghosts are gone afterwards.
  std::vector<std::uint32_t> take_expunges();
  // The same as UIDs, for VANISHED.
  wire::NumberSet take_vanished();
  // True once after count() grew beyond what was last told: send EXISTS.
  bool take_exists();

  // The HIGHESTMODSEQ that a client may remember: every change up to it was told, once the view is.
  store::ModSeq told_modseq() const;
  // Changes of flags after `known` are not told (NOTIFY without FlagChange).
  void leave_untold(store::ModSeq known);

 private:
  std::uint32_t ghosts_below(store::Uid uid) const;
  std::uint32_t ghost_number(std::size_t index) const;  // of ghosts_[index]
  NumberedEntry at(std::uint32_t number) const;
  wire::NumberSet numbers_of_uids(const wire::NumberSet& uids) const;

  std::shared_ptr<store::Account> account_;
  std::shared_ptr<const store::FolderView> view_;
  std::vector<store::Entry> ghosts_;
  std::uint32_t told_ = 0;               // the number of messages the client counts
  std::optional<store::ModSeq> untold_;  // the first change that was left untold is behind it
  bool read_only_;
};

}  // namespace kontor::imap
