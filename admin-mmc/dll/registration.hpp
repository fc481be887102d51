// SPDX-License-Identifier: GPL-3.0-or-later
// What stands in the registry for this library, for all people of the computer: its classes, the
// snap-in and its types of nodes, and the extension of Active Directory Users and Computers.
#pragma once
#include <windows.h>

namespace kontor::admin {

HRESULT write_registration();
// Takes away what write_registration() writes; keys that others write in stay.
HRESULT remove_registration();

}  // namespace kontor::admin
