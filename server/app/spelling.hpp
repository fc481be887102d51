// SPDX-License-Identifier: GPL-3.0-or-later
// How the address book compares words: as search does, which the directory may not know.
#pragma once
#include "directory/gal/names.hpp"

namespace kontor::app {

directory::Spelling make_spelling();

}  // namespace kontor::app
