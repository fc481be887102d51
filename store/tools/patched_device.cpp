// SPDX-License-Identifier: GPL-3.0-or-later
#include "store/tools/patched_device.hpp"

#include <algorithm>

namespace kontor::store {

void PatchedDevice::patch(std::uint32_t log, std::uint64_t offset, std::string bytes) {
  patches_[log][offset] = std::move(bytes);
}

Result<std::string> PatchedDevice::read(std::uint32_t log,
                                        std::uint64_t offset,
                                        std::uint64_t size) {
  KONTOR_TRY(auto bytes, inner_->read(log, offset, size));
  const auto patches = patches_.find(log);
  if (patches == patches_.end()) return bytes;
  const std::uint64_t end = offset + bytes.size();
  for (const auto& [at, patch] : patches->second) {
    const auto from = std::max(at, offset), to = std::min(at + patch.size(), end);
    if (from < to) bytes.replace(from - offset, to - from, patch, from - at, to - from);
  }
  return bytes;
}

}  // namespace kontor::store
