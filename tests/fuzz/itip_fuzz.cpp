// SPDX-License-Identifier: GPL-3.0-or-later
// Scheduling with any two calendars: the input's two halves, divided by a line "==", are an object
// and what comes after it or a message about it. What is to be stored can be read, and what is sent
// names its method.
#include <cstdint>
#include <cstdlib>

#include "calendar/itip/apply.hpp"
#include "calendar/itip/booking.hpp"
#include "calendar/itip/organizer.hpp"

namespace {

using namespace kontor::calendar;

const std::vector<std::string> k_boss = {"b@e"};
const std::vector<std::string> k_anna = {"a@e"};
const kontor::UtcSeconds k_now{std::chrono::sys_days(std::chrono::year(2026) / 1 / 1)};

void check(const std::vector<SchedulingMessage>& messages) {
  for (const auto& one : messages)
    if (method_of(one.calendar.value("METHOD")) != one.method) std::abort();
}

void change(const CalendarObject* before, const CalendarObject* after) {
  const auto organizer = organizer_change(before, after, k_boss, k_now);
  if (organizer) check(organizer->messages);
  if (organizer && after != nullptr && !read_object(write_component(organizer->calendar)))
    std::abort();
  check(attendee_change(before, after, k_anna, k_now).messages);
}

void apply(const CalendarObject* stored, const CalendarObject& message) {
  for (const auto& self : {k_boss, k_anna})
    for (const auto from : {"b@e", "a@e", "x@e"}) {
      const ApplyOptions options{.self = self, .take_party_crashers = true, .now = k_now};
      const auto applied = apply_message(stored, message, from, options);
      check(applied.messages);
      if (applied.calendar && applied.calendar->find("METHOD") != nullptr) std::abort();
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const auto middle = bytes.find("\n==\n");
  if (middle == std::string_view::npos) return 0;
  const auto before = read_object(bytes.substr(0, middle + 1));
  const auto after = read_object(bytes.substr(middle + 4));
  const auto message = read_message(bytes.substr(middle + 4));
  if (before && after) {
    change(&*before, &*after);
    if (!check_scheduling_change(&*before, *before, k_anna) &&
        check_scheduling_change(nullptr, *before, k_anna))
      std::abort();
    (void)check_scheduling_change(&*before, *after, k_anna);
  }
  if (before) {
    change(nullptr, &*before);
    change(&*before, nullptr);
  }
  if (!message) return 0;
  apply(nullptr, *message);
  if (before) apply(&*before, *message);
  static const Zones zones;
  ObjectZones times(message->calendar, zones, nullptr);
  const auto decision =
      decide_booking(*message, {.most_conflicts = 3},
                     {{{k_now, k_now + std::chrono::days(3)}, BusyType::busy}}, true, k_now, times);
  answer_booking(*message, decision, "a@e", "no", k_now);
  return 0;
}
