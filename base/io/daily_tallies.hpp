// SPDX-License-Identifier: GPL-3.0-or-later
// DailyTallies: what is counted by day, in memory and in a file a day (its name is the day's).
//
// Changes are memory alone; save() writes the days that changed, so that a crash loses the counts
// since the last one. Days that are too old are forgotten with their files. Any thread; save() and
// the constructor block.
//
// Kind: Tally, a map; parse(text) -> Result<Tally>; format(tally) -> text; rows(tally), which a
// caller may bound; k_most_days; unreadable(), unwritable(): the events of a file.
#pragma once
#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/core/guarded.hpp"
#include "base/core/time.hpp"
#include "base/io/file_system.hpp"
#include "base/log/keys.hpp"
#include "base/log/log.hpp"

namespace kontor::io {

using Day = std::chrono::sys_days;

std::string day_name(Day day);                             // "20261123"
std::optional<Day> parse_day_name(std::string_view name);  // the other way, from the year 1000 on

template <class Kind>
class DailyTallies {
 public:
  using Tally = typename Kind::Tally;
  struct Environment {
    FileSystem& files;
    const Clock& clock;
    log::Context log;
  };

  // `folder` need not be there. A file that cannot be read is an event, and stays.
  DailyTallies(Environment environment, std::string folder)
      : environment_(std::move(environment)), folder_(std::move(folder)) {
    const auto names = environment_.files.list(folder_);
    for (const auto& name : names ? *names : std::vector<std::string>())
      if (const auto day = parse_day_name(name)) load(*day);
  }

  // change(tally, rows): `rows` is how many it has, and is kept true by `change`.
  template <class Change>
  void change_today(const Change& change) {
    days_.with([&](auto& days) { apply(days[today()], change); });
  }
  // The same of a day that is there.
  template <class Change>
  void change(Day day, const Change& change) {
    days_.with([&](auto& days) {
      if (const auto found = days.find(day); found != days.end()) apply(found->second, change);
    });
  }

  // Errors: of the last day that could not be written; it is tried again the next time.
  Result<void> save() {
    return writing_.with([&](int&) -> Result<void> {
      Result<void> result;
      for (const auto& [day, counts] : take_changed()) {
        auto written = write(day, counts.tally);
        if (written) continue;
        environment_.log.emit(Kind::unwritable(), written.error(),
                              {{log::Keys::file, path_of(day)}});
        days_.with([at = day](auto& days) { days[at].is_changed = true; });
        result = std::move(written);
      }
      return result;
    });
  }

  // What is there, oldest first; no day without anything.
  std::map<Day, Tally> days() const {
    return days_.with([](const auto& days) {
      std::map<Day, Tally> out;
      for (const auto& [day, counts] : days)
        if (!counts.tally.empty()) out.emplace(day, counts.tally);
      return out;
    });
  }

 private:
  struct Counts {
    Tally tally;
    std::size_t rows = 0;
    bool is_changed = false;
  };
  using Days = std::map<Day, Counts>;
  static constexpr std::uint64_t k_longest = 128U << 20U;  // a file

  Day today() const { return std::chrono::floor<std::chrono::days>(environment_.clock.now()); }
  std::string path_of(Day day) const { return folder_ + "/" + day_name(day); }

  template <class Change>
  static void apply(Counts& counts, const Change& change) {
    counts.is_changed = true;
    change(counts.tally, counts.rows);
  }

  void load(Day day) {
    const auto text = read_file(environment_.files, path_of(day), k_longest);
    auto tally = text ? Kind::parse(*text) : Result<Tally>(fail(text.error()));
    if (!tally) {
      environment_.log.emit(Kind::unreadable(), tally.error(), {{log::Keys::file, path_of(day)}});
      return;
    }
    Counts counts;
    counts.rows = Kind::rows(*tally);
    counts.tally = *std::move(tally);
    days_.with([&](auto& days) { days[day] = std::move(counts); });
  }

  Days take_changed() {
    const auto oldest = today() - std::chrono::days(Kind::k_most_days);
    return days_.with([&](auto& days) {
      Days out;
      for (auto& [day, counts] : days) {
        if (day < oldest) counts = {{}, 0, true};
        if (std::exchange(counts.is_changed, false)) out.emplace(day, counts);
      }
      std::erase_if(days, [](const auto& one) { return one.second.tally.empty(); });
      return out;
    });
  }

  // Under writing_. An empty day has no file.
  Result<void> write(Day day, const Tally& tally) {
    if (tally.empty()) {
      const auto removed = environment_.files.remove(path_of(day));
      if (!removed && removed.error().code() != Errc::not_found) return removed;
      return {};
    }
    KONTOR_TRY(make_directories(environment_.files, folder_));
    return write_file_durably(environment_.files, path_of(day), Kind::format(tally));
  }

  Environment environment_;
  std::string folder_;
  Guarded<int> writing_;  // held while files are written: one writer at a time
  Guarded<Days> days_;
};

}  // namespace kontor::io
