// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/admin/progress.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <ostream>

namespace kontor::admin {
namespace {

using std::chrono::milliseconds;

constexpr std::chrono::milliseconds k_terminal_pause{200};
constexpr std::chrono::seconds k_line_pause{10};

std::string sizes(std::uint64_t done, std::uint64_t all) {
  struct Unit {
    std::uint64_t bytes;
    const char* name;
  };
  constexpr std::array<Unit, 3> k_units{{{1'000'000'000, "GB"}, {1'000'000, "MB"}, {1'000, "kB"}}};
  for (const auto& unit : k_units)
    if (all >= unit.bytes)
      return fmt::format("{:.1f} of {:.1f} {}",
                         static_cast<double>(done) / static_cast<double>(unit.bytes),
                         static_cast<double>(all) / static_cast<double>(unit.bytes), unit.name);
  return fmt::format("{} of {} bytes", done, all);
}

}  // namespace

std::string progress_line(Done done, std::uint64_t all_bytes, milliseconds elapsed) {
  const auto millis = static_cast<std::uint64_t>(std::max<std::int64_t>(elapsed.count(), 1));
  // A file may have grown since it was measured.
  all_bytes = std::max(all_bytes, done.bytes);
  const auto percent = all_bytes == 0 ? 100 : done.bytes * 100 / all_bytes;
  auto line = fmt::format("{} messages, {} ({} %), {} messages/s", done.messages,
                          sizes(done.bytes, all_bytes), percent, done.messages * 1'000 / millis);
  if (done.bytes > 0 && done.bytes < all_bytes) {
    const auto per_byte = static_cast<double>(millis) / static_cast<double>(done.bytes);
    const auto left =
        static_cast<std::uint64_t>(per_byte * static_cast<double>(all_bytes - done.bytes) / 1'000);
    line += fmt::format(", {}:{:02}:{:02} left", left / 3'600, left / 60 % 60, left % 60);
  }
  return line;
}

Progress::Progress(std::ostream& out, bool is_terminal, std::uint64_t all_bytes, const Clock& clock)
    : out_(out),
      is_terminal_(is_terminal),
      all_bytes_(all_bytes),
      clock_(clock),
      started_(clock.steady()),
      written_(started_) {}

milliseconds Progress::elapsed() const {
  return std::chrono::duration_cast<milliseconds>(clock_.steady() - started_);
}

void Progress::update(Done done) {
  const auto pause = is_terminal_ ? k_terminal_pause : milliseconds(k_line_pause);
  if (clock_.steady() - written_ >= pause) write(done);
}

void Progress::finish(Done done) {
  if (written_ == started_) return;
  write(done);
  if (is_terminal_) out_ << '\n' << std::flush;
}

void Progress::write(Done done) {
  written_ = clock_.steady();
  auto line = progress_line(done, all_bytes_, elapsed());
  if (is_terminal_) {
    const auto shown = line.size();
    line.resize(std::max(shown, width_), ' ');
    width_ = shown;
    out_ << '\r' << line << std::flush;
  } else {
    out_ << line << '\n' << std::flush;
  }
}

}  // namespace kontor::admin
