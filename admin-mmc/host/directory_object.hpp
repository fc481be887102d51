// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <nlohmann/json.hpp>

#include "admin-mmc/base/com.hpp"

namespace kontor::admin::host {

// What Active Directory Users and Computers gives its pages: the object's name and class, and the
// controller that the console works with (dsclient.h: DsObjectNames, DsDisplaySpecOptions).
//   {"dn": .., "class": .., "server": ..}; "in_path": the controller stands in the object's path
//   and nowhere else; "count": so many objects are said to be chosen; "cut": so many bytes of the
//   block are left out at its end; "offset": where the class is said to stand.
ComPointer<IDataObject> make_directory_object(const nlohmann::json& what);

}  // namespace kontor::admin::host
