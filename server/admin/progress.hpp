// SPDX-License-Identifier: GPL-3.0-or-later
// How far a long work of kontorctl has come: one line that is written over on a terminal, else a
// line every ten seconds. One thread.
#pragma once
#include <cstdint>
#include <iosfwd>
#include <string>

#include "base/core/time.hpp"

namespace kontor::admin {

struct Done {
  std::uint64_t messages = 0;
  std::uint64_t bytes = 0;  // of the source
};

// "12345 messages, 1.2 of 3.4 GB (35 %), 4210 messages/s, 0:07:12 left". Pure.
std::string progress_line(Done done, std::uint64_t all_bytes, std::chrono::milliseconds elapsed);

class Progress {
 public:
  Progress(std::ostream& out, bool is_terminal, std::uint64_t all_bytes, const Clock& clock);
  void update(Done done);  // writes when it is time
  void finish(Done done);  // the last line, when any was written
  std::chrono::milliseconds elapsed() const;

 private:
  void write(Done done);
  std::ostream& out_;
  bool is_terminal_;
  std::uint64_t all_bytes_;
  const Clock& clock_;
  SteadyTime started_;
  SteadyTime written_;
  std::size_t width_ = 0;  // of the line on the terminal
};

}  // namespace kontor::admin
