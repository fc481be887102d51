// SPDX-License-Identifier: GPL-3.0-or-later
#include "calendar/ical/private_view.hpp"

#include <gmock/gmock.h>

#include "calendar/ical/object.hpp"

namespace kontor::calendar {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

std::string series(std::string_view of_master, std::string_view of_override) {
  std::string out =
      "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//x//EN\r\nX-WR-CALNAME:secret name\r\n";
  using Row = std::pair<std::string, std::string_view>;
  for (const auto& [more, said] : {Row("RRULE:FREQ=DAILY;COUNT=3\r\n", of_master),
                                   Row("RECURRENCE-ID:20261123T100000Z\r\n", of_override)})
    out += "BEGIN:VEVENT\r\nUID:a\r\nDTSTAMP:20261101T000000Z\r\nDTSTART:20261122T100000Z\r\n" +
           more +
           "DURATION:PT1H\r\nSUMMARY:secret\r\nLOCATION:secret\r\nX-ALT-DESC:secret\r\n"
           "ATTENDEE:mailto:secret@example.test\r\n" +
           std::string(said) +
           "BEGIN:VALARM\r\nACTION:DISPLAY\r\nTRIGGER:-PT5M\r\nDESCRIPTION:secret\r\nEND:VALARM\r\n"
           "END:VEVENT\r\n";
  return out + "END:VCALENDAR\r\n";
}

TEST(PrivateView, IsNeededOnlyWhereSomethingIsPrivate) {
  EXPECT_FALSE(private_view(series("", "")));
  EXPECT_FALSE(private_view(series("CLASS:PUBLIC\r\n", "CLASS: public\r\n")));
  for (const auto* one : {"CLASS:PRIVATE\r\n", "CLASS:confidential\r\n", "CLASS:X-BOSS\r\n"}) {
    EXPECT_TRUE(private_view(series(one, ""))) << one;
    EXPECT_TRUE(private_view(series("", one))) << "one day of a series: " << one;
  }
}

TEST(PrivateView, TellsWhenAndNothingElse) {
  const auto shown = private_view(series("CLASS:PRIVATE\r\n", ""));
  ASSERT_TRUE(shown);
  EXPECT_THAT(*shown, Not(HasSubstr("secret")));
  EXPECT_THAT(*shown, HasSubstr("RRULE:FREQ=DAILY;COUNT=3"));
  EXPECT_THAT(*shown, HasSubstr("RECURRENCE-ID:20261123T100000Z"));
  EXPECT_THAT(*shown, HasSubstr("CLASS:PRIVATE"));
  EXPECT_TRUE(read_object(*shown));
}

TEST(PrivateView, ShowsNothingOfWhatCannotBeRead) {
  EXPECT_EQ(private_view("SUMMARY:secret"), std::string());
}

}  // namespace
}  // namespace kontor::calendar
