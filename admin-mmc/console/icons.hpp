// SPDX-License-Identifier: GPL-3.0-or-later
// The pictures of the kinds of nodes, drawn from patterns of eight by eight.
#pragma once
#include "admin-mmc/base/guids.hpp"

namespace kontor::admin {

// Puts the icon of each kind into the console's list, at icon_of(kind).
void put_icons(::IImageList& images);
// The caller frees them.
HICON make_icon(int kind, int size);
HBITMAP make_bitmap(int kind, int size);

}  // namespace kontor::admin
