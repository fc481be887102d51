// SPDX-License-Identifier: GPL-3.0-or-later
// Recovery on any bytes: it must end, keep its promises and never trust a length.
//
// The input is a list of edits on a log of some frames (first byte even) or the log itself (odd).
#include <cstdint>
#include <cstdlib>

#include "base/io/memory_disk.hpp"
#include "store/log/account_log.hpp"
#include "store/log/frame.hpp"
#include "store/log/sync_pool.hpp"
#include "store/log/verify.hpp"

namespace {
using namespace kontor;
using namespace kontor::store;

constexpr AccountLog::Options k_options{.segment_size = 4'096, .preallocate = 512};

void require(bool condition) {
  if (!condition) std::abort();
}

// A log with a known salt, so that the edits stay reproducible.
std::string sample_log() {
  LogHeader header;
  header.number = 1;
  header.salt = 7;
  header.incarnation = 1ULL << 32U;
  std::string bytes = encode_log_header(header);
  for (std::uint64_t n = 1; n <= 6; ++n) {
    RawFrame frame;
    frame.header = {FrameType::deliver, 0, header.incarnation, n};
    frame.group_end = n != 3;
    frame.durable_upto = n > 2 ? n - 2 : 0;
    encode_frame(bytes, frame, header.salt, std::string(n * 9, static_cast<char>('a' + n)));
  }
  return bytes + std::string(200, '\0');
}

// Each edit: two bytes of offset, one of value, or a cut when the value is 255.
std::string edited(std::string_view edits) {
  std::string bytes = sample_log();
  for (; edits.size() >= 3; edits.remove_prefix(3)) {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(edits[i]); };
    const std::size_t at = (byte(0) | byte(1) << 8U) % (bytes.size() + 1);
    if (byte(2) == 255)
      bytes.resize(at);
    else if (at < bytes.size())
      bytes[at] = static_cast<char>(bytes[at] ^ edits[2]);
    if (bytes.empty()) break;
  }
  return bytes;
}

struct Replayed {
  std::unique_ptr<AccountLog> log;
  std::vector<std::uint64_t> sequences;
};

Replayed replay(io::MemoryDisk& disk, SyncPool& pool) {
  Replayed out;
  ReplayReport report;
  const ReplayFrame each = [&](const FrameHeader& header, const LogPosition&, std::string_view) {
    require(out.sequences.empty() || out.sequences.back() < header.sequence);
    out.sequences.push_back(header.sequence);
    return Result<void>();
  };
  auto log =
      AccountLog::open(local_log_device(disk, "/a"), pool, k_options, LogPosition{}, each, report);
  if (log) out.log = *std::move(log);
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view input(reinterpret_cast<const char*>(data) + 1, size - 1);
  io::MemoryDisk disk;
  SyncPool pool(0);
  require(disk.make_directory("/a").has_value());
  const std::string bytes = data[0] % 2 == 0 ? edited(input) : std::string(input);
  require(io::write_file_durably(disk, "/a/log.000001", bytes).has_value());
  const auto device = read_only_log_device(disk, "/a");
  const auto check =
      check_logs(*device, [](const FoundFrame&, std::string_view) { return Result<void>(); });
  if (check) require(!describe(*check).empty());

  auto first = replay(disk, pool);
  if (!first.log) return 0;
  std::vector<NewFrame> frames;
  frames.push_back({FrameType::note, "after"});
  const auto appended =
      first.log->append(std::move(frames), [](Result<void> done) { require(done.has_value()); });
  require(appended.has_value());
  first.log.reset();
  const auto second = replay(disk, pool);  // what was kept stays, what was appended is there
  require(second.log != nullptr);
  first.sequences.push_back(appended->first_sequence);
  require(second.sequences == first.sequences);
  return 0;
}
