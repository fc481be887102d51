// SPDX-License-Identifier: GPL-3.0-or-later
// The file of blocked addresses, DATA/blocks (docs/formats/blocks.md): blocks survive a restart.
#pragma once
#include <string>

#include "base/log/log.hpp"
#include "server/trace/guard.hpp"

namespace kontor::app {

// What is missing is no block; what is damaged is logged and left out. Blocks on the disk.
void load_blocks(trace::Guard& guard, const std::string& data_folder, const log::Context& log);
// Writes it when blocks changed since it was last written. Blocks on the disk.
void save_blocks(trace::Guard& guard, const std::string& data_folder, const log::Context& log);

}  // namespace kontor::app
