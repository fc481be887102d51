// SPDX-License-Identifier: GPL-3.0-or-later
#include "calendar/freebusy/freebusy.hpp"

#include "tests/unit/calendar/objects.hpp"

namespace kontor::calendar {
namespace {

class Person {
 public:
  explicit Person(TimeRange within) : time_(within) {}
  Person& with(std::string_view inner) {
    const auto object = object_of(inner);
    ObjectZones zones(object.calendar, machine_zones(), machine_zones().find("Europe/Moscow"));
    Budget budget;
    time_.add(object, zones, budget, {"me@example.org"});
    return *this;
  }
  // "0900-1000 BUSY" for each period, in hours of UTC.
  std::string times() const {
    std::string out;
    const FreeBusyMessage message{.range = {},
                                  .periods = time_.periods(),
                                  .now = {},
                                  .uid = {},
                                  .organizer = {},
                                  .attendee = {},
                                  .method = {}};
    const auto read = read_components(write_freebusy(message));
    EXPECT_TRUE(read);
    for (const auto& property : read->front().components.front().properties)
      if (property.name == "FREEBUSY")
        out += property.value.substr(9, 4) + "-" + property.value.substr(26, 4) + " " +
               std::string(property.parameter("FBTYPE")) + "; ";
    return out;
  }
  bool complete() const { return time_.complete(); }

 private:
  BusyTime time_;
};

Person day() { return Person(range("20260105", "20260106")); }
std::string at(std::string_view begin, std::string_view end, std::string_view more = "") {
  return event("DTSTART:20260105T" + std::string(begin) + "00Z\nDTEND:20260105T" +
               std::string(end) + "00Z" + std::string(more));
}

TEST(FreeBusy, merges_what_overlaps_by_weight) {
  EXPECT_EQ(
      day().with(at("0900", "1000")).with(at("0930", "1100")).with(at("1100", "1200")).times(),
      "0900-1200 BUSY; ");
  EXPECT_EQ(day().with(at("0900", "1200", "\nSTATUS:TENTATIVE")).with(at("1000", "1100")).times(),
            "0900-1000 BUSY-TENTATIVE; 1000-1100 BUSY; 1100-1200 BUSY-TENTATIVE; ");
  EXPECT_EQ(day().with(at("0900", "0900")).times(), "");
}

TEST(FreeBusy, knows_what_does_not_count) {
  EXPECT_EQ(day().with(at("0900", "1000", "\nTRANSP:TRANSPARENT")).times(), "");
  EXPECT_EQ(day().with(at("0900", "1000", "\nSTATUS:CANCELLED")).times(), "");
  EXPECT_EQ(day().with(at("0900", "1000", "\nX-MICROSOFT-CDO-BUSYSTATUS:FREE")).times(), "");
  EXPECT_EQ(day().with(at("0900", "1000", "\nX-MICROSOFT-CDO-BUSYSTATUS:OOF")).times(),
            "0900-1000 BUSY-UNAVAILABLE; ");
  EXPECT_EQ(day().with(at("0900", "1000", "\nX-MICROSOFT-CDO-BUSYSTATUS:TENTATIVE")).times(),
            "0900-1000 BUSY-TENTATIVE; ");
  EXPECT_EQ(
      day().with(at("0900", "1000", "\nATTENDEE;PARTSTAT=DECLINED:mailto:ME@example.org")).times(),
      "");
  EXPECT_EQ(day().with(at("0900", "1000", "\nATTENDEE:mailto:me@example.org")).times(),
            "0900-1000 BUSY-TENTATIVE; ");
  EXPECT_EQ(day().with(at("0900", "1000", "\nATTENDEE:mailto:other@example.org")).times(),
            "0900-1000 BUSY; ");
  EXPECT_EQ(
      day()
          .with("BEGIN:VTODO\nUID:u\nDTSTART:20260105T100000Z\nDUE:20260105T110000Z\nEND:VTODO\n")
          .times(),
      "");
}

TEST(FreeBusy, takes_instances_and_clips_them) {
  EXPECT_EQ(day()
                .with(event(
                    "DTSTART;TZID=Europe/Moscow:20250101T090000\nDURATION:PT1H\nRRULE:FREQ=DAILY"))
                .times(),
            "0600-0700 BUSY; ");
  EXPECT_EQ(day().with(event("DTSTART;VALUE=DATE:20260105\nTRANSP:OPAQUE")).times(),
            "0000-2100 BUSY; ");  // a day of Moscow
  EXPECT_EQ(
      day()
          .with("BEGIN:VFREEBUSY\nUID:u\nFREEBUSY;FBTYPE=BUSY-TENTATIVE:20260104T230000Z/"
                "PT2H,20260105T100000Z/20260105T110000Z\nFREEBUSY;FBTYPE=FREE:20260105T120000Z/"
                "PT1H\nEND:VFREEBUSY\n")
          .times(),
      "0000-0100 BUSY-TENTATIVE; 1000-1100 BUSY-TENTATIVE; ");
}

TEST(FreeBusy, knows_availability) {
  const std::string office =
      "BEGIN:VAVAILABILITY\nUID:a\nBEGIN:AVAILABLE\nUID:b\nDTSTART;TZID=Europe/"
      "Moscow:20250106T090000\nDTEND;TZID=Europe/Moscow:20250106T180000\n"
      "RRULE:FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR\nEND:AVAILABLE\nEND:VAVAILABILITY\n";
  EXPECT_EQ(day().with(office).times(), "0000-0600 BUSY-UNAVAILABLE; 1500-0000 BUSY-UNAVAILABLE; ");
  EXPECT_EQ(day().with(office).with(at("1400", "1600")).times(),
            "0000-0600 BUSY-UNAVAILABLE; 1400-1600 BUSY; 1600-0000 BUSY-UNAVAILABLE; ");
  // A stronger one for this morning says that he is away but for one hour.
  const std::string morning =
      "BEGIN:VAVAILABILITY\nUID:c\nPRIORITY:1\nBUSYTYPE:BUSY\nDTSTART:20260105T060000Z\nDTEND:"
      "20260105T120000Z\nBEGIN:AVAILABLE\nUID:d\n"
      "DTSTART:20260105T080000Z\nDTEND:20260105T090000Z\nEND:AVAILABLE\nEND:VAVAILABILITY\n";
  EXPECT_EQ(
      day().with(morning).with(office).times(),
      "0000-0600 BUSY-UNAVAILABLE; 0600-0800 BUSY; 0900-1200 BUSY; 1500-0000 BUSY-UNAVAILABLE; ");
}

TEST(FreeBusy, says_when_it_is_not_complete) {
  EXPECT_FALSE(Person(range("20260101", "20270101"))
                   .with(event("DTSTART:19700101T000000Z\nDURATION:PT1S\nRRULE:FREQ=SECONDLY"))
                   .complete());
}

TEST(FreeBusy, is_written_as_a_reply) {
  const FreeBusyMessage message{
      .range = range("20260105", "20260106"),
      .periods = {{range("20260105T090000Z", "20260105T100000Z"), BusyType::busy}},
      .now = utc("20260101"),
      .uid = "x",
      .organizer = "mailto:o@example.org",
      .attendee = "mailto:a@example.org",
      .method = "REPLY"};
  EXPECT_EQ(write_freebusy(message),
            "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Kontor//"
            "EN\r\nMETHOD:REPLY\r\nBEGIN:VFREEBUSY\r\nUID:x\r\nDTSTAMP:20260101T000000Z\r\n"
            "DTSTART:20260105T000000Z\r\nDTEND:20260106T000000Z\r\nORGANIZER:mailto:o@example."
            "org\r\nATTENDEE:mailto:a@example.org\r\n"
            "FREEBUSY;FBTYPE=BUSY:20260105T090000Z/"
            "20260105T100000Z\r\nEND:VFREEBUSY\r\nEND:VCALENDAR\r\n");
}

}  // namespace
}  // namespace kontor::calendar
