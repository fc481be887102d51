// SPDX-License-Identifier: GPL-3.0-or-later
// What a client has asked to be told without asking again (NOTIFY, RFC 5465; METADATA enabled, RFC
// 5464 4.4.2), and the telling of it.
//
// Nothing is queued: two immutable views of the account are compared when something was committed,
// so that an idle session keeps a view, which costs what changed since, and a telling costs what
// changed. One coroutine, that of the connection.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "server/imap/mailbox.hpp"
#include "server/imap/wire/notify_args.hpp"

namespace kontor::imap {

// Something this session did itself and need not be told (RFC 5465, 5).
struct OwnChange {
  unsigned event = 0;                // wire::event::...
  std::string name;                  // of the mailbox, afterwards; of a deleted one, before
  bool exists = true;                // afterwards
  std::string entry;                 // of metadata, as stored
  std::optional<std::string> value;  // of metadata
};

// An account of somebody else where something is to be told of.
struct Watched {
  std::shared_ptr<store::Account> account;
  store::AccountView told;
  store::Watch watch;  // wakes the session
};

struct Notices {
  bool given = false;  // NOTIFY was: what the selected mailbox tells is what it says
  std::vector<wire::EventGroup> groups;
  std::optional<store::AccountView> told;  // what the client knows of; only while it is to be told
  store::Watch watch;                      // wakes the session; only while there are groups
  std::vector<Watched> others;             // those that gave the person something when he asked
  std::vector<OwnChange> own;
};

// More accounts of others than this are not watched: NOTIFICATIONOVERFLOW.
inline constexpr std::size_t k_most_watched = 100;
// More lines than this at once are not told: NOTIFICATIONOVERFLOW (5.8).
inline constexpr std::size_t k_most_notices = 1'000;

// From now on these groups; none: nothing more is told.
void set_notices(Session& session, std::vector<wire::EventGroup> groups);
// Opens and watches the accounts of others where a group's filter means a folder that the person
// may read; those that cannot be opened are passed over.
Task<void> watch_others(Session& session);
// What is told is compared from now on, for ENABLE METADATA.
void watch_metadata(Session& session);
void note_own(Session& session, OwnChange change);
void note_own(Session& session, unsigned event, std::string name, bool exists = true);

// The events that groups, other than those of the selected mailbox, ask for of this one.
// The folder has the name that the person knows.
unsigned events_for(const Session& session,
                    const store::Account& account,
                    const store::FolderInfo& folder);
// All folders of somebody else's account, under those names.
std::vector<store::FolderInfo> folders_as_shown(const Session& session,
                                                const store::AccountView& view);
// "* STATUS ..." for the message events in `events`, with what NOTIFY SET STATUS owes (3.1).
unsigned status_items_for(const Session& session, unsigned events);

// What is told of the selected mailbox.
struct SelectedEvents {
  unsigned events = wire::event::messages;
  bool delayed = false;                // no EXPUNGE between commands
  const wire::Fetch* fetch = nullptr;  // of new messages; valid until the next NOTIFY
};
SelectedEvents selected_events(const Session& session);

enum class Moment : unsigned char { command_end, idle, between };
// sync() and everything else the client has asked for, as far as this moment allows.
Task<Result<void>> tell_changes(Session& session, SyncRules rules, Moment moment);
// Is anything to be told between commands?
bool tells_between(const Session& session);
// "* OK [NOTIFICATIONOVERFLOW] ..." and as if NOTIFY NONE had come.
void tell_overflow(Session& session);

}  // namespace kontor::imap
