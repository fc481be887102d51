// SPDX-License-Identifier: GPL-3.0-or-later
// Recorder: the Sink that keeps what it is told, in DATA/message-trace.
//
// note() puts a step into a queue in memory and returns; one thread of its own writes what came, at
// least once a second, day by day into parts (part.hpp) and into the statistics. Mail never waits
// for it: when more than k_most_waiting steps wait, or the disk fails or is full, steps are
// dropped, counted and told in the log. A crash costs what came in the last second. A damaged file
// is set aside and a new one begun. Any thread.
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/config/settings.hpp"
#include "base/log/log.hpp"
#include "server/message_trace/step.hpp"

namespace kontor::message_trace {

inline constexpr std::size_t k_most_waiting = 100'000;

struct RecorderEnvironment {
  const config::MessageTrace& settings;
  std::string folder;         // made when missing
  std::uint64_t reserve = 0;  // disk space below which nothing is written
  log::Context log;
  std::function<std::int64_t()> milliseconds = {};  // since 1970; unset: the machine's clock
  bool by_hand = false;                             // no thread: write() is called (tests)
};

class Recorder final : public Sink {
 public:
  explicit Recorder(RecorderEnvironment environment);
  ~Recorder() override;  // what waits is written

  void note(Step step) noexcept override;
  // What was noted before is in the files when it returns; false: not within 10 seconds. Blocking.
  bool flush();
  void write();  // by hand
  std::uint64_t lost() const noexcept;

  const std::string& folder() const noexcept;
  // A reader found it damaged; it is set aside soon.
  void report_damage(const std::string& part, const Error& why);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// The names of the parts in the folder, newest first: "20261123-001.db".
std::vector<std::string> parts_in(const std::string& folder);
// 20261123 of that name; nothing: it is none.
std::int64_t day_of_part(std::string_view name) noexcept;
// The day of that time (UTC): 20261123.
std::int64_t day_of(std::int64_t milliseconds) noexcept;
std::string statistics_file(const std::string& folder);

}  // namespace kontor::message_trace
