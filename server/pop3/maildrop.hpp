// SPDX-License-Identifier: GPL-3.0-or-later
// Maildrop: what one POP3 session sees (RFC 1939, 5): the INBOX as it was at sign-in, and which
// messages the session has marked as deleted.
//
// The exclusive lock of RFC 1939, 4, is not needed: the maildrop is an immutable view, so numbers,
// sizes and unique-ids stay as they are while deliveries, IMAP and other POP3 sessions go on beside
// it. A message that another session expunges meanwhile can still be retrieved. Holding a maildrop
// costs what changed since (store/mailbox/view.hpp). Memory only; one owner.
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/core/result.hpp"
#include "store/mailbox/view.hpp"

namespace kontor::pop3 {

struct Message {
  std::uint32_t number = 0;  // from 1
  store::Uid uid = 0;
  store::ItemId item = 0;
  std::uint64_t size = 0;  // octets as stored
  std::uint32_t header_size = 0;
};

struct DropListing {
  std::uint64_t messages = 0;
  std::uint64_t octets = 0;
};

class Maildrop {
 public:
  // not_found: the account has no INBOX.
  static Result<Maildrop> open(store::AccountView view);

  // Without the marked ones.
  DropListing listing() const noexcept;
  // Numbers go from 1 to this; marked messages keep theirs.
  std::uint32_t count() const noexcept { return static_cast<std::uint32_t>(inbox_->size()); }
  // not_found: no such number, or it is marked.
  Result<Message> find(std::uint32_t number) const;
  // visit(message) for those of the numbers [first, last] that are not marked.
  void for_each(std::uint32_t first,
                std::uint32_t last,
                const std::function<void(const Message&)>& visit) const;
  // Stable over sessions, servers' restarts and renumbering (RFC 1939, 7, UIDL): made of
  // UIDVALIDITY and UID, which are never used again for another message of this INBOX.
  std::string unique_id(store::Uid uid) const;

  void mark(const Message& message);
  void unmark_all();
  std::vector<store::Uid> marked() const;

 private:
  Maildrop(store::AccountView view, std::shared_ptr<const store::FolderView> inbox);
  bool is_marked(std::uint32_t number) const {
    return number <= marks_.size() && marks_[number - 1];
  }
  Message message_of(std::size_t index, const store::Entry& entry) const;

  store::AccountView view_;
  std::shared_ptr<const store::FolderView> inbox_;
  std::vector<bool> marks_;  // empty until the first mark
  DropListing marked_sum_;
};

}  // namespace kontor::pop3
