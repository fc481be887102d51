// SPDX-License-Identifier: GPL-3.0-or-later
// A time zone: the offsets from UTC that held, hold and will hold at a place. Immutable; any
// thread.
//
// Made from the system's tz database (TZif, RFC 8536), from a VTIMEZONE (RFC 5545, 3.6.5) or of a
// fixed offset. Rules are followed up to the year 2200; later years have the last offset.
#pragma once
#include <chrono>
#include <expected>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "calendar/ical/values.hpp"

namespace kontor::calendar {

struct Transition {
  UtcSeconds at;
  std::chrono::seconds offset;  // east of Greenwich, from `at` on
  std::string name;             // "MSK"
};

class Zone {
 public:
  // `transitions` in the order of time; `first` holds before the first of them.
  Zone(std::string id, std::chrono::seconds first, std::vector<Transition> transitions);

  const std::string& id() const noexcept { return id_; }
  std::chrono::seconds offset_at(UtcSeconds time) const noexcept;
  LocalSeconds to_local(UtcSeconds time) const noexcept;
  // RFC 5545, 3.3.5: a time that is there twice is the first of the two; a time that was skipped is
  // taken with the offset from before the gap.
  UtcSeconds to_utc(LocalSeconds time) const noexcept;
  const std::vector<Transition>& transitions() const noexcept { return transitions_; }
  std::chrono::seconds first_offset() const noexcept { return first_; }

 private:
  std::string id_;
  std::chrono::seconds first_;
  std::vector<Transition> transitions_;
};

using ZonePtr = std::shared_ptr<const Zone>;  // shared: by the cache and by everything that is read

const ZonePtr& utc_zone();

// A TZif file of any version with its footer. The error says what is wrong with the bytes.
std::expected<Zone, std::string> read_tzif(std::string_view bytes, std::string id);
// A VTIMEZONE component: its observances with RRULE and RDATE, bounded.
std::expected<Zone, std::string> read_vtimezone(const Component& vtimezone);
// A VTIMEZONE that says what holds in `range`, and goes on with the zone's rules where it has such:
// for clients and messages that need one (RFC 7809, 3.1.4).
Component write_vtimezone(const Zone& zone, TimeRange range);

}  // namespace kontor::calendar
