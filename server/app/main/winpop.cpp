// SPDX-License-Identifier: GPL-3.0-or-later
// winpop: the command line of the POP3 service of Windows, for a Kontor server.
#include <iostream>

#include "server/admin/winpop.hpp"

int main(int argc, char** argv) {
  return kontor::admin::run_winpop({argv + 1, argv + argc}, std::cout, std::cerr);
}
