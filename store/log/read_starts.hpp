// SPDX-License-Identifier: GPL-3.0-or-later
// The beginnings of many payloads with few reads: those that stand close to each other come by one.
// What comes whole is checked by the CRC of its frame. Blocking. Failure: as of the device; corrupt
// (no frame there, the log ends within it, another checksum).
#pragma once
#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string_view>

#include "base/core/result.hpp"
#include "store/format/types.hpp"

namespace kontor::store {

class LogDevice;  // store/log/device.hpp

struct PayloadStart {
  LogPosition position;    // of the frame
  std::uint64_t size = 0;  // bytes of its payload; fewer come when it is shorter
};

// Takes what was read for `starts[index]`, which stays there for the call alone.
using TakeStart = std::function<Result<void>(std::size_t index, std::string_view payload)>;
// Of a log; for checksums.
using SaltOf = std::function<Result<std::uint64_t>(std::uint32_t log)>;

// Each is taken once, in the order of the frames in their logs; ends with the first error.
Result<void> read_payload_starts(LogDevice& device,
                                 const SaltOf& salt_of,
                                 std::span<const PayloadStart> starts,
                                 const TakeStart& take);

}  // namespace kontor::store
