// SPDX-License-Identifier: GPL-3.0-or-later
// Keeper: the counts that reports are made of, a file a day in DATA/dmarc
// (docs/formats/dmarc-results.md).
//
// note() is memory alone; save() writes what has changed, so that a crash loses the counts since
// the last one. Bounded: k_most_rows a day, k_most_days; what does not fit is not counted. Any
// thread; what touches the disk blocks.
#pragma once
#include <map>
#include <memory>
#include <string>

#include "base/io/daily_tallies.hpp"
#include "server/filter/dmarc/tally.hpp"

namespace kontor::filter::dmarc {

using io::Day;
inline constexpr int k_most_days = 7;  // older ones are forgotten unsent

class Keeper {
 public:
  struct Environment {
    io::FileSystem& files;
    const Clock& clock;
    log::Context log;
    std::size_t most_rows = k_most_rows;  // of a day
  };
  // `folder` is DATA/dmarc; need not be there. A file that cannot be read is an event, and stays.
  static std::unique_ptr<Keeper> open(Environment environment, std::string folder);

  void note(const Published& published, OutcomeRow row);
  Result<void> save() { return counts_.save(); }
  // What is there, oldest first.
  std::map<Day, Tally> days() const { return counts_.days(); }
  // What one domain was told. Blocks.
  Result<void> forget(Day day, const Published& published);

 private:
  struct Kind {
    using Tally = dmarc::Tally;
    static constexpr int k_most_days = dmarc::k_most_days;
    static Result<Tally> parse(std::string_view text) { return parse_tally(text); }
    static std::string format(const Tally& tally) { return format_tally(tally); }
    static std::size_t rows(const Tally& tally);
    static const log::EventKind& unreadable();
    static const log::EventKind& unwritable();
  };
  Keeper(Environment environment, std::string folder);

  std::size_t most_rows_;
  io::DailyTallies<Kind> counts_;
};

}  // namespace kontor::filter::dmarc
