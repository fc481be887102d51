// SPDX-License-Identifier: GPL-3.0-or-later
// A log with any bytes changed, and repair: it ends, and what it leaves has no damage. The input is
// a list of changes, three bytes each: place (two), value; a value of 0xFF cuts the log there.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "base/io/memory_disk.hpp"
#include "store/log/frame.hpp"
#include "store/mailbox/plan.hpp"
#include "store/tools/repair.hpp"

namespace {

using namespace kontor;
using namespace kontor::store;

constexpr const char* k_folder = "/a/b/12345678-1234-4234-8234-123456789abc";
constexpr UtcSeconds k_now{std::chrono::seconds(1'800'000'000)};

void require(bool holds) {
  if (!holds) std::abort();
}

std::string make_log() {
  LogHeader header;
  header.number = 1;
  header.salt = 0x1122334455667788;
  header.incarnation = 1;
  auto bytes = encode_log_header(header);
  const Binding owner{"local", Uuid()};
  auto frames =
      plan_account(*Uuid::parse("12345678-1234-4234-8234-123456789abc"), owner, {}, k_now);
  for (int i = 0; i < 6; ++i) {
    NewMessage message;
    message.message = prepare_message("Subject: message\r\n\r\n" + std::string(60, 'x'), 10, 10);
    NewFrame frame;
    frame.type = FrameType::deliver;
    frame.payload = *encode_message(message, k_inbox, k_now);
    frames.push_back(std::move(frame));
  }
  RawFrame raw;
  raw.header.incarnation = 1;
  raw.group_end = true;
  for (const auto& frame : frames) {
    raw.header.type = frame.type;
    ++raw.header.sequence;
    raw.durable_upto = raw.header.sequence - 1;
    encode_frame(bytes, raw, header.salt, frame.payload);
  }
  return bytes;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const std::string log = make_log();
  auto bytes = log;
  for (std::size_t i = 0; i + 3 <= size; i += 3) {
    const std::size_t at = (data[i] | data[i + 1] << 8U) % log.size();
    if (data[i + 2] == 0xFF)
      bytes.resize(std::min(bytes.size(), at));
    else if (at < bytes.size())
      bytes[at] = static_cast<char>(data[i + 2]);
  }
  io::MemoryDisk disk;
  require(io::make_directories(disk, k_folder).has_value());
  require(io::write_file_durably(disk, std::string(k_folder) + "/log.000001", bytes).has_value());
  const auto repaired = repair_account(disk, k_folder, k_now, {}, [](const std::string&) {});
  if (!repaired) return 0;
  const auto check = check_logs(*read_only_log_device(disk, k_folder),
                                [](const FoundFrame&, std::string_view) { return Result<void>(); });
  require(check && check->good());
  return 0;
}
