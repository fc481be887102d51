// SPDX-License-Identifier: GPL-3.0-or-later
#include "calendar/query/filter.hpp"

#include "tests/unit/calendar/objects.hpp"

namespace kontor::calendar {
namespace {

CompFilter component(std::string name) {
  return {.name = std::move(name),
          .is_not_defined = false,
          .range = {},
          .properties = {},
          .components = {}};
}
CompFilter whole(CompFilter inner) {
  CompFilter filter = component("VCALENDAR");
  filter.components.push_back(std::move(inner));
  return filter;
}
PropFilter property(std::string name, std::optional<TextMatch> text = {}) {
  return {.name = std::move(name),
          .is_not_defined = false,
          .range = {},
          .text = std::move(text),
          .parameters = {}};
}
bool is(const CompFilter& filter, const CalendarObject& object) {
  ObjectZones zones(object.calendar, machine_zones(), nullptr);
  Budget budget;
  return matches(filter, object, zones, budget);
}
bool in_range(std::string_view name,
              const CalendarObject& object,
              std::string_view begin,
              std::string_view end) {
  CompFilter filter = component(std::string(name));
  filter.range = range(begin, end);
  return is(whole(filter), object);
}

TEST(Filter, asks_for_components) {
  const auto object = object_of(event("DTSTART:20260101T100000Z"));
  EXPECT_TRUE(is(component("VCALENDAR"), object));
  EXPECT_TRUE(is(whole(component("VEVENT")), object));
  EXPECT_FALSE(is(whole(component("VTODO")), object));
  CompFilter absent = component("VTODO");
  absent.is_not_defined = true;
  EXPECT_TRUE(is(whole(absent), object));
  absent.name = "VEVENT";
  EXPECT_FALSE(is(whole(absent), object));
  CompFilter alarm = component("VEVENT");
  alarm.components.push_back(component("VALARM"));
  EXPECT_FALSE(is(whole(alarm), object));
  EXPECT_EQ(component_of(whole(alarm)), "VEVENT");
}

TEST(Filter, asks_for_properties) {
  const auto object = object_of(
      event("DTSTART:20260101T100000Z\nSUMMARY:Встреча\\, "
            "Общая\nATTENDEE;PARTSTAT=ACCEPTED:mailto:a@b\nATTENDEE;PARTSTAT=DECLINED:mailto:c@d"));
  const auto with = [&](PropFilter one) {
    CompFilter filter = component("VEVENT");
    filter.properties.push_back(std::move(one));
    return is(whole(filter), object);
  };
  EXPECT_TRUE(with(property("SUMMARY")));
  EXPECT_FALSE(with(property("LOCATION")));
  EXPECT_TRUE(with(property(
      "SUMMARY", TextMatch{.text = "ВСТРЕЧА, о", .collation = Collation::unicode_casemap})));
  EXPECT_FALSE(with(
      property("SUMMARY", TextMatch{.text = "ВСТРЕЧА", .collation = Collation::ascii_casemap})));
  EXPECT_FALSE(with(property("SUMMARY", TextMatch{.text = "Встреча", .negate = true})));
  EXPECT_TRUE(with(property("UID", TextMatch{.text = "U", .collation = Collation::ascii_casemap})));
  EXPECT_FALSE(with(property("UID", TextMatch{.text = "U", .collation = Collation::octet})));
  PropFilter absent = property("LOCATION");
  absent.is_not_defined = true;
  EXPECT_TRUE(with(absent));
  // Both conditions of one property, not of two.
  PropFilter accepted = property("ATTENDEE", TextMatch{.text = "a@b"});
  accepted.parameters.push_back(
      {.name = "PARTSTAT", .is_not_defined = false, .text = TextMatch{.text = "ACCEPTED"}});
  EXPECT_TRUE(with(accepted));
  accepted.parameters[0].text->text = "DECLINED";
  EXPECT_FALSE(with(accepted));
  PropFilter start = property("DTSTART");
  start.range = range("20260101", "20260102");
  EXPECT_TRUE(with(start));
  start.range = range("20260102", "20260103");
  EXPECT_FALSE(with(start));
}

TEST(Filter, asks_for_events_in_a_time) {
  const auto object =
      object_of(event("DTSTART:20260101T100000Z\nDTEND:20260101T110000Z\nRRULE:FREQ=WEEKLY"));
  EXPECT_TRUE(in_range("VEVENT", object, "20300103T103000Z", "20300103T104000Z"));
  EXPECT_FALSE(in_range("VEVENT", object, "20300104", "20300105"));
  CompFilter other = component("VEVENT");
  other.range = range("20300103", "20300104");
  other.properties.push_back(property("SUMMARY"));
  EXPECT_FALSE(is(whole(other), object));
  EXPECT_EQ(bound_of(whole(other)), range("20300103", "20300104"));
}

TEST(Filter, asks_for_tasks_by_the_table_of_rfc_4791) {
  const auto todo = [](std::string_view lines) {
    return object_of("BEGIN:VTODO\nUID:u\n" + std::string(lines) + "\nEND:VTODO\n");
  };
  const auto hit = [](const CalendarObject& object) {
    return in_range("VTODO", object, "20260102", "20260103");
  };
  EXPECT_TRUE(hit(todo("DTSTART:20260101T120000Z\nDURATION:P1D")));
  EXPECT_TRUE(hit(todo("DTSTART:20260101T000000Z\nDURATION:P1D")));  // start <= end of it
  EXPECT_FALSE(hit(todo("DTSTART:20260101T000000Z\nDURATION:PT23H")));
  EXPECT_TRUE(hit(todo("DTSTART:20260101T120000Z\nDUE:20260104T000000Z")));
  EXPECT_FALSE(hit(todo("DTSTART:20260101T120000Z\nDUE:20260102T000000Z")));
  EXPECT_TRUE(hit(todo("DTSTART:20260102T120000Z")));
  EXPECT_FALSE(hit(todo("DTSTART:20260103T000000Z")));
  EXPECT_TRUE(hit(todo("DUE:20260103T000000Z")));
  EXPECT_FALSE(hit(todo("DUE:20260102T000000Z")));
  EXPECT_TRUE(hit(todo("CREATED:20260101T000000Z\nCOMPLETED:20260105T000000Z")));
  EXPECT_FALSE(hit(todo("CREATED:20260104T000000Z\nCOMPLETED:20260105T000000Z")));
  EXPECT_TRUE(hit(todo("COMPLETED:20260103T000000Z")));
  EXPECT_FALSE(hit(todo("COMPLETED:20260103T000001Z")));
  EXPECT_TRUE(hit(todo("CREATED:20260102T235959Z")));
  EXPECT_FALSE(hit(todo("CREATED:20260103T000000Z")));
  EXPECT_TRUE(hit(todo("SUMMARY:whenever")));
}

TEST(Filter, asks_for_notes_and_busy_time) {
  const auto note = [](std::string_view lines) {
    return object_of("BEGIN:VJOURNAL\nUID:u\n" + std::string(lines) + "\nEND:VJOURNAL\n");
  };
  EXPECT_TRUE(
      in_range("VJOURNAL", note("DTSTART;VALUE=DATE:20260102"), "20260102T230000Z", "20260104"));
  EXPECT_FALSE(in_range("VJOURNAL", note("DTSTART;VALUE=DATE:20260102"), "20260103", "20260104"));
  EXPECT_FALSE(in_range("VJOURNAL", note("SUMMARY:x"), "20260103", "20260104"));
  const auto busy = object_of(
      "BEGIN:VFREEBUSY\nUID:u\nFREEBUSY:20260102T100000Z/PT1H,20260105T100000Z/"
      "20260105T110000Z\nEND:VFREEBUSY\n");
  EXPECT_TRUE(in_range("VFREEBUSY", busy, "20260105", "20260106"));
  EXPECT_FALSE(in_range("VFREEBUSY", busy, "20260103", "20260104"));
}

TEST(Filter, asks_for_alarms) {
  const auto object = object_of(
      event("DTSTART;TZID=Europe/Moscow:20260105T100000\nDURATION:PT1H\nRRULE:FREQ=DAILY\n"
            "BEGIN:VALARM\nACTION:DISPLAY\nTRIGGER;RELATED=END:-PT30M\nREPEAT:2\nDURATION:"
            "PT5M\nEND:VALARM"));
  const auto rings = [&](std::string_view begin, std::string_view end) {
    CompFilter alarm = component("VALARM");
    alarm.range = range(begin, end);
    CompFilter outer = component("VEVENT");
    outer.components.push_back(alarm);
    return is(whole(outer), object);
  };
  EXPECT_TRUE(rings("20260107T073000Z", "20260107T073001Z"));
  EXPECT_TRUE(rings("20260107T073959Z", "20260107T074001Z"));
  EXPECT_FALSE(rings("20260107T073001Z", "20260107T073459Z"));
  EXPECT_FALSE(rings("20260107T074001Z", "20260107T235900Z"));
}

TEST(Filter, is_checked) {
  const auto fault = [](const CompFilter& filter) {
    const auto checked = check_filter(filter);
    return checked ? "" : std::string(name_of(checked.error().precondition));
  };
  EXPECT_EQ(fault(component("VEVENT")), "valid-filter");
  EXPECT_EQ(fault(whole(component("VEVENT"))), "");
  CompFilter backwards = component("VEVENT");
  backwards.range = TimeRange{utc("20260102"), utc("20260101")};
  EXPECT_EQ(fault(whole(backwards)), "valid-filter");
  CompFilter top = component("VCALENDAR");
  top.range = range("20260101", "20260102");
  EXPECT_EQ(fault(top), "supported-filter");
  CompFilter named = component("VEVENT");
  named.properties.push_back(property("SUMMARY"));
  named.properties[0].range = range("20260101", "20260102");
  EXPECT_EQ(fault(whole(named)), "supported-filter");
}

TEST(Filter, counts_as_met_when_the_budget_is_spent) {
  const auto object =
      object_of(event("DTSTART:19700101T000000Z\nRRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30"));
  CompFilter filter = component("VEVENT");
  filter.range = range("20260101", "20270101");
  ObjectZones zones(object.calendar, machine_zones(), nullptr);
  Budget little{.steps = 5};
  EXPECT_TRUE(matches(whole(filter), object, zones, little));
  EXPECT_FALSE(is(whole(filter), object));
}

}  // namespace
}  // namespace kontor::calendar
