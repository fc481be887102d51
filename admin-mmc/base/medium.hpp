// SPDX-License-Identifier: GPL-3.0-or-later
// What an object of data gives out (IDataObject::GetData).
#pragma once
#include <windows.h>

#include <objidl.h>

#include <string>

namespace kontor::admin {

// A copy of the bytes as a block of memory, which whoever asked lets go.
HRESULT give_block(STGMEDIUM& medium, const std::string& bytes);

}  // namespace kontor::admin
