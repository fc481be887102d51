// SPDX-License-Identifier: GPL-3.0-or-later
// Keeper: the counts that reports are made of, a file a day in DATA/dmarc
// (docs/formats/dmarc-results.md).
//
// note() is memory alone; save() writes what has changed, so that a crash loses the counts since
// the last one. Bounded: k_most_rows a day, k_most_days; what does not fit is not counted. Any
// thread; what touches the disk blocks.
#pragma once
#include <chrono>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/core/guarded.hpp"
#include "base/core/time.hpp"
#include "base/io/file_system.hpp"
#include "base/log/log.hpp"
#include "server/filter/dmarc/tally.hpp"

namespace kontor::filter::dmarc {

using Day = std::chrono::sys_days;
inline constexpr int k_most_days = 7;  // older ones are forgotten unsent

std::string name_of(Day day);  // "20261123"

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
  Result<void> save();
  // What is there, oldest first.
  std::map<Day, Tally> days() const;
  // What one domain was told. Blocks.
  Result<void> forget(Day day, const Published& published);

 private:
  struct Counts {
    Tally tally;
    std::size_t rows = 0;
    bool is_changed = false;
  };
  Keeper(Environment environment, std::string folder)
      : environment_(std::move(environment)), folder_(std::move(folder)) {}
  std::string path_of(Day day) const { return folder_ + "/" + name_of(day); }
  Result<void> write(Day day, Counts& counts);
  void load();

  Environment environment_;
  std::string folder_;
  Guarded<int> writing_;  // held while files are written: one writer at a time
  Guarded<std::map<Day, Counts>> days_;
};

}  // namespace kontor::filter::dmarc
