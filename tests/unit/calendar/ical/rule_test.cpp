// SPDX-License-Identifier: GPL-3.0-or-later
#include "calendar/ical/rule.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "base/core/text.hpp"
#include "tests/support/source_dir.hpp"

namespace kontor::calendar {
namespace {

LocalSeconds local(std::string_view text) { return read_date_time(text)->local; }

std::vector<std::string> times_of(std::string_view rule,
                                  std::string_view start,
                                  std::string_view end,
                                  Budget& budget) {
  const auto read = read_rule(rule);
  if (!read) return {read.error()};
  LocalSeconds last = local(end);
  if (read->until) last = std::min(last, read->until->local);
  RuleTimes times(*read, local(start), last, budget);
  std::vector<std::string> found;
  while (const auto time = times.next()) found.push_back(write_local(*time));
  return found;
}

struct Row {
  std::string start, rule, end, shown;
  std::size_t count = 0;
};

std::vector<Row> table() {
  std::ifstream file(source_dir() / "tests/unit/calendar/ical/rule_table.txt");
  std::vector<Row> rows;
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with('#')) continue;
    Row row;
    std::istringstream(line) >> row.start >> row.rule >> row.end >> row.count >> row.shown;
    rows.push_back(row);
  }
  return rows;
}

TEST(Rule, gives_the_times_that_dateutil_gives) {
  const auto rows = table();
  ASSERT_GE(rows.size(), 250U);
  for (const auto& row : rows) {
    SCOPED_TRACE(row.start + " " + row.rule);
    Budget budget{.steps = 20'000'000};
    const auto times = times_of(row.rule, row.start, row.end, budget);
    ASSERT_EQ(times.size(), row.count);
    std::vector<std::string> shown = times;
    if (times.size() > 6) shown.erase(shown.begin() + 4, shown.end() - 2);
    EXPECT_EQ(shown.empty() ? "-" : join(shown, ","), row.shown);
  }
}

// Skipping to a time gives what is there from that time on.
TEST(Rule, skips_to_where_it_would_have_come) {
  for (const auto& row : table()) {
    SCOPED_TRACE(row.start + " " + row.rule);
    Budget budget{.steps = 50'000'000};
    const auto all = times_of(row.rule, row.start, row.end, budget);
    if (all.size() < 4) continue;
    const LocalSeconds middle = local(all[all.size() / 2]);
    const auto rule = read_rule(row.rule);
    LocalSeconds last = local(row.end);
    if (rule->until) last = std::min(last, rule->until->local);
    RuleTimes times(*rule, local(row.start), last, budget);
    times.skip_to(middle);
    for (std::size_t i = all.size() / 2; i < all.size(); ++i) {
      const auto time = times.next();
      ASSERT_TRUE(time) << all[i];
      ASSERT_EQ(write_local(*time), all[i]);
    }
    EXPECT_FALSE(times.next());
  }
}

TEST(Rule, a_start_that_does_not_match_counts) {
  Budget budget;
  // Tuesday; two Fridays are left of three.
  EXPECT_EQ(times_of("FREQ=WEEKLY;COUNT=3;BYDAY=FR", "20260106T090000", "20270101T000000", budget),
            (std::vector<std::string>{"20260109T090000", "20260116T090000"}));
}

TEST(Rule, takes_the_weekday_of_the_start_for_a_week_number) {
  Budget budget;
  EXPECT_EQ(times_of("FREQ=YEARLY;BYWEEKNO=20", "19970512T090000", "20000101T000000", budget),
            (std::vector<std::string>{"19970512T090000", "19980511T090000", "19990517T090000"}));
}

TEST(Rule, costs_what_the_budget_allows) {
  const auto spent = [](std::string_view rule, std::string_view end) {
    Budget budget{.steps = 100'000};
    times_of(rule, "19700101T000000", end, budget);
    return budget.spent();
  };
  EXPECT_TRUE(spent("FREQ=SECONDLY", "99991231T000000"));
  EXPECT_TRUE(spent("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", "99991231T000000"));
  EXPECT_TRUE(spent("FREQ=SECONDLY;BYMONTH=2;BYMONTHDAY=30", "99991231T000000"));
  EXPECT_TRUE(spent("FREQ=SECONDLY;COUNT=4000000000", "99991231T000000"));
  EXPECT_FALSE(spent("FREQ=YEARLY;INTERVAL=4294967295", "99991231T000000"));
  EXPECT_FALSE(spent("FREQ=SECONDLY;INTERVAL=4294967295", "20991231T000000"));
  EXPECT_FALSE(spent("FREQ=WEEKLY;INTERVAL=4294967295", "99991231T000000"));
}

TEST(Rule, skips_over_millions_of_times_at_once) {
  Budget budget{.steps = 2'000};
  for (const auto text :
       {"FREQ=SECONDLY", "FREQ=SECONDLY;COUNT=4000000000", "FREQ=MINUTELY;INTERVAL=7",
        "FREQ=DAILY;BYHOUR=1,2,3,4;BYMINUTE=5,6;BYSECOND=7"}) {
    SCOPED_TRACE(text);
    RuleTimes times(*read_rule(text), local("19700101T000000"), std::nullopt, budget);
    times.skip_to(local("20260101T000000"));
    const auto time = times.next();
    ASSERT_TRUE(time);
    EXPECT_GE(*time, local("20260101T000000"));
    EXPECT_LE(*time, local("20260101T010507"));
  }
}

TEST(Rule, refuses_what_cannot_be) {
  for (const auto text :
       {"", "COUNT=3", "FREQ=FORTNIGHTLY", "FREQ=DAILY;INTERVAL=0", "FREQ=DAILY;COUNT=0",
        "FREQ=DAILY;COUNT=-1", "FREQ=DAILY;COUNT=99999999999", "FREQ=DAILY;BYHOUR=24",
        "FREQ=DAILY;BYMONTH=13", "FREQ=DAILY;BYMONTHDAY=0", "FREQ=DAILY;BYDAY=XX",
        "FREQ=DAILY;BYDAY=", "FREQ=DAILY;BYDAY=54MO", "FREQ=DAILY;UNTIL=tomorrow",
        "FREQ=DAILY;WKST=1", "FREQ=DAILY;RSCALE=HEBREW", "FREQ=DAILY;SKIP=FORWARD", "FREQ"})
    EXPECT_FALSE(read_rule(text)) << text;
  for (const auto text :
       {"FREQ=daily", "freq=DAILY;", "COUNT=2;FREQ=DAILY", "FREQ=DAILY;X-WHAT=1",
        "FREQ=DAILY;BYDAY=+1MO", "RSCALE=GREGORIAN;FREQ=DAILY;SKIP=OMIT", "FREQ=DAILY;BYSECOND=60"})
    EXPECT_TRUE(read_rule(text)) << text;
}

}  // namespace
}  // namespace kontor::calendar
