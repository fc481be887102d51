// SPDX-License-Identifier: GPL-3.0-or-later
// Mailboxes that belong to nobody alone.
#pragma once
#include <array>

#include "directory/model/model.hpp"

namespace kontor::directory {

// msExchRecipientTypeDetails of a shared mailbox, kept here or elsewhere ([MS-OXOABK] has no list
// of them; Exchange's own: SharedMailbox and RemoteSharedMailbox).
inline constexpr std::int64_t k_shared_mailbox = 4;
inline constexpr std::int64_t k_remote_shared_mailbox = 34'359'738'368;

// A mailbox that people work in together and nobody signs in to: an object that Exchange calls so.
// Its account is disabled; mail to it is taken all the same.
inline bool is_shared_mailbox(const Principal& principal) {
  const auto type = principal.mail_rules.recipient_type;
  return principal.kind == Kind::person && !principal.mail.empty() &&
         (type == k_shared_mailbox || type == k_remote_shared_mailbox);
}

// The owner of the account that holds the public folders: the organisation, which no directory has.
// `Binding`: {source, guid}.
template <class Binding>
Binding public_folders_owner() {
  constexpr std::array<std::uint8_t, 16> k_guid{0x6b, 0x6f, 0x6e, 0x74, 0x6f, 0x72, 0x40, 0x00,
                                                0x80, 0x00, 0x70, 0x75, 0x62, 0x6c, 0x69, 0x63};
  return Binding{"kontor", Uuid(k_guid)};
}

}  // namespace kontor::directory
