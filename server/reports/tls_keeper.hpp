// SPDX-License-Identifier: GPL-3.0-or-later
// TlsKeeper: the counts that TLS reports are made of, a file a day in DATA/tls-results
// (docs/formats/tls-results.md).
//
// note() is memory alone; save() writes what has changed, so that a crash loses the counts since
// the last one. Bounded: k_most_tls_rows a day, k_most_days; what does not fit is not counted. Any
// thread; what touches the disk blocks.
#pragma once
#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "base/core/guarded.hpp"
#include "base/core/time.hpp"
#include "base/io/file_system.hpp"
#include "base/log/log.hpp"
#include "server/reports/tls_tally.hpp"

namespace kontor::reports {

using Day = std::chrono::sys_days;
inline constexpr int k_most_days = 3;  // RFC 8460, 5.2: after a day of trying a report is dropped

std::string name_of(Day day);                      // "20261123"
std::optional<Day> day_of(std::string_view name);  // the other way

class TlsKeeper {
 public:
  struct Environment {
    io::FileSystem& files;
    const Clock& clock;
    log::Context log;
    std::size_t most_rows = k_most_tls_rows;  // of a day
  };
  // `folder` need not be there. A file that cannot be read is an event, and stays.
  static std::unique_ptr<TlsKeeper> open(Environment environment, std::string folder);

  // One session; nothing: it went as the policy wants.
  void note(TlsPolicy policy, std::optional<TlsFailure> failure);
  Result<void> save();
  // What is there, oldest first.
  std::map<Day, TlsTally> days() const;
  // What a domain was told, or does not want to be. Blocks.
  Result<void> forget(Day day, const std::string& domain);

 private:
  struct Counts {
    TlsTally tally;
    std::size_t rows = 0;
    bool is_changed = false;
  };
  TlsKeeper(Environment environment, std::string folder)
      : environment_(std::move(environment)), folder_(std::move(folder)) {}
  std::string path_of(Day day) const { return folder_ + "/" + name_of(day); }
  Result<void> write(Day day, const Counts& counts);
  void load();

  Environment environment_;
  std::string folder_;
  Guarded<int> writing_;  // held while files are written: one writer at a time
  Guarded<std::map<Day, Counts>> days_;
};

}  // namespace kontor::reports
