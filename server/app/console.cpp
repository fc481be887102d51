// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/app/console.hpp"

#include "server/admin/console/routes.hpp"
#include "server/app/process.hpp"

namespace kontor::app {

std::vector<http::Route> console_routes() {
  // build/release/bin and build/release/web; /usr/libexec/kontor and /usr/share/kontor/console.
  return admin::console::routes(admin::console::read_assets(
      io::real_file_system(),
      {sibling_program("../web"), sibling_program("../../share/kontor/console")}));
}

}  // namespace kontor::app
