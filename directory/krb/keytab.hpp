// SPDX-License-Identifier: GPL-3.0-or-later
// What is in a keytab. For the sources of this folder only.
#pragma once
#include <string>
#include <vector>

#include "directory/krb/context.hpp"

namespace kontor::directory {

// "FILE:…" as the library names it.
std::string keytab_name(const std::string& file);
// Its principals in the order of the file, each once; machine accounts (NAME$) first. unavailable
// with a reason when it cannot be read or is empty.
Result<std::vector<std::string>> keytab_principals(const Kerberos& kerberos, krb5_keytab keytab);

}  // namespace kontor::directory
