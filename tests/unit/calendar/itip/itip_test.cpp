// SPDX-License-Identifier: GPL-3.0-or-later
#include <gmock/gmock.h>

#include <algorithm>
#include <stdexcept>

#include "calendar/itip/apply.hpp"
#include "calendar/itip/booking.hpp"
#include "calendar/itip/organizer.hpp"
#include "tests/unit/calendar/objects.hpp"

namespace kontor::calendar {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

const std::vector<std::string> k_boss = {"boss@example.org"};
const std::vector<std::string> k_anna = {"anna@example.org"};
const std::string k_people =
    "ORGANIZER:mailto:boss@example.org\nATTENDEE;PARTSTAT=ACCEPTED:mailto:boss@example.org\n"
    "ATTENDEE;PARTSTAT=NEEDS-ACTION;RSVP=TRUE:mailto:anna@example.org\n"
    "ATTENDEE;CUTYPE=ROOM;PARTSTAT=NEEDS-ACTION:mailto:room@example.org";
const std::string k_weekly =
    "DTSTAMP:20260101T000000Z\nDTSTART;TZID=Europe/Moscow:20260105T100000\nDTEND;TZID=Europe/"
    "Moscow:20260105T110000\nRRULE:FREQ=WEEKLY;COUNT=4\nSUMMARY:Team\n";

CalendarObject meeting(const std::string& more = "", const std::string& overrides = "") {
  return object_of(event(k_weekly + k_people + more) + overrides);
}
// As it is after storing: read anew, as the server does.
CalendarObject stored(const Component& calendar) {
  auto object = read_object(write_component(calendar));
  EXPECT_TRUE(object) << (object ? "" : object.error().sentence);
  return object ? *std::move(object) : CalendarObject{};
}
CalendarObject message(const SchedulingMessage& one) {
  auto object = read_message(write_component(one.calendar));
  EXPECT_TRUE(object) << (object ? "" : object.error().sentence);
  return object ? *std::move(object) : CalendarObject{};
}
std::vector<std::string> told(const SchedulingChange& change) {
  std::vector<std::string> found;
  for (const auto& one : change.messages)
    for (const auto& to : one.to)
      found.push_back(std::string(name_of(one.method)) + " " + one.from + " " + to);
  return found;
}
const SchedulingMessage& sent_to(const SchedulingChange& change, const std::string& address) {
  for (const auto& one : change.messages)
    if (std::ranges::find(one.to, address) != one.to.end()) return one;
  throw std::runtime_error("nothing was sent to " + address);
}
const UtcSeconds k_now = utc("20260102T120000Z");
SchedulingChange organize(const CalendarObject* before, const CalendarObject* after) {
  auto change = organizer_change(before, after, k_boss, k_now);
  EXPECT_TRUE(change);
  return change ? *std::move(change) : SchedulingChange{};
}
AppliedMessage apply(const CalendarObject* held,
                     const SchedulingMessage& one,
                     std::vector<std::string> self) {
  return apply_message(held, message(one), one.from,
                       {.self = std::move(self), .take_party_crashers = true, .now = k_now});
}
std::string partstat(const CalendarObject& object,
                     std::string_view address,
                     std::string_view key = "") {
  for (const Component* part : object.parts()) {
    if (part->value("RECURRENCE-ID") != key) continue;
    for (const auto& property : part->properties)
      if (property.name == "ATTENDEE" && calendar_address(property.value) == address)
        return participant_of(property).partstat;
  }
  return "none";
}
// The object with one text in the place of another.
CalendarObject with(const CalendarObject& object, std::string_view from, std::string_view to) {
  std::string text = write_component(object.calendar);
  for (auto at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size()))
    text.replace(at, from.size(), to);
  auto read = read_object(text);
  EXPECT_TRUE(read) << (read ? "" : read.error().sentence);
  return *std::move(read);
}

TEST(Organizer, invites_everybody_but_himself) {
  const auto object = meeting("\nBEGIN:VALARM\nACTION:DISPLAY\nTRIGGER:-PT5M\nEND:VALARM");
  EXPECT_TRUE(is_organizer(object, k_boss));
  EXPECT_TRUE(is_attendee(object, k_anna));
  EXPECT_FALSE(is_attendee(object, k_boss));
  const auto change = organize(nullptr, &object);
  EXPECT_THAT(told(change), ElementsAre("REQUEST boss@example.org anna@example.org",
                                        "REQUEST boss@example.org room@example.org"));
  EXPECT_FALSE(change.altered);
  const auto sent = message(change.messages[0]);
  EXPECT_FALSE(sent.has_alarm());
  EXPECT_EQ(sent.master()->value("DTSTAMP"), "20260102T120000Z");
}

TEST(Organizer, tells_nobody_of_what_is_his_own) {
  const auto before = meeting();
  const auto own =
      with(before, "SUMMARY:Team",
           "SUMMARY:Team\r\nX-MARK:1\r\nLAST-MODIFIED:20260103T000000Z\r\nTRANSP:OPAQUE");
  EXPECT_THAT(told(organize(&before, &own)), IsEmpty());
  const auto forced = with(before, "RSVP=TRUE", "RSVP=TRUE;SCHEDULE-FORCE-SEND=REQUEST");
  const auto change = organize(&before, &forced);
  EXPECT_THAT(told(change), ElementsAre("REQUEST boss@example.org anna@example.org"));
  EXPECT_TRUE(change.altered);
  EXPECT_EQ(change.calendar, before.calendar);
  const auto client = meeting("\nATTENDEE;SCHEDULE-AGENT=CLIENT:mailto:x@example.org");
  EXPECT_EQ(told(organize(nullptr, &client)).size(), 2U);
}

TEST(Organizer, asks_anew_when_the_time_is_another) {
  const auto before = with(meeting(), "PARTSTAT=NEEDS-ACTION;RSVP=TRUE", "PARTSTAT=ACCEPTED");
  const auto renamed = with(before, "SUMMARY:Team", "SUMMARY:Other");
  const auto same = organize(&before, &renamed);
  EXPECT_EQ(told(same).size(), 2U);
  EXPECT_FALSE(same.altered);
  const auto moved = organize(
      &before,
      std::addressof(static_cast<const CalendarObject&>(with(before, "T100000", "T090000"))));
  EXPECT_EQ(told(moved).size(), 2U);
  EXPECT_TRUE(moved.altered);
  const auto after = stored(moved.calendar);
  EXPECT_EQ(after.master()->value("SEQUENCE"), "1");
  EXPECT_EQ(partstat(after, "anna@example.org"), "NEEDS-ACTION");
  EXPECT_EQ(partstat(after, "boss@example.org"), "ACCEPTED");
}

TEST(Organizer, cancels_for_whom_he_leaves_out) {
  const auto before = meeting();
  const auto after =
      with(before, "ATTENDEE;PARTSTAT=NEEDS-ACTION;RSVP=TRUE:mailto:anna@example.org\r\n", "");
  const auto change = organize(&before, &after);
  // The room sees that Anna is gone.
  EXPECT_THAT(told(change),
              testing::UnorderedElementsAre("CANCEL boss@example.org anna@example.org",
                                            "REQUEST boss@example.org room@example.org"));
  EXPECT_THAT(told(organize(&before, nullptr)),
              ElementsAre("CANCEL boss@example.org anna@example.org",
                          "CANCEL boss@example.org room@example.org"));
  const auto cancelled = with(before, "SUMMARY:Team", "SUMMARY:Team\r\nSTATUS:CANCELLED");
  EXPECT_THAT(told(organize(&before, &cancelled)),
              ElementsAre("CANCEL boss@example.org anna@example.org",
                          "CANCEL boss@example.org room@example.org"));
  EXPECT_THAT(told(organize(&cancelled, nullptr)), IsEmpty());
}

TEST(Organizer, shows_each_what_concerns_him) {
  const std::string guest = event(
      "RECURRENCE-ID;TZID=Europe/Moscow:20260112T100000\nDTSTART;TZID=Europe/"
      "Moscow:20260112T100000\nDTEND;TZID=Europe/Moscow:20260112T110000\n"
      "ORGANIZER:mailto:boss@example.org\nATTENDEE:mailto:guest@example.org\nATTENDEE:mailto:anna@"
      "example.org");
  const auto object = meeting("", guest);
  const auto change = organize(nullptr, &object);
  ASSERT_EQ(told(change).size(), 3U);
  const auto for_guest = message(sent_to(change, "guest@example.org"));
  EXPECT_EQ(for_guest.master(), nullptr);
  EXPECT_EQ(for_guest.parts().size(), 1U);
  const auto for_room = message(sent_to(change, "room@example.org"));
  EXPECT_EQ(for_room.parts().size(), 1U);
  EXPECT_EQ(for_room.master()->value("EXDATE"), "20260112T100000");
  EXPECT_EQ(message(sent_to(change, "anna@example.org")).parts().size(), 2U);
}

TEST(Organizer, tells_those_who_see_the_same_by_one_message) {
  std::string people = "ORGANIZER:mailto:boss@example.org";
  for (int i = 0; i < 1'000; ++i)
    people += "\nATTENDEE:mailto:a" + std::to_string(i) + "@example.org";
  const auto object = object_of(event(k_weekly + people));
  const auto change = organize(nullptr, &object);
  ASSERT_EQ(change.messages.size(), 1U);
  EXPECT_EQ(change.messages[0].to.size(), 1'000U);
}

TEST(Organizer, is_refused_what_would_fill_the_memory) {
  // 100 instances with 1,000 attendees each, and everybody is missing from another one.
  std::string inner;
  for (int part = 0; part < 100; ++part) {
    const auto day = read_date_time("20260101T100000Z")->local + std::chrono::days(part);
    std::string lines =
        "DTSTART:20260101T100000Z\nORGANIZER:mailto:boss@example.org\n" +
        (part == 0 ? std::string("RRULE:FREQ=DAILY") : "RECURRENCE-ID:" + write_local(day) + "Z");
    for (int i = 0; i < 1'000; ++i)
      if (i % 99 + 1 != part) lines += "\nATTENDEE:mailto:a" + std::to_string(i) + "@example.org";
    inner += event(lines);
  }
  const auto object = object_of(inner);
  const auto change = organizer_change(nullptr, &object, k_boss, k_now);
  ASSERT_FALSE(change);
  EXPECT_EQ(change.error().precondition, Precondition::max_attendees_per_instance);
}

TEST(Meeting, lives_through_answers_a_move_and_the_end) {
  // The boss invites; Anna gets it.
  const auto invited = meeting();
  const auto first = organize(nullptr, &invited);
  auto applied = apply(nullptr, first.messages[0], k_anna);
  ASSERT_EQ(applied.outcome, Applied::created);
  const auto hers = stored(*applied.calendar);

  // She accepts; it arrives with the boss.
  const auto accepted =
      with(with(hers, "PARTSTAT=NEEDS-ACTION;RSVP=TRUE", "PARTSTAT=ACCEPTED"), "END:VEVENT",
           "BEGIN:VALARM\r\nACTION:DISPLAY\r\nTRIGGER:-PT9M\r\nEND:VALARM\r\nEND:VEVENT");
  const auto answer = attendee_change(&hers, &accepted, k_anna, k_now);
  ASSERT_THAT(told(answer), ElementsAre("REPLY anna@example.org boss@example.org"));
  EXPECT_EQ(message(answer.messages[0]).attendees().size(), 1U);
  applied = apply(&invited, answer.messages[0], k_boss);
  ASSERT_EQ(applied.outcome, Applied::updated);
  EXPECT_TRUE(applied.others_should_know);
  const auto agreed = stored(*applied.calendar);
  EXPECT_EQ(partstat(agreed, "anna@example.org"), "ACCEPTED");
  EXPECT_EQ(partstat(agreed, "room@example.org"), "NEEDS-ACTION");
  EXPECT_THAT(told(organize(&invited, &agreed)), IsEmpty());

  // He moves one instance: she has to answer for it, her alarm stays.
  const auto moved = object_of(
      std::string([&] {
        std::string inner = write_component(agreed.calendar.components.front());
        std::erase(inner, '\r');
        return inner;
      }()) +
      event("RECURRENCE-ID;TZID=Europe/Moscow:20260112T100000\nDTSTART;TZID=Europe/"
            "Moscow:20260113T150000\nDTEND;TZID=Europe/Moscow:20260113T160000\nSUMMARY:Team\n" +
            k_people));
  const auto second = organize(&agreed, &moved);
  ASSERT_EQ(told(second).size(), 2U);
  EXPECT_EQ(partstat(stored(second.calendar), "anna@example.org"), "ACCEPTED");
  applied = apply(&accepted, second.messages[0], k_anna);
  ASSERT_EQ(applied.outcome, Applied::updated);
  const auto hers_now = stored(*applied.calendar);
  EXPECT_TRUE(hers_now.has_alarm());
  EXPECT_EQ(partstat(hers_now, "anna@example.org"), "ACCEPTED");
  EXPECT_EQ(partstat(hers_now, "anna@example.org", "20260112T100000"), "NEEDS-ACTION");
  EXPECT_THAT(
      instances(hers_now, range("20260110", "20260120")),
      ElementsAre("20260113T120000Z/20260113T130000Z", "20260119T070000Z/20260119T080000Z"));

  // She deletes one instance: that is a no to this one.
  const auto without =
      with(hers_now, "RRULE:", "EXDATE;TZID=Europe/Moscow:20260119T100000\r\nRRULE:");
  const auto no = attendee_change(&hers_now, &without, k_anna, k_now);
  ASSERT_THAT(told(no), ElementsAre("REPLY anna@example.org boss@example.org"));
  const auto boss_now = stored(second.calendar);
  applied = apply(&boss_now, no.messages[0], k_boss);
  ASSERT_EQ(applied.outcome, Applied::updated);
  const auto after_no = stored(*applied.calendar);
  EXPECT_EQ(partstat(after_no, "anna@example.org", "20260119T100000"), "DECLINED");
  EXPECT_EQ(after_no.parts().size(), 3U);

  // He cancels all of it.
  const auto last = organize(&after_no, nullptr);
  ASSERT_THAT(told(last), ElementsAre("CANCEL boss@example.org anna@example.org",
                                      "CANCEL boss@example.org room@example.org"));
  applied = apply(&without, last.messages[0], k_anna);
  ASSERT_EQ(applied.outcome, Applied::cancelled);
  const auto over = stored(*applied.calendar);
  EXPECT_EQ(over.master()->value("STATUS"), "CANCELLED");
  EXPECT_THAT(told(attendee_change(&over, nullptr, k_anna, k_now)), IsEmpty());
  EXPECT_THAT(told(attendee_change(&without, nullptr, k_anna, k_now)),
              ElementsAre("REPLY anna@example.org boss@example.org"));
}

TEST(Apply, does_not_believe_others) {
  const auto object = meeting();
  const auto invitation = organize(nullptr, &object).messages[0];
  const auto read = message(invitation);
  const ApplyOptions options{.self = k_anna, .take_party_crashers = true, .now = k_now};
  EXPECT_EQ(apply_message(nullptr, read, "mallory@example.org", options).outcome, Applied::nothing);
  const auto cancel = organize(&object, nullptr).messages[0];
  EXPECT_EQ(apply_message(&object, message(cancel), "mallory@example.org", options).outcome,
            Applied::nothing);
  // Another's invitation of the same UID does not take the object over.
  const auto foreign = with(object, "boss@example.org", "mallory@example.org");
  const auto theirs =
      organizer_change(nullptr, &foreign, {"mallory@example.org"}, k_now)->messages[0];
  EXPECT_EQ(apply(&object, theirs, k_anna).outcome, Applied::nothing);
  // A REPLY counts for its sender alone.
  const auto yes = with(object, "PARTSTAT=NEEDS-ACTION;RSVP=TRUE", "PARTSTAT=ACCEPTED");
  const auto reply = attendee_change(&object, &yes, k_anna, k_now).messages[0];
  EXPECT_EQ(apply_message(&object, message(reply), "mallory@example.org",
                          {.self = k_boss, .take_party_crashers = true, .now = k_now})
                .outcome,
            Applied::nothing);
}

TEST(Apply, knows_what_is_old) {
  const auto object = meeting("\nSEQUENCE:3");
  const auto older = with(object, "SEQUENCE:3", "SEQUENCE:2");
  EXPECT_EQ(apply(&object, organize(nullptr, &older).messages[0], k_anna).outcome, Applied::stale);
  const auto yes = with(older, "PARTSTAT=NEEDS-ACTION;RSVP=TRUE", "PARTSTAT=ACCEPTED");
  EXPECT_EQ(
      apply(&object, attendee_change(&older, &yes, k_anna, k_now).messages[0], k_boss).outcome,
      Applied::stale);
}

SchedulingMessage reply_of(const std::string& attendee, std::string from) {
  const auto object = object_of(
      "METHOD:REPLY\n" +
          event("DTSTART;TZID=Europe/Moscow:20260105T100000\nORGANIZER:mailto:boss@example.org\n" +
                attendee),
      true);
  return {.method = Method::reply,
          .from = std::move(from),
          .to = {"boss@example.org"},
          .calendar = object.calendar};
}

TEST(Apply, takes_party_crashers_and_delegates) {
  const auto object = meeting();
  const auto crash =
      reply_of("ATTENDEE;PARTSTAT=ACCEPTED;CN=Guest:mailto:guest@example.org", "guest@example.org");
  const auto applied = apply(&object, crash, k_boss);
  ASSERT_EQ(applied.outcome, Applied::updated);
  EXPECT_EQ(partstat(stored(*applied.calendar), "guest@example.org"), "ACCEPTED");
  EXPECT_EQ(apply_message(&object, message(crash), crash.from,
                          {.self = k_boss, .take_party_crashers = false, .now = k_now})
                .outcome,
            Applied::stale);
  const auto delegated = apply(&object,
                               reply_of("ATTENDEE;PARTSTAT=DELEGATED;DELEGATED-TO=\"mailto:olga@"
                                        "example.org\":mailto:anna@example.org",
                                        "anna@example.org"),
                               k_boss);
  const auto now = stored(*delegated.calendar);
  EXPECT_EQ(partstat(now, "anna@example.org"), "DELEGATED");
  EXPECT_EQ(partstat(now, "olga@example.org"), "NEEDS-ACTION");
}

TEST(Apply, adds_cancels_and_answers_for_instances) {
  const auto object = meeting();
  auto add = object_of(
      "METHOD:ADD\n" +
          event("DTSTART;TZID=Europe/Moscow:20260108T100000\nDURATION:PT1H\nSEQUENCE:1\n" +
                k_people),
      true);
  const auto added =
      apply(&object,
            {.method = Method::add, .from = "boss@example.org", .to = {}, .calendar = add.calendar},
            k_anna);
  ASSERT_EQ(added.outcome, Applied::updated);
  EXPECT_EQ(instances(stored(*added.calendar), range("20260101", "20270101")).size(), 5U);
  auto cancel = object_of(
      "METHOD:CANCEL\n" + event("RECURRENCE-ID;TZID=Europe/Moscow:20260112T100000\n" + k_people),
      true);
  const SchedulingMessage one{
      .method = Method::cancel, .from = "boss@example.org", .to = {}, .calendar = cancel.calendar};
  const auto less = apply(&object, one, k_anna);
  ASSERT_EQ(less.outcome, Applied::updated);
  const auto left = stored(*less.calendar);
  EXPECT_EQ(instances(left, range("20260101", "20270101")).size(), 3U);
  EXPECT_EQ(apply(&left, one, k_anna).outcome, Applied::stale);
  const auto alone =
      object_of(event("RECURRENCE-ID;TZID=Europe/Moscow:20260112T100000\nDTSTART;TZID=Europe/"
                      "Moscow:20260112T100000\n" +
                      k_people));
  EXPECT_EQ(apply(&alone, one, k_anna).outcome, Applied::removed);
  auto refresh =
      object_of("METHOD:REFRESH\n" +
                    event("ORGANIZER:mailto:boss@example.org\nATTENDEE:mailto:anna@example.org"),
                true);
  const auto again = apply(&object,
                           {.method = Method::refresh,
                            .from = "anna@example.org",
                            .to = {},
                            .calendar = refresh.calendar},
                           k_boss);
  ASSERT_EQ(again.messages.size(), 1U);
  EXPECT_THAT(again.messages[0].to, ElementsAre("anna@example.org"));
  auto counter = object_of("METHOD:COUNTER\n" + event(k_weekly + k_people), true);
  EXPECT_EQ(apply(&object,
                  {.method = Method::counter,
                   .from = "anna@example.org",
                   .to = {},
                   .calendar = counter.calendar},
                  k_boss)
                .outcome,
            Applied::countered);
}

TEST(Attendee, may_not_change_what_is_the_organizers) {
  const auto before = meeting();
  const auto fault = [&](const CalendarObject& after, const std::vector<std::string>& self) {
    const auto checked = check_scheduling_change(&before, after, self);
    return checked ? "" : std::string(name_of(checked.error().precondition));
  };
  const std::string change = "allowed-attendee-scheduling-object-change";
  EXPECT_EQ(fault(with(before, "RSVP=TRUE", "RSVP=FALSE"), k_anna), "");
  EXPECT_EQ(fault(with(before, "T100000", "T120000"), k_anna), change);
  EXPECT_EQ(fault(with(before, "T100000", "T120000"), k_boss), "");
  EXPECT_EQ(fault(with(before, "ORGANIZER:mailto:boss", "ORGANIZER:mailto:me"), k_anna), change);
  const auto two = meeting(
      "",
      event("RECURRENCE-ID;TZID=Europe/"
            "Moscow:20260112T100000\nDTSTART:20260112T100000Z\nORGANIZER:mailto:x@example.org"));
  EXPECT_EQ(fault(two, k_boss), "same-organizer-in-all-components");
  EXPECT_FALSE(check_scheduling_change(nullptr, two, k_boss));
}

TEST(Attendee, may_change_what_is_his_own) {
  const std::string anna = "ATTENDEE;PARTSTAT=NEEDS-ACTION;RSVP=TRUE:mailto:anna@example.org";
  const std::string more = "\nLOCATION:Room 5\nDESCRIPTION:One\\, two";
  const auto before = meeting(more);
  const auto refused = [&](const CalendarObject& after) {
    return !check_scheduling_change(&before, after, k_anna);
  };
  // His answer, alarms, marks, and the same text written otherwise.
  EXPECT_FALSE(refused(meeting(more + "\nTRANSP:TRANSPARENT\nCLASS:PRIVATE\nCATEGORIES:X\nX-A:b\n"
                                      "BEGIN:VALARM\nACTION:DISPLAY\nTRIGGER:-PT5M\nEND:VALARM")));
  EXPECT_FALSE(refused(with(before, "One\\, two", "One\\,\\n two ")));
  EXPECT_FALSE(refused(with(before, "SUMMARY:Team", "SUMMARY:Mine")));
  EXPECT_TRUE(refused(meeting(more + "\nSTATUS:CANCELLED")));
  // Others are the organizer's to invite, but for whom he sends in his place.
  EXPECT_TRUE(refused(meeting(more + "\nATTENDEE:mailto:x@example.org")));
  const std::string delegated =
      "ATTENDEE;PARTSTAT=DELEGATED;DELEGATED-TO=\"mailto:x@example.org\":mailto:anna@example.org";
  EXPECT_FALSE(refused(with(with(before, anna, delegated), "SUMMARY:Team",
                            "ATTENDEE:mailto:x@example.org\r\nSUMMARY:Team")));
}

TEST(Attendee, leaves_the_organizers_texts_as_they_were) {
  const auto before = meeting("\nLOCATION:Room 5\nDESCRIPTION:One\\, two");
  const auto kept = [&](const CalendarObject& after) {
    auto calendar = after.calendar;
    keep_organizers_texts(before.calendar, calendar);
    return write_component(calendar);
  };
  auto his = with(before, "One\\, two", "Bring cakes");
  his = with(his, "SUMMARY:Team", "SUMMARY:Mine\r\nX-MOZ-LASTACK:1\r\nSTATUS:TENTATIVE");
  his = with(his, "LOCATION:Room 5\r\n", "");
  const auto text = kept(his);
  EXPECT_THAT(text, ::testing::HasSubstr("DESCRIPTION:One\\, two\r\n"));
  EXPECT_THAT(text, ::testing::HasSubstr("SUMMARY:Team\r\n"));
  EXPECT_THAT(text, ::testing::HasSubstr("LOCATION:Room 5\r\n"));
  EXPECT_THAT(text, ::testing::HasSubstr("X-MOZ-LASTACK:1\r\n"));
  EXPECT_THAT(text, ::testing::Not(::testing::HasSubstr("STATUS")));
  // The same words stay as his client wrote them.
  const auto same = with(before, "One\\, two", "One\\,\\n two");
  EXPECT_EQ(kept(same), write_component(same.calendar));
}

TEST(Attendee, may_answer_an_instance_and_not_move_it) {
  const std::string own = "RECURRENCE-ID;TZID=Europe/Moscow:20260112T100000\nSUMMARY:Team\n";
  const std::string zone = ";TZID=Europe/Moscow:";
  const auto instance = [&](const std::string& start, const std::string& end) {
    return meeting("", event(own + "DTSTAMP:20260101T000000Z\nDTSTART" + zone + start + "\nDTEND" +
                             zone + end + "\n" + k_people));
  };
  const auto before = meeting();
  const auto refused = [&](const CalendarObject& was, const CalendarObject& is) {
    return !check_scheduling_change(&was, is, k_anna);
  };
  const auto plain = instance("20260112T100000", "20260112T110000");
  const auto moved = instance("20260112T150000", "20260112T160000");
  EXPECT_FALSE(refused(before, plain));
  EXPECT_TRUE(refused(before, moved));
  EXPECT_TRUE(refused(before, instance("20260112T100000", "20260112T180000")));
  // Back to the series: only what was as the series, or is not attended.
  EXPECT_FALSE(refused(plain, before));
  EXPECT_TRUE(refused(moved, before));
  EXPECT_FALSE(refused(moved, meeting("\nEXDATE" + zone + "20260112T100000")));
  // Whom the series does not concern adds no dates and no series.
  const auto alone = object_of(event(own + "DTSTART" + zone + "20260112T100000\n" + k_people));
  EXPECT_TRUE(refused(alone, plain));
}

TEST(ScheduleStatus, is_set) {
  auto object = meeting();
  set_schedule_statuses(object.calendar, {{"anna@example.org", "1.2"}});
  EXPECT_TRUE(write_component(object.calendar).contains("SCHEDULE-STATUS=1.2"));
}

BookingDecision decide(const CalendarObject& request,
                       const BookingPolicy& policy,
                       const std::vector<BusyPeriod>& busy = {},
                       bool may_book = true) {
  ObjectZones zones(request.calendar, machine_zones(), nullptr);
  return decide_booking(request, policy, busy, may_book, k_now, zones);
}

TEST(Booking, is_decided_by_policy) {
  const auto request = meeting();
  EXPECT_EQ(decide(request, {}).partstat, "ACCEPTED");
  EXPECT_EQ(decide(request, {.auto_accept = false}).partstat, "TENTATIVE");
  EXPECT_EQ(decide(request, {}, {}, false).reason, BookingReason::not_allowed);
  EXPECT_EQ(decide(request, {.allow_recurring = false}).reason, BookingReason::recurring);
  EXPECT_EQ(decide(request, {.capacity = 2}).partstat, "ACCEPTED");  // the room is nobody
  EXPECT_EQ(decide(request, {.capacity = 1}).reason, BookingReason::too_many_people);
  EXPECT_EQ(decide(request, {.longest = std::chrono::minutes(59)}).reason, BookingReason::too_long);
  EXPECT_EQ(decide(request, {.horizon = std::chrono::days(10)}).reason, BookingReason::too_far);
  EXPECT_EQ(decide(object_of(event("DTSTART:20250101T100000Z\n" + k_people)), {}).reason,
            BookingReason::past);
}

TEST(Booking, declines_what_is_taken) {
  const auto request = meeting();
  const std::vector<BusyPeriod> taken = {
      {range("20260112T073000Z", "20260112T074000Z"), BusyType::busy}};
  EXPECT_EQ(decide(request, {}, taken).partstat, "DECLINED");
  EXPECT_EQ(decide(request, {.allow_conflicts = true}, taken).partstat, "ACCEPTED");
  const std::vector<BusyPeriod> beside = {
      {range("20260112T080000Z", "20260112T090000Z"), BusyType::busy}};
  EXPECT_EQ(decide(request, {}, beside).partstat, "ACCEPTED");
  const auto some = decide(request, {.most_conflicts = 1}, taken);
  EXPECT_EQ(some.partstat, "ACCEPTED");
  ASSERT_EQ(some.declined.size(), 1U);
  const auto answer = answer_booking(request, some, "room@example.org", "Занято", k_now);
  const auto room = stored(answer.calendar);
  EXPECT_EQ(partstat(room, "room@example.org"), "ACCEPTED");
  EXPECT_EQ(partstat(room, "room@example.org", "20260112T100000"), "DECLINED");
  const auto reply = message(answer.reply);
  EXPECT_EQ(reply.parts().size(), 2U);
  EXPECT_EQ(reply.master()->value("COMMENT"), "Занято");
  const auto boss = apply(&request, answer.reply, k_boss);
  ASSERT_EQ(boss.outcome, Applied::updated);
  EXPECT_EQ(partstat(stored(*boss.calendar), "room@example.org", "20260112T100000"), "DECLINED");
}

}  // namespace
}  // namespace kontor::calendar
