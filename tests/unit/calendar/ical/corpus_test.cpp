// SPDX-License-Identifier: GPL-3.0-or-later
// Calendars of real programs: each goes in or is refused with a reason; nothing else may happen to
// it.
#include <gtest/gtest.h>

#include <iostream>
#include <map>

#include "calendar/ical/object.hpp"
#include "calendar/recur/instances.hpp"
#include "tests/unit/calendar/corpus.hpp"

namespace kontor::calendar {
namespace {

struct Outcome {
  std::size_t taken = 0, refused = 0, pieces = 0;
  std::map<std::string, std::size_t> reasons;
};

void look_at(const std::string& bytes, const Zones& zones, Outcome& outcome) {
  const auto object = read_object(bytes);
  if (!object) {
    EXPECT_GT(object.error().sentence.size(), 10U);
    ++outcome.refused;
    ++outcome.reasons[std::string(name_of(object.error().precondition))];
    return;
  }
  ++outcome.taken;
  EXPECT_FALSE(object->uid.empty());
  const auto again = read_object(write_component(object->calendar));
  ASSERT_TRUE(again) << again.error().sentence;
  EXPECT_EQ(again->calendar, object->calendar);
  ObjectZones times(object->calendar, zones, nullptr);
  Budget budget;
  const auto span = span_of(*object, times, budget);
  EXPECT_LE(span.range.begin, span.range.end);
}

TEST(Corpus, calendars_go_in_or_are_refused_with_a_reason) {
  const auto files = corpus_files("icalendar", "ical");
  const Zones zones;
  Outcome whole;
  Outcome pieces;
  for (const auto& file : files) {
    SCOPED_TRACE(file.filename().string());
    const std::string bytes = bytes_of(file);
    look_at(bytes, zones, whole);
    const auto objects = split_objects(bytes);
    if (!objects) {
      ++pieces.reasons[objects.error().sentence.substr(0, 60)];
      continue;
    }
    for (const auto& object : *objects) look_at(object, zones, pieces);
  }
  EXPECT_GT(whole.taken, 0U);
  EXPECT_EQ(pieces.refused, 0U);
  std::cout << whole.taken << " taken, " << whole.refused << " refused; as files to import "
            << pieces.taken << " objects\n";
  for (const auto& [reason, count] : whole.reasons)
    std::cout << "  " << count << " " << reason << "\n";
  for (const auto& [reason, count] : pieces.reasons)
    std::cout << "  import: " << count << " " << reason << "\n";
}

}  // namespace
}  // namespace kontor::calendar
