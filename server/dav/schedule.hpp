// SPDX-License-Identifier: GPL-3.0-or-later
// CalDAV scheduling (RFC 6638) as WebDAV shows it: inbox and outbox, properties, refusals. What a
// change does is server/scheduling's.
#pragma once
#include <optional>
#include <string>

#include "server/dav/answers.hpp"
#include "server/scheduling/scheduler.hpp"

namespace kontor::dav {

// Makes the inbox and the outbox of an account.
Task<Result<void>> make_schedule_boxes(store::Account& account);
bool is_inbox(const Resource& resource);  // the collection itself
bool is_outbox(const Resource& resource);
// One of the two, or something in it.
bool is_in_schedule_box(const Resource& resource);

// Of schedule-inbox-URL, schedule-outbox-URL, schedule-tag, schedule-default-calendar-URL and
// schedule-calendar-transp.
std::optional<xml::Element> schedule_property(const xml::Name& name,
                                              const Context& context,
                                              const Resource& resource);
// Where the schedule tag of an object is kept (scheduling::Environment::tag_entry).
std::string schedule_tag_entry(std::string_view object);

// Does a change of the object concern scheduling? Null: nothing is scheduled here.
scheduling::Scheduler* scheduler_for(const Context& context, const Resource& object);
// If-Schedule-Tag-Match, without its quotes.
std::optional<std::string> wanted_schedule_tag(const http::wire::Request& request);
// Does the object have it (RFC 6638, 8.3)? Nothing is asked for: yes.
bool has_wanted_schedule_tag(const Context& context, const Resource& object);
http::wire::Response refuse_schedule(const Context& context, const scheduling::Refusal& why);
// unique-scheduling-object-resource, with the address of the other.
http::wire::Response refuse_second(const Context& context, const scheduling::FoundObject& other);

// Takes the object away and tells those whom it concerns; or why it stays.
Task<Result<std::optional<http::wire::Response>>> remove_scheduled(Context& context,
                                                                   Resource object,
                                                                   store::ObjectCondition condition,
                                                                   bool has_tag = true);
// The collection, and with it all meetings; those are told whom they concern.
Task<Result<std::optional<http::wire::Response>>> remove_calendar(Context& context,
                                                                  Resource calendar);

// For PROPPATCH of an inbox: the calendar that new invitations come into. nothing: the update does
// not say; a refusal: it is no calendar of the owner's.
std::optional<std::expected<store::AnnotationChange, http::wire::Response>> default_calendar_change(
    const Context& context, const xml::Element& update);

// To the outbox: who is busy (RFC 6638, 5). To an event: an attachment (server/dav/attach.hpp).
Task<Answer> do_post(Context& context);

}  // namespace kontor::dav
