// SPDX-License-Identifier: GPL-3.0-or-later
#include "store/log/verify.hpp"

#include <fmt/format.h>

#include "store/log/recover.hpp"

namespace kontor::store {
namespace {

constexpr int k_attempts = 5;  // a server that writes meanwhile may disturb one

Result<LogCheck> check_once(LogDevice& device, const VisitFound& visit) {
  LogCheck check;
  KONTOR_TRY(const auto numbers, device.list());
  for (const auto number : numbers) {
    KONTOR_TRY(const auto size, device.size(number));
    check.logs.push_back({number, size, 0, false});
  }
  const VisitFrame each = [&](const RawFrame& frame, const LogPosition& position,
                              std::string_view payload) -> Result<void> {
    for (auto& log : check.logs) {
      if (log.number != position.file) continue;
      ++log.frames;
      log.sealed = frame.header.type == FrameType::seal;
    }
    const FoundFrame found{frame.header, frame.group_end, frame.durable_upto, frame.length,
                           position};
    return visit(found, payload);
  };
  KONTOR_TRY(auto scan, scan_logs(device, {}, each));
  if (!scan.found && !scan.unborn) return fail(Errc::not_found, "no logs here");
  check.report = std::move(scan.report);
  if (!numbers.empty() && log_number(numbers.front()) > 1)
    check.report.damage.insert(
        check.report.damage.begin(),
        {{1, 0}, {numbers.front(), 0}, "the logs before " + log_file_name(numbers.front())});
  check.end = scan.end;
  check.durable_upto = scan.durable;
  check.unborn_log = scan.unborn.has_value();
  return check;
}

}  // namespace

Result<LogCheck> check_logs(LogDevice& device, const VisitFound& visit) {
  const VisitFound nothing = [](const FoundFrame&, std::string_view) { return Result<void>(); };
  for (int attempt = 0; attempt < k_attempts; ++attempt) {
    const auto check = check_once(device, nothing);
    if (check || check.error().code() != Errc::busy) break;
  }
  return check_once(device, visit);
}

std::string describe(const LogCheck& check) {
  std::string text;
  for (const auto& log : check.logs)
    text += fmt::format("{}: {} frames, {} bytes{}\n", log_file_name(log.number), log.frames,
                        log.size, log.sealed ? ", sealed" : "");
  for (const auto& damage : check.report.damage)
    text += fmt::format("DAMAGED {} to {}: {}\n", position_text(damage.begin),
                        position_text(damage.end), damage.what);
  if (check.unborn_log) text += "the making of a last log was cut short; opening removes it\n";
  if (check.report.torn_bytes > 0)
    text += fmt::format("{} bytes behind {} were never acknowledged; opening cuts them\n",
                        check.report.torn_bytes, position_text(check.end));
  text +=
      fmt::format("{} frames, last sequence {}, end {}: {}\n", check.report.frames,
                  check.report.last_sequence, position_text(check.end),
                  check.good() ? "good" : fmt::format("{} damaged", check.report.damage.size()));
  return text;
}

}  // namespace kontor::store
