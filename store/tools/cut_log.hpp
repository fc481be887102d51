// SPDX-License-Identifier: GPL-3.0-or-later
// The beginning of a log of any generation, as one that can be gone on with: of the first, its
// messages unpacked. Frames keep their sequence numbers; a stub stays a stub.
#pragma once
#include <cstdint>
#include <string>

#include "base/core/result.hpp"
#include "base/io/file_system.hpp"
#include "store/log/device.hpp"

namespace kontor::store {

// Writes the frames of `log` (with its generation) up to that of sequence number `last`, or to its
// seal when that comes first, to the new file `to`, synced. corrupt: one of them is damaged or
// missing; the file is removed. Blocking.
Result<void> cut_log(io::FileSystem& files,
                     LogDevice& device,
                     std::uint32_t log,
                     std::uint64_t last,
                     const std::string& to);

}  // namespace kontor::store
