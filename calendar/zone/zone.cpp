// SPDX-License-Identifier: GPL-3.0-or-later
#include "calendar/zone/zone.hpp"

#include <algorithm>

namespace kontor::calendar {

using namespace std::chrono;

Zone::Zone(std::string id, seconds first, std::vector<Transition> transitions)
    : id_(std::move(id)), first_(first), transitions_(std::move(transitions)) {}

seconds Zone::offset_at(UtcSeconds time) const noexcept {
  const auto after = std::ranges::upper_bound(transitions_, time, {}, &Transition::at);
  return after == transitions_.begin() ? first_ : std::prev(after)->offset;
}

LocalSeconds Zone::to_local(UtcSeconds time) const noexcept {
  return LocalSeconds((time + offset_at(time)).time_since_epoch());
}

UtcSeconds Zone::to_utc(LocalSeconds time) const noexcept {
  // Offsets are less than a day: what holds a day before is what holds before any transition that
  // can concern this time, unless several lie so near; each of them is looked at.
  const UtcSeconds as_utc(time.time_since_epoch());
  seconds offset = offset_at(as_utc - days(1));
  auto next = std::ranges::upper_bound(transitions_, as_utc - days(1), {}, &Transition::at);
  for (; next != transitions_.end() && next->at <= as_utc + days(1); ++next) {
    // Up to the transition the old offset counts, so the first of two; in a gap the old one too.
    if (as_utc - offset < next->at) break;
    const bool in_gap = as_utc - next->offset < next->at;
    if (in_gap) break;
    offset = next->offset;
  }
  return as_utc - offset;
}

const ZonePtr& utc_zone() {
  static const ZonePtr zone =
      std::make_shared<const Zone>("UTC", seconds(0), std::vector<Transition>{});
  return zone;
}

}  // namespace kontor::calendar
