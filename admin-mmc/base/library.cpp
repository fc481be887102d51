// SPDX-License-Identifier: GPL-3.0-or-later
#include "admin-mmc/base/library.hpp"

namespace kontor::admin {

HINSTANCE library = nullptr;
LONG objects_alive = 0;

}  // namespace kontor::admin
