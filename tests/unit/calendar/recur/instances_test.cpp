// SPDX-License-Identifier: GPL-3.0-or-later
#include "calendar/recur/instances.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <fstream>

#include "base/core/text.hpp"
#include "tests/support/source_dir.hpp"
#include "tests/unit/calendar/objects.hpp"

namespace kontor::calendar {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(Instances, keep_the_wall_clock_over_daylight_saving) {
  const auto object =
      object_of(event("DTSTART;TZID=Europe/Berlin:20260327T090000\nDTEND;TZID=Europe/"
                      "Berlin:20260327T100000\nRRULE:FREQ=DAILY"));
  EXPECT_THAT(instances(object, range("20260328", "20260331")),
              ElementsAre("20260328T080000Z/20260328T090000Z", "20260329T070000Z/20260329T080000Z",
                          "20260330T070000Z/20260330T080000Z"));
}

TEST(Instances, of_every_hour_count_a_skipped_one_once) {
  const auto object =
      object_of(event("DTSTART;TZID=Europe/Berlin:20260328T000000\nRRULE:FREQ=HOURLY"));
  EXPECT_THAT(instances(object, range("20260329T000000Z", "20260329T030000Z")),
              ElementsAre("20260329T000000Z/20260329T000000Z", "20260329T010000Z/20260329T010000Z",
                          "20260329T020000Z/20260329T020000Z"));
}

TEST(Instances, follow_what_russia_changed) {
  const auto object = object_of(event(
      "DTSTART;TZID=Russian Standard Time:20091015T100000\nDURATION:PT1H\nRRULE:FREQ=MONTHLY"));
  EXPECT_THAT(instances(object, range("20100701", "20100801")),
              ElementsAre("20100715T060000Z/20100715T070000Z"));
  EXPECT_THAT(instances(object, range("20111201", "20120101")),
              ElementsAre("20111215T060000Z/20111215T070000Z"));
  EXPECT_THAT(
      instances(object, range("20141001", "20141201")),
      ElementsAre("20141015T060000Z/20141015T070000Z", "20141115T070000Z/20141115T080000Z"));
}

TEST(Instances, of_an_overnight_event_last_as_the_rfc_says) {
  // DTEND is exact, a DURATION of days nominal (RFC 5545, 3.8.5.3 and 3.3.6).
  const auto exact =
      object_of(event("DTSTART;TZID=Europe/Berlin:20260320T220000\nDTEND;TZID=Europe/"
                      "Berlin:20260321T220000\nRRULE:FREQ=WEEKLY;COUNT=3"));
  EXPECT_THAT(instances(exact, range("20260327T200000Z", "20260329")),
              ElementsAre("20260327T210000Z/20260328T210000Z"));
  const auto spring =
      object_of(event("DTSTART;TZID=Europe/Berlin:20260321T220000\nDTEND;TZID=Europe/"
                      "Berlin:20260322T220000\nRRULE:FREQ=WEEKLY;COUNT=2"));
  EXPECT_THAT(instances(spring, range("20260328", "20260330")),
              ElementsAre("20260328T210000Z/20260329T210000Z"));
  const auto nominal = object_of(
      event("DTSTART;TZID=Europe/Berlin:20260328T220000\nDURATION:P1D\nRRULE:FREQ=WEEKLY;COUNT=1"));
  EXPECT_THAT(instances(nominal, range("20260328", "20260330")),
              ElementsAre("20260328T210000Z/20260329T200000Z"));
}

TEST(Instances, of_whole_days_lie_in_the_zone_of_the_reader) {
  const auto object = object_of(event("DTSTART;VALUE=DATE:20260101\nRRULE:FREQ=YEARLY;COUNT=2"));
  EXPECT_THAT(
      instances(object, range("20260101", "20280101"), "Europe/Moscow"),
      ElementsAre("20251231T210000Z/20260101T210000Z", "20261231T210000Z/20270101T210000Z"));
  EXPECT_THAT(instances(object_of(event("DTSTART:20260101T090000")), range("20260101", "20260102"),
                        "Asia/Kolkata"),
              ElementsAre("20260101T033000Z/20260101T033000Z"));
}

TEST(Instances, come_of_rules_dates_and_exceptions) {
  const auto object = object_of(event(
      "DTSTART;TZID=Europe/Moscow:20260105T100000\nDURATION:PT30M\nRRULE:FREQ=WEEKLY;COUNT=4\n"
      "RDATE;TZID=Europe/Moscow:20260107T120000\nRDATE;VALUE=PERIOD:20260108T000000Z/PT2H\n"
      "EXDATE:20260112T070000Z\nEXDATE;VALUE=DATE:20260119"));
  EXPECT_THAT(
      instances(object, range("20260101", "20270101")),
      ElementsAre("20260105T070000Z/20260105T073000Z", "20260107T090000Z/20260107T093000Z",
                  "20260108T000000Z/20260108T020000Z", "20260126T070000Z/20260126T073000Z"));
}

TEST(Instances, that_were_moved_are_where_they_are_now) {
  const auto object = object_of(
      event("DTSTART:20260105T100000Z\nDTEND:20260105T110000Z\nRRULE:FREQ=DAILY;COUNT=5") +
      event("RECURRENCE-ID:20260106T100000Z\nDTSTART:20260301T120000Z\nDTEND:20260301T140000Z") +
      event("RECURRENCE-ID:20260107T100000Z\nSEQUENCE:1\nDTSTART:20260107T150000Z\nDTEND:"
            "20260107T160000Z") +
      event("RECURRENCE-ID:20260107T100000Z\nDTSTART:20260107T170000Z\nDTEND:20260107T180000Z"));
  EXPECT_THAT(instances(object, range("20260106", "20260108")),
              ElementsAre("20260107T150000Z/20260107T160000Z"));
  EXPECT_THAT(instances(object, range("20260301", "20260302")),
              ElementsAre("20260301T120000Z/20260301T140000Z"));
  EXPECT_EQ(instances(object, range("20260101", "20270101")).size(), 5U);
}

TEST(Instances, from_one_on_may_be_others) {
  const auto object = object_of(
      event("DTSTART;TZID=Europe/"
            "Moscow:20260105T100000\nDURATION:PT1H\nRRULE:FREQ=DAILY;COUNT=5\nSUMMARY:old") +
      event("RECURRENCE-ID;TZID=Europe/"
            "Moscow;RANGE=THISANDFUTURE:20260107T100000\nDTSTART;TZID=Europe/"
            "Moscow:20260107T130000\nDURATION:PT2H\nSUMMARY:new") +
      event("RECURRENCE-ID;TZID=Europe/Moscow:20260108T100000\nDTSTART;TZID=Europe/"
            "Moscow:20260108T080000\nDURATION:PT5M"));
  EXPECT_THAT(instances(object, range("20260101", "20270101")),
              ElementsAre("20260105T070000Z/20260105T080000Z", "20260106T070000Z/20260106T080000Z",
                          "20260107T100000Z/20260107T120000Z", "20260108T050000Z/20260108T050500Z",
                          "20260109T100000Z/20260109T120000Z"));
}

TEST(Instances, of_an_attendee_invited_to_some_are_these) {
  const auto object = object_of(
      event("RECURRENCE-ID:20260106T100000Z\nDTSTART:20260106T100000Z\nDTEND:20260106T110000Z"));
  EXPECT_TRUE(object.is_recurring());
  EXPECT_EQ(object.master(), nullptr);
  EXPECT_THAT(instances(object, range("20260101", "20270101")),
              ElementsAre("20260106T100000Z/20260106T110000Z"));
}

TEST(Instances, end_with_until_in_the_zone_of_the_start) {
  const auto until = [](std::string_view value) {
    return instances(object_of(event(
                         "DTSTART;TZID=Europe/Moscow:20260105T010000\nRRULE:FREQ=DAILY;UNTIL=" +
                         std::string(value))),
                     range("20260101", "20270101"))
        .size();
  };
  EXPECT_EQ(until("20260106T220000Z"), 3U);  // 01:00 of the 7th
  EXPECT_EQ(until("20260106T215959Z"), 2U);
  EXPECT_EQ(until("20260107"), 3U);
  EXPECT_EQ(until("20260107T005959"), 2U);
}

TEST(Instances, touch_the_range_half_open) {
  const auto object = object_of(event("DTSTART:20260101T100000Z\nDTEND:20260101T110000Z"));
  EXPECT_THAT(instances(object, range("20260101T110000Z", "20260101T120000Z")), IsEmpty());
  EXPECT_THAT(instances(object, range("20260101T090000Z", "20260101T100000Z")), IsEmpty());
  EXPECT_EQ(instances(object, range("20260101T105959Z", "20260101T120000Z")).size(), 1U);
  const auto moment = object_of(event("DTSTART:20260101T100000Z"));
  EXPECT_EQ(instances(moment, range("20260101T100000Z", "20260101T100001Z")).size(), 1U);
  EXPECT_THAT(instances(moment, range("20260101T090000Z", "20260101T100000Z")), IsEmpty());
}

TEST(Instances, are_bounded) {
  const auto object = object_of(event("DTSTART:19700101T000000Z\nRRULE:FREQ=SECONDLY"));
  ObjectZones zones(object.calendar, machine_zones(), nullptr);
  Budget budget;
  const auto some = instances_in(object, range("20260101", "20260101T000010Z"), zones, budget);
  EXPECT_EQ(some.list.size(), 10U);
  EXPECT_TRUE(some.complete);
  const auto many = instances_in(object, range("20260101", "20270101"), zones, budget);
  EXPECT_FALSE(many.complete);
  EXPECT_LE(many.list.size(), 100'000U);
}

TEST(Instances, are_those_that_another_implementation_finds) {
  std::ifstream file(source_dir() / "tests/unit/calendar/recur/instance_table.txt");
  std::size_t rows = 0;
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with('#')) continue;
    SCOPED_TRACE(line);
    const auto fields = split(line, '|');
    ASSERT_EQ(fields.size(), 5U);
    std::string calendar(fields[4]);
    for (auto at = calendar.find("\\n"); at != std::string::npos; at = calendar.find("\\n", at))
      calendar.replace(at, 2, "\r\n");
    const auto object = read_object(calendar + "\r\n");
    ASSERT_TRUE(object) << object.error().sentence;
    auto found = instances(*object, range(fields[0], fields[1]));
    std::ranges::sort(found);
    EXPECT_EQ(std::to_string(found.size()), fields[2]);
    if (found.size() > 8) found.erase(found.begin() + 5, found.end() - 3);
    EXPECT_EQ(join(found, ","), fields[3]);
    ++rows;
  }
  EXPECT_GE(rows, 100U);
}

Span span(const CalendarObject& object) {
  ObjectZones zones(object.calendar, machine_zones(), nullptr);
  Budget budget;
  return span_of(object, zones, budget);
}

TEST(Span, is_from_the_first_moment_to_the_last) {
  const auto once = span(object_of(event("DTSTART:20260101T100000Z\nDTEND:20260101T110000Z")));
  EXPECT_EQ(once.range, range("20260101T100000Z", "20260101T110000Z"));
  const auto counted = span(object_of(
      event("DTSTART:20260101T100000Z\nDTEND:20260101T110000Z\nRRULE:FREQ=DAILY;COUNT=3") +
      event("RECURRENCE-ID:20260102T100000Z\nDTSTART:20251201T000000Z")));
  EXPECT_EQ(counted.range, range("20251201T000000Z", "20260103T110000Z"));
  EXPECT_FALSE(counted.is_endless);
  const auto endless = span(object_of(event("DTSTART:20260101T100000Z\nRRULE:FREQ=DAILY")));
  EXPECT_TRUE(endless.is_endless);
  EXPECT_EQ(endless.range.end, k_last_moment);
  const auto alarmed = span(object_of(
      event("DTSTART:20260101T100000Z\nBEGIN:VALARM\nACTION:DISPLAY\nTRIGGER:-PT1H\nEND:VALARM")));
  EXPECT_EQ(alarmed.range, range("20260101T090000Z", "20260101T100000Z"));
  const auto floating = span(object_of(event("DTSTART;VALUE=DATE:20260110")));
  EXPECT_EQ(floating.range, range("20260108T220000Z", "20260112T020000Z"));
  EXPECT_TRUE(span(object_of("BEGIN:VTODO\nUID:u\nEND:VTODO\n")).is_endless);
}

std::string check(std::string_view lines) {
  const auto object = object_of(event(lines));
  ObjectZones zones(object.calendar, machine_zones(), nullptr);
  const auto checked = check_instances(object, zones);
  return checked ? "taken" : std::string(name_of(checked.error().precondition));
}

TEST(CheckInstances, refuses_what_costs_every_reader_dear) {
  EXPECT_EQ(check("DTSTART:20260101T000000Z\nRRULE:FREQ=SECONDLY"), "max-instances");
  EXPECT_EQ(check("DTSTART:20260101T000000Z\nRRULE:FREQ=MINUTELY"), "max-instances");
  EXPECT_EQ(check("DTSTART:20260101T000000Z\nRRULE:FREQ=SECONDLY;BYMONTH=2;BYMONTHDAY=30"),
            "taken");
  EXPECT_EQ(check("DTSTART:20260101T000000Z\nRRULE:FREQ=HOURLY"), "taken");
  EXPECT_EQ(check("DTSTART:20260101T000000Z\nRRULE:FREQ=SECONDLY;COUNT=100"), "taken");
  EXPECT_EQ(check("DTSTART;TZID=Atlantis:20260101T000000"), "valid-calendar-data");
  EXPECT_EQ(check("DTSTART;TZID=Europe/Moscow:20260101T000000"), "taken");
}

}  // namespace
}  // namespace kontor::calendar
