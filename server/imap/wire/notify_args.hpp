// SPDX-License-Identifier: GPL-3.0-or-later
// Arguments of NOTIFY (RFC 5465, 3.1 and 8). Pure; bad_input with a sentence for the client.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/imap/wire/fetch_args.hpp"
#include "server/imap/wire/mailbox_filter.hpp"

namespace kontor::imap::wire {

inline constexpr std::size_t k_max_groups = 64;
inline constexpr std::size_t k_max_watched = 1'000;  // names of mailboxes in one command

// Events as bits; `unknown` stands for AnnotationChange and everything that is not here.
namespace event {
inline constexpr unsigned message_new = 1, message_expunge = 2, flag_change = 4, mailbox_name = 8,
                          subscription_change = 16, mailbox_metadata = 32, server_metadata = 64,
                          unknown = 128;
inline constexpr unsigned messages = message_new | message_expunge | flag_change;
}  // namespace event
// The names of all that can be asked for, as BADEVENT lists them.
inline constexpr std::string_view k_event_names =
    "MessageNew MessageExpunge FlagChange MailboxName SubscriptionChange MailboxMetadataChange "
    "ServerMetadataChange";

struct EventGroup {
  MailboxFilter where;
  unsigned events = 0;         // event::...; 0: NONE
  std::optional<Fetch> fetch;  // of a new message in the selected mailbox; nothing is read
};

struct Notify {
  bool none = false;
  bool status = false;
  std::vector<EventGroup> groups;
};
Result<Notify> parse_notify(std::string_view text, bool utf8);

}  // namespace kontor::imap::wire
