// SPDX-License-Identifier: GPL-3.0-or-later
#include "store/tools/log_extent.hpp"

#include <algorithm>

#include "base/core/text.hpp"
#include "store/log/scan.hpp"

namespace kontor::store {
namespace {

struct Seen {  // a frame of the last log
  LogPosition position;
  std::uint64_t sequence = 0;
  std::uint64_t incarnation = 0;
};

struct LastLog {
  ScanResult scan;
  LogMark sure;
};

Result<LastLog> scan_last(LogDevice& device, const LogMark& from) {
  std::vector<Seen> frames;
  const VisitFrame visit = [&](const RawFrame& frame, const LogPosition& position,
                               std::string_view) -> Result<void> {
    frames.push_back({position, frame.header.sequence, frame.header.incarnation});
    return {};
  };
  LastLog out;
  KONTOR_TRY(out.scan, scan_logs(device, from, visit));
  out.sure = from;
  for (const auto& frame : frames) {
    if (frame.position >= out.scan.unsynced) break;
    out.sure.sequence = frame.sequence;
    out.sure.incarnation = frame.incarnation;
  }
  out.sure.end = std::max(std::min(out.scan.unsynced, out.scan.end), from.end);
  return out;
}

Result<std::vector<LogFile>> list_logs(io::FileSystem& files, const std::string& folder) {
  KONTOR_TRY(const auto names, files.list(folder));
  std::vector<LogFile> out;
  for (const auto& name : names) {
    auto file = parse_log_name(name);
    if (!file) continue;
    KONTOR_TRY(const auto info, files.stat(folder + '/' + name));
    if (info.directory) continue;
    file->size = info.size;
    out.push_back(*std::move(file));
  }
  std::ranges::sort(out, [](const LogFile& a, const LogFile& b) {
    return std::pair(a.number, a.generation) < std::pair(b.number, b.generation);
  });
  return out;
}

}  // namespace

std::optional<LogFile> parse_log_name(std::string_view name) {
  constexpr std::string_view k_prefix = "log.";
  if (!name.starts_with(k_prefix)) return std::nullopt;
  LogFile out;
  out.name = name;
  const auto rest = name.substr(k_prefix.size());
  const auto dot = rest.find('.');
  const auto number = parse_number<std::uint32_t>(rest.substr(0, dot));
  if (!number || dot == 0 || rest.substr(0, dot).size() < 6) return std::nullopt;
  out.number = *number;
  if (dot == std::string_view::npos) return out;
  const auto generation = rest.substr(dot + 1);
  if (!generation.starts_with('g')) return std::nullopt;
  const auto count = parse_number<std::uint32_t>(generation.substr(1));
  if (!count) return std::nullopt;
  out.generation = *count;
  return out;
}

Result<LogExtent> find_extent(io::FileSystem& files,
                              const std::string& folder,
                              const LogMark& known) {
  LogExtent out;
  KONTOR_TRY(out.files, list_logs(files, folder));
  if (out.files.empty()) return fail(Errc::not_found, "no logs in " + folder);
  const auto device = read_only_log_device(files, folder);
  const auto last = out.files.back().number;
  LogMark from;
  from.end = {last, 0};
  Result<LastLog> found = fail(Errc::corrupt);
  if (known.end.file == last && known.incarnation != 0) found = scan_last(*device, known);
  if (!found) {
    found = scan_last(*device, from);
  }
  KONTOR_TRY(const auto state, std::move(found));
  // A log whose making is under way holds nothing yet; a log that was begun since is the next
  // backup's.
  if (state.scan.unborn)
    std::erase_if(out.files,
                  [&](const LogFile& file) { return file.number >= *state.scan.unborn; });
  if (out.files.empty()) return fail(Errc::busy, "the first log is being made");
  auto& active = out.files.back();
  if (active.number == state.scan.end.file && active.generation == 0)
    active.size = state.scan.end.offset;
  if (state.sure.end.file == active.number) out.sure = state.sure;
  return out;
}

}  // namespace kontor::store
