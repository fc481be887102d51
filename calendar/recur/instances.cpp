// SPDX-License-Identifier: GPL-3.0-or-later
// The times of the master come from its rules and dates; each is then the master's, or of the
// override that counts for it. Overrides of one instance stand on their own, so that one that was
// moved far away is found wherever it is now.
#include "calendar/recur/instances.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include "base/core/text.hpp"
#include "calendar/recur/moments.hpp"

namespace kontor::calendar {
namespace {

using namespace std::chrono;

constexpr std::uint64_t k_instance_cost =
    20;  // steps: what is kept weighs more than what is passed

bool overlaps(UtcSeconds start, UtcSeconds end, const TimeRange& range) {
  if (start == end) return start >= range.begin && start < range.end;
  return start < range.end && end > range.begin;
}

unsigned sequence_of(const Component& component) {
  return parse_number<unsigned>(component.value("SEQUENCE")).value_or(0);
}

struct Override {
  const Component* component;
  DateTime recurrence_id;
  Moments moments;
  bool and_future = false;
};

class Expander {
 public:
  Expander(const CalendarObject& object, TimeRange range, ObjectZones& zones, Budget& budget)
      : object_(object), range_(range), zones_(zones), budget_(budget) {}

  Instances run() {
    const Component* master = object_.master();
    std::optional<Moments> moments;
    if (master != nullptr) moments = moments_of(*master, zones_);
    if (moments) anchor_ = moments->anchor;
    gather_overrides();
    for (const auto& [key, one] : overrides_)
      add(*one.component, one.recurrence_id, one.moments.anchor, one.moments);
    if (moments) add_originals(*master, *moments);
    found_.complete = found_.complete && !budget_.spent();
    std::ranges::sort(found_.list, [](const Instance& a, const Instance& b) {
      return std::tie(a.start, a.recurrence_id.local) < std::tie(b.start, b.recurrence_id.local);
    });
    return std::move(found_);
  }

 private:
  // What identifies an instance: the day of a whole-day master, else the moment.
  UtcSeconds key_of(const DateTime& time) {
    if (anchor_ && anchor_->is_date())
      return UtcSeconds(floor<days>(time.local).time_since_epoch());
    if (time.is_date() && anchor_) {  // some programs name the day alone
      DateTime full = *anchor_;
      full.local = floor<days>(time.local) + (anchor_->local - floor<days>(anchor_->local));
      return zones_.utc(full);
    }
    return zones_.utc(time);
  }

  void gather_overrides() {
    for (const Component* part : object_.parts()) {
      const Property* id = part->find("RECURRENCE-ID");
      if (id == nullptr) continue;
      const auto time = read_date_time(*id);
      const auto moments = moments_of(*part, zones_);
      if (!time || !moments) continue;
      if (!budget_.take()) return;
      Override one{part, *time, *moments, iequals(id->parameter("RANGE"), "THISANDFUTURE")};
      const UtcSeconds key = key_of(*time);
      const auto known = overrides_.find(key);
      if (known != overrides_.end() && sequence_of(*known->second.component) > sequence_of(*part))
        continue;
      overrides_.insert_or_assign(key, std::move(one));
    }
    for (const auto& [key, one] : overrides_)
      if (one.and_future) future_.emplace(key, &one);
  }

  void add(const Component& component,
           const DateTime& recurrence_id,
           const DateTime& start,
           const Moments& moments) {
    const UtcSeconds begin = zones_.utc(start);
    const UtcSeconds end = end_of(start, moments.length, zones_);
    if (!overlaps(begin, end, range_) || !budget_.take(k_instance_cost)) return;
    found_.list.push_back({.component = &component,
                           .recurrence_id = recurrence_id,
                           .local_start = start,
                           .start = begin,
                           .end = end,
                           .has_start = moments.has_start,
                           .has_end = moments.has_end});
  }

  // The time between originals and what they become, at most.
  seconds reach(const Moments& master) const {
    const auto of = [](const Length& length) {
      return seconds(std::chrono::abs(length.days)) + std::chrono::abs(length.seconds);
    };
    seconds most = of(master.length);
    for (const auto& [key, one] : future_)
      most = std::max(most, of(one->moments.length) + std::chrono::abs(one->moments.anchor.local -
                                                                       one->recurrence_id.local));
    for (const auto& [local, length] : periods_) most = std::max(most, of(length));
    return most;
  }

  void add_originals(const Component& master, const Moments& moments) {
    const ZonePtr zone = zones_.zone_of(moments.anchor);
    gather_dates(master, moments.anchor, *zone);
    // A day more: clocks were moved by so much, and a nominal day is longer or shorter.
    const seconds margin = reach(moments);
    window_begin_ = zone->to_local(range_.begin - margin) - days(1);
    window_end_ = zone->to_local(range_.end + margin) + days(1);
    originals_.push_back(moments.anchor.local);
    for (const auto& property : master.properties)
      if (property.name == "RRULE") expand(property, moments.anchor, *zone, originals_);
    std::vector<LocalSeconds> excluded;
    for (const auto& property : master.properties)
      if (property.name == "EXRULE") expand(property, moments.anchor, *zone, excluded);
    std::ranges::sort(excluded);
    std::ranges::sort(originals_);
    originals_.erase(std::ranges::unique(originals_).begin(), originals_.end());
    for (const LocalSeconds local : originals_) {
      if (local < window_begin_ || local > window_end_) continue;
      if (std::ranges::binary_search(excluded, local)) continue;
      DateTime original = moments.anchor;
      original.local = local;
      place(master, moments, original);
    }
  }

  // RDATE and EXDATE, on the wall clock of the master.
  void gather_dates(const Component& master, const DateTime& anchor, const Zone& zone) {
    const auto local_of = [&](const DateTime& time) {
      if (anchor.is_date()) return LocalSeconds(floor<days>(time.local));
      if (time.form == anchor.form && time.tzid == anchor.tzid) return time.local;
      return zone.to_local(key_of(time));
    };
    for (const auto& property : master.properties) {
      if (property.name != "RDATE" && property.name != "EXDATE") continue;
      for (const auto value : split(property.value, ',')) {
        const auto slash = value.find('/');
        const auto time = read_date_time(value.substr(0, slash), property.parameter("TZID"));
        if (!time || !budget_.take()) continue;
        if (property.name == "EXDATE") {
          exceptions_.insert(key_of(*time));
          continue;
        }
        originals_.push_back(local_of(*time));
        if (slash != std::string_view::npos)
          add_period(*time, local_of(*time), value.substr(slash + 1), property.parameter("TZID"));
      }
    }
  }

  void add_period(const DateTime& start,
                  LocalSeconds local,
                  std::string_view end,
                  std::string_view tzid) {
    if (const auto duration = read_duration(end))
      periods_[local] = {.days = duration->days, .seconds = duration->seconds};
    else if (const auto time = read_date_time(end, tzid))
      periods_[local] = {.days = {},
                         .seconds = std::max(seconds(0), zones_.utc(*time) - zones_.utc(start))};
  }

  void expand(const Property& property,
              const DateTime& anchor,
              const Zone& zone,
              std::vector<LocalSeconds>& out) {
    const auto rule = read_rule(property.value);
    if (!rule) return;
    LocalSeconds until = window_end_;
    if (rule->until) until = std::min(until, until_of(*rule->until, anchor, zone));
    RuleTimes times(*rule, anchor.local, until, budget_);
    times.skip_to(window_begin_);
    while (const auto time = times.next()) {
      if (!budget_.take(4)) return;
      out.push_back(*time);
    }
  }

  static LocalSeconds until_of(const DateTime& until, const DateTime& anchor, const Zone& zone) {
    if (until.is_date() && !anchor.is_date()) return until.local + days(1) - seconds(1);
    if (until.form == TimeForm::utc && anchor.form == TimeForm::zoned)
      return zone.to_local(UtcSeconds(until.local.time_since_epoch()));
    return until.local;
  }

  void place(const Component& master, const Moments& moments, const DateTime& original) {
    const UtcSeconds key = key_of(original);
    // Two wall clock times may be one moment where clocks go forward: it counts once.
    if (key == placed_) return;
    placed_ = key;
    if (exceptions_.contains(key) || overrides_.contains(key)) return;
    const auto after = future_.upper_bound(key);
    if (after == future_.begin()) {
      Moments own = moments;
      if (const auto period = periods_.find(original.local); period != periods_.end()) {
        own.length = period->second;
        own.has_end = true;
      }
      add(master, original, original, own);
      return;
    }
    const Override& from = *std::prev(after)->second;
    DateTime start = from.moments.anchor;
    start.local += original.local - from.recurrence_id.local;
    if (from.recurrence_id.form != original.form || from.recurrence_id.tzid != original.tzid) {
      const ZonePtr zone = zones_.zone_of(original);
      start.local =
          from.moments.anchor.local + (original.local - zone->to_local(key_of(from.recurrence_id)));
    }
    add(*from.component, original, start, from.moments);
  }

  const CalendarObject& object_;
  TimeRange range_;
  ObjectZones& zones_;
  Budget& budget_;
  std::optional<DateTime> anchor_;
  std::map<UtcSeconds, Override> overrides_;
  std::map<UtcSeconds, const Override*> future_;
  std::set<UtcSeconds> exceptions_;
  std::map<LocalSeconds, Length> periods_;
  std::vector<LocalSeconds> originals_;
  LocalSeconds window_begin_, window_end_;
  std::optional<UtcSeconds> placed_;
  Instances found_;
};

}  // namespace

Instances instances_in(const CalendarObject& object,
                       TimeRange range,
                       ObjectZones& zones,
                       Budget& budget) {
  return Expander(object, range, zones, budget).run();
}

}  // namespace kontor::calendar
