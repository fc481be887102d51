// SPDX-License-Identifier: GPL-3.0-or-later
// Copies of what people send in the name of a shared mailbox, in its Sent folder: when there are
// any, and which message of the folder is the server's own. A copy is known by its EMAILID, which
// is made of the message's Message-ID, so that one message has one copy, and so that the copy that
// a mail program stores itself takes its place (server/imap/cmd_append.cpp). Pure.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "store/mailbox/account.hpp"

namespace kontor::sharing {

enum class SentCopies : unsigned char {
  none,
  send_as,  // what was sent as the mailbox
  all,      // what was sent on its behalf too
};
inline constexpr SentCopies k_default_sent_copies = SentCopies::send_as;
// The annotation of the account that says so, where it is not the default.
inline constexpr std::string_view k_sent_copies = "/private/vendor/kontor/sent-copies";
std::optional<SentCopies> parse_sent_copies(std::string_view word);  // "send-as", "all", "none"
std::string_view sent_copies_text(SentCopies copies);
SentCopies sent_copies_of(const store::AccountView& view);

// `message_id` as its field has it; nil: it is empty.
Uuid sent_copy_guid(const store::AccountId& account, std::string_view message_id);
// Among the newest messages of this folder; nothing: it is not there.
std::optional<store::Uid> find_sent_copy(const store::AccountView& view,
                                         store::FolderId folder,
                                         const Uuid& guid);

}  // namespace kontor::sharing
