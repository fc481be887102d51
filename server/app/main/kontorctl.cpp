// SPDX-License-Identifier: GPL-3.0-or-later
// kontorctl: what an administrator does with a server, from the command line.
#include <unistd.h>

#include <iostream>

#include "directory/domain/tools.hpp"
#include "server/admin/ctl.hpp"
#include "server/admin/remote/remote.hpp"

int main(int argc, char** argv) {
  const auto domain = kontor::directory::make_domain_tools();
  kontor::admin::set_remote(&kontor::admin::ask_remote);
  return kontor::admin::run_ctl({argv + 1, argv + argc}, std::cout, std::cerr,
                                ::isatty(STDERR_FILENO) == 1, domain.get());
}
