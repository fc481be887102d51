// SPDX-License-Identifier: GPL-3.0-or-later
// BusyMemory: when people are busy, as their calendars said it last, so that a question for many
// people does not read all of their events again. It holds for as long as the calendars stay as
// they were (their modseq). Bounded: 10,000 windows, what was not asked for longest goes; 2 MB as
// people's calendars are, 50 MB when each is full. Any thread.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "base/core/guarded.hpp"
#include "calendar/freebusy/freebusy.hpp"
#include "server/trace/recent_map.hpp"
#include "store/format/types.hpp"

namespace kontor::scheduling {

// Days are kept in windows of four weeks, counted from 1970-01-01.
using BusyWindow = std::int64_t;
BusyWindow busy_window_of(UtcSeconds moment);
calendar::TimeRange range_of(BusyWindow window);

class BusyMemory {
 public:
  static constexpr std::size_t k_most = 10'000, k_most_periods = 200;  // of one window

  explicit BusyMemory(std::size_t most = k_most) : kept_(most) {}

  // Nothing: not known, or what it came from has changed (`stamp`).
  std::optional<std::vector<calendar::BusyPeriod>> find(const store::AccountId& account,
                                                        BusyWindow window,
                                                        const std::string& stamp);
  // Of the window alone; too many periods are not kept.
  void keep(const store::AccountId& account,
            BusyWindow window,
            const std::string& stamp,
            std::vector<calendar::BusyPeriod> periods);

 private:
  struct Entry {
    std::string stamp;
    std::vector<calendar::BusyPeriod> periods;
  };
  Guarded<trace::RecentMap<Entry>> kept_;
};

}  // namespace kontor::scheduling
