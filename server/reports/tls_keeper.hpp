// SPDX-License-Identifier: GPL-3.0-or-later
// TlsKeeper: the counts that TLS reports are made of, a file a day in DATA/tls-results
// (docs/formats/tls-results.md).
//
// note() is memory alone; save() writes what has changed, so that a crash loses the counts since
// the last one. Bounded: k_most_tls_rows a day, k_most_days; what does not fit is not counted. Any
// thread; what touches the disk blocks.
#pragma once
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "base/io/daily_tallies.hpp"
#include "server/reports/tls_tally.hpp"

namespace kontor::reports {

using io::Day;
inline constexpr int k_most_days = 3;  // RFC 8460, 5.2: after a day of trying a report is dropped

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
  Result<void> save() { return counts_.save(); }
  // What is there, oldest first.
  std::map<Day, TlsTally> days() const { return counts_.days(); }
  // What a domain was told, or does not want to be. Blocks.
  Result<void> forget(Day day, const std::string& domain);

 private:
  struct Kind {
    using Tally = TlsTally;
    static constexpr int k_most_days = reports::k_most_days;
    static Result<Tally> parse(std::string_view text) { return parse_tls_tally(text); }
    static std::string format(const Tally& tally) { return format_tls_tally(tally); }
    static std::size_t rows(const Tally& tally);
    static const log::EventKind& unreadable();
    static const log::EventKind& unwritable();
  };
  TlsKeeper(Environment environment, std::string folder);

  std::size_t most_rows_;
  io::DailyTallies<Kind> counts_;
};

}  // namespace kontor::reports
