// SPDX-License-Identifier: GPL-3.0-or-later
// kontorctl: its command line, from the words to the exit status.
//
// Blocking; for the program kontorctl, and for tests. 0: done; 1: refused, found wrong, or no
// server answers; 2: wrong use. With --json the answer (or {"error": …}) goes to `out` as one line
// of JSON.
#pragma once
#include <iosfwd>
#include <string>
#include <vector>

#include "directory/model/domain_tools.hpp"

namespace kontor::admin {

// `words` without the program's name.
// `is_terminal`: `err`, where progress goes, is one. `domain`: for the verbs of that name.
int run_ctl(const std::vector<std::string>& words,
            std::ostream& out,
            std::ostream& err,
            bool is_terminal = false,
            directory::DomainTools* domain = nullptr);

}  // namespace kontor::admin
