// SPDX-License-Identifier: GPL-3.0-or-later
// The part of recovery that writes (docs/formats/log.md, "Recovery"): after it the log may be
// appended to. It may be cut short at any point and done again. Needs no room on the disk except
// to keep damaged bytes aside.
#pragma once
#include "store/log/scan.hpp"

namespace kontor::store {

// Removes a log whose making was cut short, cuts the torn tail, writes again what a failed sync may
// have left in memory only, and keeps damaged bytes aside (best effort: a full disk must not keep
// an account closed).
Result<void> make_ready(LogDevice& device, const ScanResult& scan);

std::string position_text(LogPosition position);  // "log.000001:1024"

}  // namespace kontor::store
