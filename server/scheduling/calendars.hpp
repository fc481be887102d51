// SPDX-License-Identifier: GPL-3.0-or-later
// The calendars of an account as scheduling sees them: objects by their UID wherever they lie, the
// calendar that new ones come into, the inbox.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "base/core/result.hpp"
#include "base/core/task.hpp"
#include "calendar/ical/object.hpp"
#include "calendar/zone/zones.hpp"
#include "store/mailbox/account.hpp"

namespace kontor::scheduling {

// Folder names.
inline constexpr std::string_view k_inbox = "calendar:inbox";
inline constexpr std::string_view k_outbox = "calendar:outbox";
inline constexpr std::string_view k_default_calendar = "calendar:default";
// Of the folder k_inbox: the name of the folder that new invitations come into.
inline constexpr std::string_view k_default_entry = "/schedule/default";

// A calendar or a list of tasks; not the inbox and the outbox.
bool is_calendar(const store::FolderInfo& folder);

struct FoundObject {
  store::FolderId folder = 0;
  std::string name;
  store::Item item;
};
// In all calendars. Memory only.
std::optional<FoundObject> find_by_uid(const store::AccountView& view, std::string_view uid);
std::optional<FoundObject> find_by_name(const store::AccountView& view,
                                        store::FolderId folder,
                                        const std::string& name);

// Where new invitations come: what its owner chose, else "default", else the first there is; for
// tasks a list of tasks before all.
std::optional<store::FolderInfo> default_calendar(const store::AccountView& view,
                                                  calendar::Kind kind = calendar::Kind::event);

// The schedule tag (RFC 6638, 3.2.10) of an object is its entity tag, but where the server alone
// has changed it: then the annotation `entry` of its folder has "ENTITY-TAG SCHEDULE-TAG".
std::string schedule_tag(const store::AccountView& view,
                         store::FolderId folder,
                         std::string_view entry,
                         const Uuid& entity_tag);
// The object got another entity tag and keeps its schedule tag. One that is not kept is no harm: a
// client asks once more.
Task<void> keep_schedule_tag(store::Account& account,
                             store::FolderId folder,
                             std::string entry,
                             Uuid entity_tag,
                             std::string schedule_tag);

// What is known of an object without reading it. `floating`: null is UTC.
store::ObjectKeys keys_of(const calendar::CalendarObject& object,
                          const calendar::Zones& zones,
                          calendar::ZonePtr floating = nullptr);

// Puts a message into the inbox, which is made when there is none. The newest k_most_items are
// kept.
inline constexpr std::size_t k_most_items = 300;
Task<Result<void>> put_into_inbox(store::Account& account, std::string bytes);

}  // namespace kontor::scheduling
