// SPDX-License-Identifier: GPL-3.0-or-later
// The program kontord from its command line to its exit status.
#pragma once
#include <string>
#include <vector>

namespace kontor::app {

// 0: done, or stopped in good order. 1: it could not start, or --check found something wrong; one
// sentence for each on standard error. 2: wrong use.
int run_kontord(const std::vector<std::string>& arguments);

}  // namespace kontor::app
