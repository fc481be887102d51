// SPDX-License-Identifier: GPL-3.0-or-later
#include <gtest/gtest.h>

#include "server/scheduling/imip/letter_text.hpp"
#include "server/scheduling/imip/rule_words.hpp"
#include "tests/unit/calendar/objects.hpp"

namespace kontor::scheduling {
namespace {

using calendar::Method;

calendar::SchedulingMessage message_of(std::string_view lines,
                                       Method method,
                                       std::string from = "anna@example.test") {
  return {.method = method,
          .from = std::move(from),
          .to = {"x@elsewhere.test"},
          .calendar = calendar::object_of(lines).calendar};
}

std::string when(std::string_view lines, Language language) {
  const auto object = calendar::object_of(calendar::event(lines));
  calendar::ObjectZones zones(object.calendar, calendar::machine_zones(), nullptr);
  return when_words(*object.master(), zones, language);
}

std::string rule(std::string_view rrule, Language language) {
  calendar::ObjectZones zones({}, calendar::machine_zones(), nullptr);
  const auto start = calendar::read_date_time("20261123T100000", "Europe/Moscow");
  return rule_words(rrule, *start, zones, language);
}

TEST(ImipWords, TimesAreSaidOnTheirOwnClock) {
  const auto english = Language::english, russian = Language::russian;
  EXPECT_EQ(when("DTSTART;TZID=Europe/Moscow:20261123T100000\nDURATION:PT90M", english),
            "Monday, 23 November 2026, 10:00–11:30 (Europe/Moscow, UTC+03:00)");
  EXPECT_EQ(when("DTSTART;TZID=Russian Standard Time:20261123T100000\nDURATION:PT1H", russian),
            "понедельник, 23 ноября 2026 г., 10:00–11:00 (Europe/Moscow, UTC+03:00)");
  EXPECT_EQ(when("DTSTART:20261123T230000Z\nDTEND:20261124T010000Z", english),
            "Monday, 23 November 2026, 23:00 – Tuesday, 24 November 2026, 01:00 (UTC)");
  EXPECT_EQ(when("DTSTART;TZID=Europe/Moscow:20261123T100000\n"
                 "DTEND;TZID=Europe/Berlin:20261123T100000",
                 english),
            "Monday, 23 November 2026, 10:00–12:00 (Europe/Moscow, UTC+03:00)");
  EXPECT_EQ(when("DTSTART;VALUE=DATE:20261123", english), "Monday, 23 November 2026, all day");
  EXPECT_EQ(when("DTSTART;VALUE=DATE:20261123\nDTEND;VALUE=DATE:20261125", russian),
            "понедельник, 23 ноября 2026 г. – вторник, 24 ноября 2026 г.");
  EXPECT_EQ(when("DTSTART:20261123T100000", english), "Monday, 23 November 2026, 10:00");
}

TEST(ImipWords, RulesThatPeopleMakeHaveWords) {
  struct Case {
    std::string_view rule, english, russian;
  };
  for (const auto& [written, english, russian] : {
           Case{"FREQ=DAILY", "every day", "каждый день"},
           Case{"FREQ=DAILY;INTERVAL=3;COUNT=22", "every 3 days, 22 times",
                "каждые 3 дня, всего 22 раза"},
           Case{"FREQ=DAILY;INTERVAL=21", "every 21 days", "каждый 21 день"},
           Case{"FREQ=WEEKLY;BYDAY=MO,WE,FR", "every week on Monday, Wednesday and Friday",
                "каждую неделю: понедельник, среда и пятница"},
           Case{"FREQ=WEEKLY;INTERVAL=2;UNTIL=20261231T205959Z",
                "every 2 weeks, until 31 December 2026", "каждые 2 недели, до 31 декабря 2026 г."},
           Case{"FREQ=WEEKLY;UNTIL=20261231T210000Z", "every week, until 1 January 2027",
                "каждую неделю, до 1 января 2027 г."},
           Case{"FREQ=MONTHLY;BYMONTHDAY=1,15", "every month on days 1 and 15",
                "каждый месяц 1-го и 15-го числа"},
           Case{"FREQ=MONTHLY;BYMONTHDAY=-1", "every month on the last day",
                "каждый месяц: последний день"},
           Case{"FREQ=MONTHLY;BYDAY=-1FR", "every month on the last Friday",
                "каждый месяц: последняя пятница"},
           Case{"FREQ=MONTHLY;INTERVAL=5;BYDAY=2SU", "every 5 months on the second Sunday",
                "каждые 5 месяцев: второе воскресенье"},
           Case{"FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1",
                "every month on the last working day", "каждый месяц: последний рабочий день"},
           Case{"FREQ=YEARLY", "every year on 23 November", "каждый год 23 ноября"},
           Case{"FREQ=YEARLY;BYMONTH=5;BYMONTHDAY=9;COUNT=1", "every year on 9 May, once",
                "каждый год 9 мая, всего 1 раз"},
           Case{"FREQ=YEARLY;BYMONTH=11;BYDAY=4TH", "every year on the fourth Thursday of November",
                "каждый год: четвёртый четверг ноября"},
           Case{"FREQ=HOURLY", "FREQ=HOURLY", "FREQ=HOURLY"},
           Case{"FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13", "FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13",
                "FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13"},
       }) {
    EXPECT_EQ(rule(written, Language::english), english) << written;
    EXPECT_EQ(rule(written, Language::russian), russian) << written;
  }
}

constexpr std::string_view k_meeting =
    "BEGIN:VEVENT\nUID:u\nDTSTART;TZID=Europe/Moscow:20261123T100000\nDURATION:PT1H\n"
    "RRULE:FREQ=WEEKLY;COUNT=4\nEXDATE;TZID=Europe/Moscow:20261130T100000\n"
    "SUMMARY:Бюджет\\, план\nLOCATION:Room 5\nDESCRIPTION:Bring\\nnumbers\n"
    "ORGANIZER;CN=Anna Ivanova:mailto:anna@example.test\n"
    "ATTENDEE;CN=Anna Ivanova;PARTSTAT=ACCEPTED:mailto:anna@example.test\n"
    "ATTENDEE:mailto:x@elsewhere.test\nEND:VEVENT\n"
    "BEGIN:VEVENT\nUID:u\nRECURRENCE-ID;TZID=Europe/Moscow:20261207T100000\n"
    "DTSTART;TZID=Europe/Moscow:20261208T120000\nDURATION:PT1H\nSUMMARY:Бюджет\\, план\n"
    "ORGANIZER:mailto:anna@example.test\nATTENDEE:mailto:x@elsewhere.test\nEND:VEVENT\n";

TEST(ImipWords, AnInvitationSaysWhoWhatWhenAndWhere) {
  const auto told =
      tell(message_of(k_meeting, Method::request), calendar::machine_zones(), Language::english);
  EXPECT_EQ(told.subject, "Invitation: Бюджет, план");
  EXPECT_EQ(told.text,
            "Anna Ivanova <anna@example.test> invites you.\n"
            "\n"
            "What: Бюджет, план\n"
            "When: Monday, 23 November 2026, 10:00–11:00 (Europe/Moscow, UTC+03:00)\n"
            "Repeats: every week, 4 times\n"
            "Except: Monday, 30 November 2026, 10:00\n"
            "Where: Room 5\n"
            "Organizer: Anna Ivanova <anna@example.test>\n"
            "Invited: Anna Ivanova <anna@example.test> (accepted), x@elsewhere.test\n"
            "Of the series: Monday, 7 December 2026, 10:00 → Tuesday, 8 December 2026, 12:00–13:00 "
            "(Europe/Moscow, UTC+03:00)\n"
            "\n"
            "Bring\nnumbers\n"
            "\n--\n"
            "The attached invite.ics puts this into a calendar; a calendar program can answer "
            "it.\n");
  const auto russian =
      tell(message_of(k_meeting, Method::cancel), calendar::machine_zones(), Language::russian);
  EXPECT_EQ(russian.subject, "Отменено: Бюджет, план");
  EXPECT_TRUE(
      russian.text.starts_with("Anna Ivanova <anna@example.test> сообщает об отмене.\n\n"
                               "Тема: Бюджет, план\nКогда: понедельник, 23 ноября 2026 г."));
  EXPECT_NE(russian.text.find("Повторяется: каждую неделю, всего 4 раза\n"), std::string::npos);
  EXPECT_NE(russian.text.find("→ отменено\n"), std::string::npos);
}

TEST(ImipWords, AnAnswerSaysWhichAndWhose) {
  struct Case {
    std::string_view partstat, english, russian;
  };
  for (const auto& [partstat, english, russian] :
       {Case{"ACCEPTED", "Accepted: s", "Принято: s"},
        Case{"DECLINED", "Declined: s", "Отклонено: s"},
        Case{"TENTATIVE", "Tentative: s", "Под вопросом: s"},
        Case{"DELEGATED", "Delegated: s", "Передано: s"},
        Case{"X-ODD", "No answer yet: s", "Ответа пока нет: s"}}) {
    const auto message = message_of(
        calendar::event("SUMMARY:s\nDTSTART:20261123T100000Z\nORGANIZER:mailto:x@elsewhere.test\n"
                        "COMMENT:later\nATTENDEE;CN=Anna;PARTSTAT=" +
                        std::string(partstat) + ":mailto:anna@example.test"),
        Method::reply);
    const auto told = tell(message, calendar::machine_zones(), Language::english);
    EXPECT_EQ(told.subject, english);
    EXPECT_TRUE(told.text.starts_with("Anna <anna@example.test> "));
    EXPECT_NE(told.text.find("Comment: later\n"), std::string::npos);
    EXPECT_EQ(tell(message, calendar::machine_zones(), Language::russian).subject, russian);
  }
}

TEST(ImipWords, TextsAreBoundedAndOneLineStaysOne) {
  std::string many =
      "SUMMARY:a\\nBcc: b@c\nDTSTART:20261123T100000Z\nDESCRIPTION:" + std::string(500'000, 'x') +
      "\nORGANIZER:mailto:anna@example.test\n";
  for (int i = 0; i < 1'000; ++i)
    many += "ATTENDEE:mailto:p" + std::to_string(i) + "@elsewhere.test\n";
  many.pop_back();
  const auto told = tell(message_of(calendar::event(many), Method::request),
                         calendar::machine_zones(), Language::english);
  EXPECT_EQ(told.subject, "Invitation: a Bcc: b@c");
  EXPECT_LT(told.text.size(), 30'000U);
  EXPECT_NE(told.text.find("and 960 more"), std::string::npos);
}

}  // namespace
}  // namespace kontor::scheduling
