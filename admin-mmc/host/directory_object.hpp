// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <string>

#include "admin-mmc/base/com.hpp"

namespace kontor::admin::host {

// What Active Directory Users and Computers gives its pages: the object's name and class, and the
// controller that the console works with (dsclient.h: DsObjectNames, DsDisplaySpecOptions).
ComPointer<IDataObject> make_directory_object(const std::wstring& dn,
                                              const std::wstring& type,
                                              const std::wstring& server);

}  // namespace kontor::admin::host
