// SPDX-License-Identifier: GPL-3.0-or-later
// The file of the greylist, DATA/greylist (docs/formats/greylist.md): who is known stays known over
// a restart.
#pragma once
#include <string>

#include "base/core/time.hpp"
#include "base/log/log.hpp"
#include "server/filter/screening/greylist.hpp"

namespace kontor::app {

// What is missing is an empty list; what is damaged is logged and left out. Blocks on the disk.
void load_greylist(filter::screening::Greylist& list,
                   const std::string& data_folder,
                   UtcSeconds now,
                   const log::Context& log);
// Writes it when it changed since it was last written. Blocks on the disk.
void save_greylist(filter::screening::Greylist& list,
                   const std::string& data_folder,
                   const log::Context& log);

}  // namespace kontor::app
