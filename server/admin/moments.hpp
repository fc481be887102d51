// SPDX-License-Identifier: GPL-3.0-or-later
// Points in time as kontorctl shows them: "2027-01-15T08:00:00Z", UTC. (It reads them by
// store::parse_moment.) Pure.
#pragma once
#include <string>

#include "base/core/time.hpp"

namespace kontor::admin {

std::string show_moment(UtcSeconds time);

}  // namespace kontor::admin
