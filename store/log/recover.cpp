// SPDX-License-Identifier: GPL-3.0-or-later
#include "store/log/recover.hpp"

namespace kontor::store {
namespace {

Result<void> keep_aside(LogDevice& device, const Damage& damage) {
  KONTOR_TRY(const auto size, device.size(damage.begin.file));
  const std::uint64_t end = damage.end.file == damage.begin.file ? damage.end.offset : size;
  if (end <= damage.begin.offset) return {};
  KONTOR_TRY(const auto bytes,
             device.read(damage.begin.file, damage.begin.offset, end - damage.begin.offset));
  const std::string name = log_file_name(damage.begin.file) + "." +
                           std::to_string(damage.begin.offset) + "-" + std::to_string(end);
  return device.quarantine(name, bytes);
}

}  // namespace

Result<void> make_ready(LogDevice& device, const ScanResult& scan) {
  if (scan.unborn) {
    KONTOR_TRY(device.remove(*scan.unborn));
  }
  if (!scan.found) return {};
  for (const auto& damage : scan.report.damage)
    if (!keep_aside(device, damage)) break;
  if (scan.report.torn_bytes > 0) {
    KONTOR_TRY(device.cut(scan.end.file, scan.end.offset));
  }
  // A log without a frame that is known to be durable may have lost its header to a failed sync.
  const std::uint64_t begin = scan.unsynced.offset <= k_log_start ? 0 : scan.unsynced.offset;
  return device.harden(scan.end.file, begin, scan.end.offset - begin);
}

std::string position_text(LogPosition position) {
  return log_file_name(position.file) + ":" + std::to_string(position.offset);
}

}  // namespace kontor::store
