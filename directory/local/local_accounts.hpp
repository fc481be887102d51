// SPDX-License-Identifier: GPL-3.0-or-later
// Accounts of the embedded directory, changed in its LDIF file: written beside and renamed, so that
// after a crash the file is the old or the new one. Blocking; one call at a time.
#pragma once
#include <string>

#include "base/config/settings.hpp"
#include "base/io/file_system.hpp"
#include "directory/model/local_edit.hpp"

namespace kontor::directory {

// The file of the embedded directory by these settings.
std::string local_file(const config::Settings& settings);

// A sentence about what was done. exists, not_found, bad_input, no_permission, no_space, io_error.
Result<std::string> change_local_account(io::FileSystem& files,
                                         const std::string& path,
                                         const LocalEdit& edit);

}  // namespace kontor::directory
