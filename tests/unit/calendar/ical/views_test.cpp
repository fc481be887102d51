// SPDX-License-Identifier: GPL-3.0-or-later
#include "calendar/ical/views.hpp"

#include "tests/unit/calendar/objects.hpp"

namespace kontor::calendar {
namespace {

TEST(BusyView, says_when_and_nothing_else) {
  const auto object =
      object_of(event("DTSTART:20260101T100000Z\nRRULE:FREQ=DAILY\nSUMMARY:secret\nLOCATION:"
                      "secret\nCLASS:private\nATTENDEE:mailto:secret@example.org\nX-SECRET:secret\n"
                      "BEGIN:VALARM\nDESCRIPTION:secret\nEND:VALARM"));
  EXPECT_TRUE(is_private(object));
  const auto view = write_component(busy_view(object, "Занят, весь день"));
  EXPECT_FALSE(view.contains("secret")) << view;
  const auto read = read_object(view);
  ASSERT_TRUE(read) << read.error().sentence;
  EXPECT_EQ(read->uid, "u");
  EXPECT_EQ(text_of(*read).summary, "Занят, весь день");
  EXPECT_EQ(instances(*read, range("20260101", "20260103")).size(), 2U);
  EXPECT_FALSE(is_private(object_of(event("DTSTART:20260101T100000Z\nCLASS:PUBLIC"))));
}

TEST(CalendarFile, has_each_zone_once) {
  const std::string zone =
      "BEGIN:VTIMEZONE\nTZID:Mine\nBEGIN:STANDARD\nDTSTART:20000101T000000\nTZOFFSETFROM:+"
      "0100\nTZOFFSETTO:+0100\nEND:STANDARD\nEND:VTIMEZONE\n";
  CalendarFile file("Праздники; все");
  file.add(object_of(zone + event("DTSTART;TZID=Mine:20260101T100000")).calendar);
  file.add(object_of(zone + "BEGIN:VEVENT\nUID:v\nDTSTART;TZID=Mine:20260101T100000\nEND:VEVENT\n")
               .calendar);
  const std::string written = file.write();
  EXPECT_TRUE(written.contains("X-WR-CALNAME:Праздники\\; все\r\n"));
  EXPECT_EQ(written.find("BEGIN:VTIMEZONE"), written.rfind("BEGIN:VTIMEZONE"));
  const auto objects = split_objects(written);
  ASSERT_TRUE(objects) << objects.error().sentence;
  EXPECT_EQ(objects->size(), 2U);
}

}  // namespace
}  // namespace kontor::calendar
