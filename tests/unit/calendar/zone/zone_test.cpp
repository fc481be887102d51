// SPDX-License-Identifier: GPL-3.0-or-later
#include "calendar/zone/zone.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "calendar/ical/object.hpp"
#include "calendar/zone/posix_rule.hpp"
#include "calendar/zone/zones.hpp"

namespace kontor::calendar {
namespace {

using namespace std::chrono_literals;

LocalSeconds local(std::string_view text) { return read_date_time(text)->local; }
UtcSeconds utc(std::string_view text) { return UtcSeconds(local(text).time_since_epoch()); }

std::string to_utc(const ZonePtr& zone, std::string_view text) {
  return zone ? write_utc(zone->to_utc(local(text))) : "no zone";
}

TEST(Zone, knows_what_russia_changed) {
  const Zones zones;
  const auto moscow = zones.find("Europe/Moscow");
  EXPECT_EQ(to_utc(moscow, "20100101T120000"), "20100101T090000Z");  // MSK, +3
  EXPECT_EQ(to_utc(moscow, "20100701T120000"), "20100701T080000Z");  // summer, +4
  EXPECT_EQ(to_utc(moscow, "20120101T120000"), "20120101T080000Z");  // summer for ever, +4
  EXPECT_EQ(to_utc(moscow, "20141025T120000"), "20141025T080000Z");
  EXPECT_EQ(to_utc(moscow, "20141027T120000"), "20141027T090000Z");  // +3 again
  EXPECT_EQ(to_utc(moscow, "20500701T120000"), "20500701T090000Z");
  const auto samara = zones.find("Europe/Samara");  // 2010: one hour back with the others' spring
  EXPECT_EQ(to_utc(samara, "20100101T120000"), "20100101T080000Z");
  EXPECT_EQ(to_utc(samara, "20101201T120000"), "20101201T090000Z");
  EXPECT_EQ(to_utc(zones.find("Asia/Kamchatka"), "20101201T120000"), "20101201T010000Z");
  EXPECT_EQ(to_utc(zones.find("Europe/Volgograd"), "20190101T120000"), "20190101T080000Z");
  EXPECT_EQ(to_utc(zones.find("Europe/Volgograd"), "20210601T120000"), "20210601T090000Z");
}

TEST(Zone, takes_gaps_and_folds_as_rfc_5545_has_it) {
  const Zones zones;
  const auto berlin = zones.find("Europe/Berlin");
  EXPECT_EQ(to_utc(berlin, "20260329T015959"), "20260329T005959Z");
  EXPECT_EQ(to_utc(berlin, "20260329T023000"), "20260329T013000Z");  // skipped: the offset before
  EXPECT_EQ(to_utc(berlin, "20260329T030000"), "20260329T010000Z");
  EXPECT_EQ(to_utc(berlin, "20261025T023000"), "20261025T003000Z");  // twice: the first
  EXPECT_EQ(to_utc(berlin, "20261025T030000"), "20261025T020000Z");
  EXPECT_EQ(to_utc(berlin, "21500701T120000"), "21500701T100000Z");
  EXPECT_EQ(to_utc(zones.find("Australia/Lord_Howe"), "20260101T120000"), "20260101T010000Z");
  EXPECT_EQ(to_utc(zones.find("Australia/Lord_Howe"), "20260701T120000"), "20260701T013000Z");
  EXPECT_EQ(to_utc(zones.find("Asia/Kolkata"), "20260701T120000"), "20260701T063000Z");
  EXPECT_EQ(to_utc(zones.find("Asia/Kathmandu"), "20260701T120000"), "20260701T061500Z");
  EXPECT_EQ(to_utc(zones.find("America/New_York"), "20261101T013000"), "20261101T053000Z");
  EXPECT_EQ(to_utc(zones.find("Pacific/Apia"), "20111230T120000"),
            "20111230T220000Z");  // a day that was not
}

TEST(Zone, there_and_back_is_the_same_but_in_folds) {
  const Zones zones;
  for (const auto name :
       {"Europe/Moscow", "America/St_Johns", "Africa/Casablanca", "Asia/Tehran"}) {
    const auto zone = zones.find(name);
    ASSERT_TRUE(zone) << name;
    std::size_t folds = 0;
    for (UtcSeconds time = utc("19200101T000000"); time < utc("20400101T000000");
         time += 6h + 17min) {
      const auto back = zone->to_utc(zone->to_local(time));
      if (back == time) continue;
      ++folds;
      EXPECT_LT(back, time) << name << " " << write_utc(time);  // the first of two
      EXPECT_EQ(zone->to_local(back), zone->to_local(time));
    }
    EXPECT_LT(folds, 60U) << name;
  }
}

TEST(Zones, are_found_by_the_names_that_programs_use) {
  const Zones zones;
  for (const auto name : {"Russian Standard Time", "/mozilla.org/20050126_1/Europe/Moscow",
                          "/freeassociation.sourceforge.net/Europe/Moscow", "W-SU"})
    EXPECT_EQ(to_utc(zones.find(name), "20141027T120000"), "20141027T090000Z") << name;
  EXPECT_EQ(zones.find("W. Europe Standard Time")->id(), "Europe/Berlin");
  EXPECT_EQ(zones.find("Ekaterinburg Standard Time")->id(), "Asia/Yekaterinburg");
  EXPECT_EQ(zones.find("/x/America/Argentina/Ushuaia")->id(), "America/Argentina/Ushuaia");
  for (const auto name :
       {"", "/", "//", "../../etc/passwd", "Europe/../Europe/Moscow", "Europe", "Atlantis/Nowhere",
        "right/Europe/Moscow", "tzdata.zi", "zone.tab", "/etc/passwd", "Europe/Moscow/"})
    EXPECT_EQ(zones.find(name), nullptr) << name;
  const auto names = zones.names();
  EXPECT_GT(names.size(), 400U);
  EXPECT_TRUE(std::ranges::binary_search(names, "Europe/Moscow"));
}

Component vtimezone(std::string_view inner) {
  const auto read = read_components("BEGIN:VTIMEZONE\r\nTZID:Mine\r\n" + std::string(inner) +
                                    "END:VTIMEZONE\r\n");
  EXPECT_TRUE(read) << read.error();
  return read->front();
}

constexpr std::string_view k_rules =
    "BEGIN:STANDARD\r\nDTSTART:16010101T030000\r\nTZOFFSETFROM:+0200\r\nTZOFFSETTO:+0100\r\n"
    "RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10\r\nEND:STANDARD\r\n"
    "BEGIN:DAYLIGHT\r\nDTSTART:16010101T020000\r\nTZOFFSETFROM:+0100\r\nTZOFFSETTO:+0200\r\n"
    "RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3\r\nEND:DAYLIGHT\r\n";

TEST(Vtimezone, says_what_the_system_says) {
  const Zones zones;
  const auto own = zones.of(vtimezone(k_rules));
  const auto berlin = zones.find("Europe/Berlin");
  ASSERT_TRUE(own);
  for (UtcSeconds time = utc("20000101T000000"); time < utc("20800101T000000"); time += 5h + 11min)
    ASSERT_EQ(own->offset_at(time), berlin->offset_at(time)) << write_utc(time);
}

TEST(Vtimezone, is_used_when_the_name_is_of_the_object_alone) {
  const Zones zones;
  Component calendar{.name = "VCALENDAR"};
  calendar.components.push_back(vtimezone(k_rules));
  ObjectZones times(calendar, zones, zones.find("Asia/Tokyo"));
  EXPECT_EQ(write_utc(times.utc(*read_date_time("20260701T120000", "Mine"))), "20260701T100000Z");
  EXPECT_EQ(write_utc(times.utc(*read_date_time("20260701T120000", "Whose"))), "20260701T030000Z");
  EXPECT_EQ(write_utc(times.utc(*read_date_time("20260701T120000"))), "20260701T030000Z");
  EXPECT_EQ(write_utc(times.utc(*read_date_time("20260701"))), "20260630T150000Z");
  EXPECT_TRUE(times.knows("Mine"));
  EXPECT_FALSE(times.knows("Whose"));
}

TEST(Vtimezone, is_bounded_and_refused_when_broken) {
  EXPECT_FALSE(read_vtimezone(vtimezone("")));
  EXPECT_FALSE(read_vtimezone(vtimezone("BEGIN:STANDARD\r\nEND:STANDARD\r\n")));
  EXPECT_FALSE(
      read_vtimezone(vtimezone("BEGIN:STANDARD\r\nDTSTART:20000101T000000\r\nTZOFFSETFROM:+"
                               "0100\r\nTZOFFSETTO:+9900\r\nEND:STANDARD\r\n")));
  const auto zone = read_vtimezone(
      vtimezone("BEGIN:STANDARD\r\nDTSTART:20000101T000000\r\nTZOFFSETFROM:+0100\r\nTZOFFSETTO:+"
                "0200\r\nRRULE:FREQ=SECONDLY\r\nEND:STANDARD\r\n"));
  ASSERT_TRUE(zone);
  EXPECT_LE(zone->transitions().size(), 5'000U);
}

TEST(Vtimezone, is_written_so_that_it_reads_the_same) {
  const Zones zones;
  for (const auto name :
       {"Europe/Moscow", "America/New_York", "Asia/Kolkata", "Europe/Berlin", "Australia/Lord_Howe",
        "Africa/Casablanca", "America/Santiago", "Asia/Jerusalem"})
    for (const auto begin : {"19850101T000000", "20050101T000000", "20230801T000000"}) {
      const auto zone = zones.find(name);
      const TimeRange whole{utc(begin), utc("20600101T000000")};
      const auto written = write_vtimezone(*zone, whole);
      const auto read = read_vtimezone(written);
      ASSERT_TRUE(read) << read.error();
      for (UtcSeconds time = whole.begin; time < whole.end; time += 5h + 7min)
        ASSERT_EQ(read->offset_at(time), zone->offset_at(time))
            << name << " " << write_utc(time) << "\n"
            << write_component(written);
    }
}

TEST(Vtimezone, goes_on_by_rules) {
  const Zones zones;
  const auto berlin = write_vtimezone(*zones.find("Europe/Berlin"),
                                      {utc("20250101T000000"), utc("20270101T000000")});
  ASSERT_EQ(berlin.components.size(), 3U);
  EXPECT_EQ(berlin.components[1].value("RRULE"), "FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU");
  EXPECT_EQ(berlin.components[1].value("DTSTART"), "20250330T020000");
  EXPECT_EQ(berlin.components[2].value("RRULE"), "FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU");
  const auto york = write_vtimezone(*zones.find("America/New_York"),
                                    {utc("20250101T000000"), utc("20270101T000000")});
  EXPECT_EQ(york.components[1].value("RRULE"), "FREQ=YEARLY;BYMONTH=3;BYDAY=2SU");
  EXPECT_EQ(write_vtimezone(*zones.find("Europe/Moscow"),
                            {utc("20250101T000000"), utc("20270101T000000")})
                .components.size(),
            1U);
}

TEST(MissingZones, are_added) {
  const Zones zones;
  auto read = read_components(
      "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:u\r\nDTSTART;TZID=Russian Standard "
      "Time:20141001T100000\r\nDTEND;TZID=Europe/"
      "Berlin:20141001T110000\r\nX;TZID=Whose:20141001T110000\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n");
  ASSERT_TRUE(read);
  Component& calendar = read->front();
  EXPECT_TRUE(add_missing_zones(calendar, zones));
  ASSERT_EQ(calendar.components.size(), 3U);
  const auto russian = read_vtimezone(calendar.components[0]);
  ASSERT_TRUE(russian);
  EXPECT_EQ(russian->id(), "Russian Standard Time");
  EXPECT_EQ(russian->offset_at(utc("20141001T100000")), 4h);
  EXPECT_EQ(russian->offset_at(utc("20141101T100000")), 3h);
  EXPECT_FALSE(add_missing_zones(calendar, zones));
}

TEST(PosixRule, is_read) {
  const auto rule = read_posix_rule("<-0330>3:30NDT,M3.2.0,M11.1.0/0:01");
  ASSERT_TRUE(rule);
  EXPECT_EQ(rule->standard, -(3h + 30min));
  EXPECT_EQ(rule->daylight, -(2h + 30min));
  const auto found = transitions_of(*rule, std::chrono::year(2026));
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(write_utc(found[0].at), "20260308T053000Z");
  EXPECT_EQ(write_utc(found[1].at), "20261101T023100Z");
  for (const auto text :
       {"", "A", "MSK-", "CET-1CEST", "CET-1CEST,M3.5.0", "CET-1CEST,M13.5.0,M10.5.0",
        "CET-1CEST,M3.6.0,M10.5.0", "CET-1CEST,J0,J366", "CET-1CEST,M3.5.0,M10.5.0x", "CET-99"})
    EXPECT_FALSE(read_posix_rule(text)) << text;
}

TEST(Tzif, that_is_broken_is_refused) {
  EXPECT_FALSE(read_tzif("", "x"));
  EXPECT_FALSE(read_tzif("TZif2" + std::string(100, '\xff'), "x"));
  EXPECT_FALSE(read_tzif("TZif" + std::string(40, '\0'), "x"));
}

}  // namespace
}  // namespace kontor::calendar
