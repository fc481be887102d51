// SPDX-License-Identifier: GPL-3.0-or-later
#include "calendar/ical/published.hpp"

#include <gmock/gmock.h>

#include "calendar/ical/object.hpp"

namespace kontor::calendar {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

std::string zone(const std::string& offset) {
  return "BEGIN:VTIMEZONE\r\nTZID:Here\r\nBEGIN:STANDARD\r\nDTSTART:"
         "19700101T000000\r\nTZOFFSETFROM:" +
         offset + "\r\nTZOFFSETTO:" + offset + "\r\nEND:STANDARD\r\nEND:VTIMEZONE\r\n";
}

std::string event(const std::string& uid, const std::string& more, const std::string& before = "") {
  return "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//x//EN\r\nX-WR-CALNAME:other\r\n" + before +
         "BEGIN:VEVENT\r\nUID:" + uid + "\r\nDTSTAMP:20261101T000000Z\r\n" +
         "DTSTART;TZID=Here:20261122T100000\r\nDURATION:PT1H\r\n" + more +
         "END:VEVENT\r\nEND:VCALENDAR\r\n";
}

std::size_t count(const std::string& text, std::string_view part) {
  std::size_t found = 0;
  for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++found;
  return found;
}

TEST(PublishedCalendar, IsOneCalendarWithEachZoneOnce) {
  PublishedCalendar calendar("Work, home");
  calendar.add(event("a", "SUMMARY:One\r\n", zone("+0300")));
  calendar.add(event("b", "SUMMARY:Two\r\n", zone("+0300")));
  calendar.add("no calendar");
  const auto text = calendar.text();
  EXPECT_EQ(count(text, "BEGIN:VCALENDAR"), 1U);
  EXPECT_EQ(count(text, "BEGIN:VTIMEZONE"), 1U);
  EXPECT_EQ(count(text, "BEGIN:VEVENT"), 2U);
  EXPECT_THAT(text, HasSubstr("X-WR-CALNAME:Work\\, home\r\n"));
  EXPECT_THAT(text, Not(HasSubstr("other")));
  const auto objects = split_objects(text);
  ASSERT_TRUE(objects) << objects.error().sentence;
  EXPECT_EQ(objects->size(), 2U);
}

TEST(PublishedCalendar, KeepsZonesApartThatHaveOneName) {
  PublishedCalendar calendar("");
  calendar.add(event("a", "", zone("+0300")));
  calendar.add(event("b", "", zone("+0500")));
  calendar.add(event("c", "", zone("+0500")));
  const auto text = calendar.text();
  EXPECT_EQ(count(text, "BEGIN:VTIMEZONE"), 2U);
  EXPECT_EQ(count(text, "DTSTART;TZID=Here:"), 1U);
  EXPECT_EQ(count(text, "DTSTART;TZID=Here 2:"), 2U);
  EXPECT_THAT(text, HasSubstr("TZID:Here 2\r\n"));
}

TEST(PublishedCalendar, TellsNothingOfWhatIsPrivateAndLeavesOutWhatIsTheOwners) {
  const std::string alarm =
      "BEGIN:VALARM\r\nACTION:DISPLAY\r\nTRIGGER:-PT5M\r\nDESCRIPTION:ring\r\nEND:VALARM\r\n";
  PublishedCalendar calendar("");
  calendar.add(event("a", "SUMMARY:secret\r\nCLASS:PRIVATE\r\n"));
  calendar.add(event("b",
                     "SUMMARY:known\r\nATTACH;MANAGED-ID=1:https://here/1\r\n"
                     "ATTACH:https://there/2\r\n" +
                         alarm));
  const auto text = calendar.text();
  EXPECT_THAT(text, Not(HasSubstr("secret")));
  EXPECT_THAT(text, HasSubstr("UID:a\r\n"));
  EXPECT_THAT(text, HasSubstr("SUMMARY:known"));
  EXPECT_THAT(text, HasSubstr("https://there/2"));
  EXPECT_THAT(text, Not(HasSubstr("https://here/1")));
  EXPECT_THAT(text, Not(HasSubstr("ring")));
}

}  // namespace
}  // namespace kontor::calendar
