// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/source_dir.hpp"

namespace kontor {

std::filesystem::path source_dir() { return KONTOR_SOURCE_DIR; }

}  // namespace kontor
