// SPDX-License-Identifier: GPL-3.0-or-later
#include "calendar/ical/object.hpp"

#include "tests/unit/calendar/objects.hpp"

namespace kontor::calendar {
namespace {

std::string fault(std::string_view inner, const ObjectLimits& limits = {}) {
  const auto object = read_object(wrapped(inner), limits);
  return object
             ? "taken"
             : std::string(name_of(object.error().precondition)) + ": " + object.error().sentence;
}

TEST(Object, says_what_it_holds) {
  const auto object =
      object_of(event("DTSTART:20260101T100000Z\nSUMMARY:Встреча\\, общая\nLOCATION:Комната "
                      "5\nDESCRIPTION:a\\nb\nCATEGORIES:work\n"
                      "ORGANIZER;CN=Boss:mailto:Boss@Example.org\nATTENDEE;PARTSTAT=accepted;ROLE="
                      "CHAIR;CUTYPE=room;RSVP=TRUE:MAILTO:room@example.org\n"
                      "BEGIN:VALARM\nACTION:AUDIO\nTRIGGER:-PT5M\nEND:VALARM\nRRULE:FREQ=DAILY") +
                event("RECURRENCE-ID:20260102T100000Z\nDTSTART:20260102T120000Z\nSUMMARY:"
                      "Другая\nATTENDEE:mailto:ROOM@example.org\nATTENDEE:mailto:c@example.org"));
  EXPECT_EQ(object.uid, "u");
  EXPECT_EQ(object.kind, Kind::event);
  EXPECT_TRUE(object.is_recurring());
  EXPECT_TRUE(object.has_alarm());
  EXPECT_EQ(object.parts().size(), 2U);
  EXPECT_EQ(calendar_address(object.organizer()->address), "boss@example.org");
  const auto people = object.attendees();
  ASSERT_EQ(people.size(), 2U);
  EXPECT_EQ(people[0].partstat, "ACCEPTED");
  EXPECT_EQ(people[0].user_type, "ROOM");
  EXPECT_TRUE(people[0].rsvp);
  EXPECT_EQ(people[1].partstat, "NEEDS-ACTION");
  const auto text = text_of(object);
  EXPECT_EQ(text.summary, "Встреча, общая");
  EXPECT_EQ(text.description, "a\nb");
  EXPECT_EQ(
      text.others,
      "work\nBoss\nboss@example.org\nroom@example.org\nДругая\nroom@example.org\nc@example.org");
}

TEST(Object, is_refused_with_the_precondition) {
  const std::string start = "DTSTART:20260101T100000Z";
  EXPECT_EQ(fault(""), "valid-calendar-object-resource: There is no event, task or note in it.");
  EXPECT_EQ(fault("METHOD:REQUEST\n" + event(start)),
            "valid-calendar-object-resource: A stored object has no METHOD.");
  EXPECT_EQ(fault(event(start) + event(start)),
            "valid-calendar-object-resource: Two components of one UID have no RECURRENCE-ID.");
  EXPECT_EQ(fault(event(start) + "BEGIN:VEVENT\nUID:v\nRECURRENCE-ID:20260101T100000Z\n" + start +
                  "\nEND:VEVENT\n"),
            "valid-calendar-object-resource: It has more than one UID.");
  EXPECT_EQ(fault(event(start) + "BEGIN:VTODO\nUID:u\nEND:VTODO\n"),
            "valid-calendar-object-resource: It has components of two kinds.");
  EXPECT_EQ(fault("BEGIN:VEVENT\n" + start + "\nEND:VEVENT\n"),
            "valid-calendar-object-resource: VEVENT has no UID.");
  EXPECT_EQ(fault("BEGIN:VPOLL\nUID:u\nEND:VPOLL\n"),
            "supported-calendar-component: \"VPOLL\" is not supported.");
  EXPECT_EQ(fault(event("SUMMARY:x")), "valid-calendar-data: A VEVENT has no DTSTART.");
  EXPECT_EQ(fault(event("DTSTART:soon")),
            "valid-calendar-data: DTSTART \"soon\" is no date or time.");
  EXPECT_EQ(fault(event(start + "\n" + start)),
            "valid-calendar-data: VEVENT has more than one DTSTART.");
  EXPECT_EQ(fault(event(start + "\nDURATION:1H")),
            "valid-calendar-data: DURATION \"1H\" cannot be read.");
  EXPECT_EQ(fault(event(start + "\nRRULE:FREQ=NEVER")),
            "valid-calendar-data: RRULE: FREQ=NEVER cannot be read.");
  EXPECT_EQ(fault(event(start + "\nEXDATE:x")),
            "valid-calendar-data: EXDATE \"x\" is no date or time.");
  EXPECT_EQ(fault(event(start + "\nEXDATE:")), "taken");
  EXPECT_EQ(fault("CALSCALE:HEBREW\n" + event(start)),
            "valid-calendar-data: CALSCALE \"HEBREW\" is not GREGORIAN.");
  EXPECT_EQ(read_object("hello").error().precondition, Precondition::valid_calendar_data);
  EXPECT_EQ(read_object(wrapped(event(start)) + wrapped(event(start))).error().sentence,
            "It is not one VCALENDAR.");
}

TEST(Object, is_limited) {
  ObjectLimits limits;
  limits.overrides = 1;
  limits.attendees = 1;
  limits.dates = 2;
  limits.text.bytes = 4000;
  limits.earliest = read_date_time("19000101")->local;
  limits.latest = read_date_time("21000101")->local;
  const std::string start = "DTSTART:20260101T100000Z";
  const std::string changed = event("RECURRENCE-ID:20260101T100000Z\n" + start);
  EXPECT_EQ(fault(changed + changed, limits), "max-instances: More than 1 changed instances.");
  EXPECT_EQ(fault(event(start + "\nATTENDEE:a\nATTENDEE:b"), limits),
            "max-attendees-per-instance: More than 1 attendees.");
  EXPECT_EQ(
      fault(event(start + "\nRDATE:20260101T100000Z,20260102T100000Z\nEXDATE:20260101T100000Z"),
            limits),
      "max-instances: More than 2 values of RDATE and EXDATE.");
  EXPECT_EQ(fault(event(start + "\nSUMMARY:" + std::string(4000, 'x')), limits),
            "max-resource-size: It is larger than 4000 bytes.");
  EXPECT_EQ(fault(event("DTSTART:18991231T100000Z"), limits),
            "min-date-time: DTSTART \"18991231T100000Z\" is too early.");
  EXPECT_EQ(fault(event("DTSTART;VALUE=DATE:21000102"), limits),
            "max-date-time: DTSTART \"21000102\" is too late.");
}

TEST(Object, of_a_hundred_thousand_overrides_is_refused_soon) {
  std::string inner = event("DTSTART:20260101T100000Z\nRRULE:FREQ=DAILY");
  for (int i = 0; i < 100'000; ++i)
    inner += "BEGIN:VEVENT\nUID:u\nRECURRENCE-ID:20260101T100000Z\nEND:VEVENT\n";
  EXPECT_EQ(read_object(wrapped(inner)).error().precondition, Precondition::max_instances);
}

TEST(Object, of_many_is_split_by_uid_with_its_zones) {
  const auto bytes = wrapped(
      "METHOD:PUBLISH\nBEGIN:VTIMEZONE\nTZID:Mine\nBEGIN:STANDARD\nDTSTART:"
      "20000101T000000\nTZOFFSETFROM:+0100\nTZOFFSETTO:+0100\nEND:STANDARD\nEND:VTIMEZONE\n" +
      event("DTSTART;TZID=Mine:20260101T100000\nRRULE:FREQ=DAILY") +
      "BEGIN:VEVENT\nDTSTART:20260101T100000Z\nSUMMARY:no uid\nEND:VEVENT\n" +
      event("DTSTART;TZID=Mine:20260102T120000\nRECURRENCE-ID;TZID=Mine:20260102T100000") +
      "BEGIN:VTODO\nUID:t\nEND:VTODO\n");
  const auto objects = split_objects(bytes);
  ASSERT_TRUE(objects) << objects.error().sentence;
  ASSERT_EQ(objects->size(), 3U);
  const auto first = read_object((*objects)[0]);
  ASSERT_TRUE(first) << first.error().sentence;
  EXPECT_EQ(first->parts().size(), 2U);
  EXPECT_EQ(first->calendar.components.front().name, "VTIMEZONE");
  EXPECT_TRUE(read_object((*objects)[1])->uid.starts_with("kontor-"));
  EXPECT_EQ(split_objects(bytes)->at(1), (*objects)[1]);
  EXPECT_EQ(read_object((*objects)[2])->kind, Kind::todo);
}

}  // namespace
}  // namespace kontor::calendar
