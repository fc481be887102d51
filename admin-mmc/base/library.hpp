// SPDX-License-Identifier: GPL-3.0-or-later
// This library itself.
#pragma once
#include <windows.h>

namespace kontor::admin {

extern HINSTANCE library;
// Objects and pages that keep it loaded.
extern LONG objects_alive;

}  // namespace kontor::admin
