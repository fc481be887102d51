// SPDX-License-Identifier: GPL-3.0-or-later
#include "calendar/query/data.hpp"

#include "tests/unit/calendar/objects.hpp"

namespace kontor::calendar {
namespace {

const std::string k_zone =
    "BEGIN:VTIMEZONE\nTZID:Europe/"
    "Moscow\nBEGIN:STANDARD\nDTSTART:20141026T020000\nTZOFFSETFROM:+0400\nTZOFFSETTO:+0300\nEND:"
    "STANDARD\nEND:VTIMEZONE\n";

CalendarObject recurring() {
  return object_of(
      k_zone +
      event("DTSTART;TZID=Europe/Moscow:20260105T100000\nDTEND;TZID=Europe/"
            "Moscow:20260105T110000\nRRULE:FREQ=DAILY;COUNT=5\nEXDATE;TZID=Europe/"
            "Moscow:20260106T100000\nSUMMARY:s") +
      event("RECURRENCE-ID;TZID=Europe/Moscow:20260107T100000\nDTSTART;TZID=Europe/"
            "Moscow:20260107T150000\nDTEND;TZID=Europe/Moscow:20260107T160000\nSUMMARY:moved") +
      event("RECURRENCE-ID;TZID=Europe/Moscow:20260109T100000\nDTSTART;TZID=Europe/"
            "Moscow:20260201T150000\nDTEND;TZID=Europe/Moscow:20260201T160000\nSUMMARY:far"));
}

std::string data(const CalendarObject& object,
                 const DataRequest& request,
                 std::size_t most = 1000) {
  ObjectZones zones(object.calendar, machine_zones(), nullptr);
  const auto made = data_of(object, request, zones, most);
  return made ? *made : std::string(name_of(made.error().precondition));
}

TEST(Data, is_expanded) {
  DataRequest request;
  request.expand = range("20260105", "20260108");
  const auto made = read_object(data(recurring(), request));
  ASSERT_TRUE(made) << made.error().sentence;
  ASSERT_EQ(made->calendar.components.size(), 2U);  // no zone, the 5th and the 7th
  const auto& first = made->calendar.components[0];
  EXPECT_EQ(first.value("DTSTART"), "20260105T070000Z");
  EXPECT_EQ(first.value("DTEND"), "20260105T080000Z");
  EXPECT_EQ(first.value("RECURRENCE-ID"), "20260105T070000Z");
  EXPECT_EQ(first.find("RRULE"), nullptr);
  EXPECT_EQ(first.find("EXDATE"), nullptr);
  EXPECT_EQ(first.find("DTSTART")->find("TZID"), nullptr);
  const auto& second = made->calendar.components[1];
  EXPECT_EQ(second.value("DTSTART"), "20260107T120000Z");
  EXPECT_EQ(second.value("RECURRENCE-ID"), "20260107T070000Z");
  EXPECT_EQ(second.value("SUMMARY"), "moved");
}

TEST(Data, expansion_keeps_days_and_floating_times) {
  DataRequest request;
  request.expand = range("20260101", "20260201");
  const auto made = data(
      object_of(event(
          "DTSTART;VALUE=DATE:20260105\nDTEND;VALUE=DATE:20260107\nRRULE:FREQ=WEEKLY;COUNT=2")),
      request);
  EXPECT_TRUE(
      made.contains("DTSTART;VALUE=DATE:20260112\r\nDTEND;VALUE=DATE:20260114\r\nRECURRENCE-ID;"
                    "VALUE=DATE:20260112\r\n"))
      << made;
  const auto floating = data(object_of(event("DTSTART:20260105T100000\nDURATION:PT1H")), request);
  EXPECT_TRUE(floating.contains("DTSTART:20260105T100000\r\nDURATION:PT1H\r\nEND")) << floating;
}

TEST(Data, expansion_is_bounded) {
  DataRequest request;
  request.expand = range("20260101", "20270101");
  EXPECT_EQ(data(object_of(event("DTSTART:19700101T000000Z\nRRULE:FREQ=SECONDLY")), request),
            "max-instances");
  EXPECT_EQ(data(recurring(), request, 2), "max-instances");
}

TEST(Data, is_limited_to_the_overrides_of_a_time) {
  DataRequest request;
  request.limit_recurrence_set = range("20260106", "20260108");
  const auto near = data(recurring(), request);
  EXPECT_TRUE(near.contains("RRULE") && near.contains("moved") && !near.contains("far"));
  request.limit_recurrence_set = range("20260109", "20260110");  // where it was
  EXPECT_TRUE(data(recurring(), request).contains("far"));
  request.limit_recurrence_set = range("20260201", "20260202");  // where it is
  EXPECT_TRUE(data(recurring(), request).contains("far"));
  EXPECT_FALSE(data(recurring(), request).contains("moved"));
}

TEST(Data, is_chosen) {
  DataRequest request;
  request.choice = CompChoice{
      .name = "VCALENDAR",
      .all_properties = false,
      .all_components = false,
      .properties = {{.name = "VERSION"}},
      .components = {{.name = "VEVENT",
                      .all_properties = false,
                      .all_components = false,
                      .properties = {{.name = "uid"}, {.name = "SUMMARY", .no_value = true}},
                      .components = {}}}};
  EXPECT_EQ(data(object_of(event("DTSTART:20260105T100000\nSUMMARY:s")), request),
            "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VEVENT\r\nUID:u\r\nSUMMARY:\r\nEND:"
            "VEVENT\r\nEND:VCALENDAR\r\n");
}

TEST(Data, may_leave_known_zones_out) {
  DataRequest request;
  EXPECT_TRUE(request.is_whole());
  request.without_zones = true;
  EXPECT_FALSE(data(recurring(), request).contains("VTIMEZONE"));
}

TEST(Data, of_busy_time_is_limited) {
  DataRequest request;
  request.limit_freebusy_set = range("20260102", "20260103");
  const auto made =
      data(object_of("BEGIN:VFREEBUSY\nUID:u\nFREEBUSY:20260102T100000Z/PT1H,20260105T100000Z/"
                     "20260105T110000Z\nFREEBUSY:20260109T100000Z/PT1H\nEND:VFREEBUSY\n"),
           request);
  EXPECT_TRUE(made.contains("FREEBUSY:20260102T100000Z/PT1H\r\nEND")) << made;
}

}  // namespace
}  // namespace kontor::calendar
