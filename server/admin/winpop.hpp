// SPDX-License-Identifier: GPL-3.0-or-later
// winpop: the command line of the POP3 service of Windows Server 2003, for who has scripts and
// habits of it. Its verbs and switches, carried out by the verbs of kontorctl
// (docs/admin/winpop.md).
//
// Blocking. Exit status: 0 done, 1 refused or no server answers, 2 wrong use.
#pragma once
#include <iosfwd>
#include <string>
#include <vector>

namespace kontor::admin {

// `words` without the program's name. A password of "-" is asked for, or read from the input.
int run_winpop(const std::vector<std::string>& words, std::ostream& out, std::ostream& err);

// docs/generated/winpop.8.
std::string winpop_manual();
// Its verbs and their switches ("/createuser --createuser"), for completion.
struct WinpopVerb {
  std::string name, switches;
};
std::vector<WinpopVerb> winpop_verbs();

}  // namespace kontor::admin
