// SPDX-License-Identifier: GPL-3.0-or-later
// What the process asks of the operating system before it serves. Each failure is a sentence for
// the administrator. Single-threaded: called before any thread is started.
#pragma once
#include <cstdint>
#include <string>

#include "base/core/result.hpp"

namespace kontor::app {

// Raises the soft limit of open files to the hard one; what it is now.
std::uint64_t raise_file_limit();

// The folder with its missing parents, mode 0700, owned by `user` when that is not empty.
Result<void> make_data_folder(const std::string& folder, const std::string& user);
// May this process write in it?
Result<void> check_data_folder(const std::string& folder);

// Becomes `user` with its groups, for good. Nothing when `user` is empty or the process is not
// root's and is that user already. not_found: no such user.
Result<void> become_user(const std::string& user);
bool is_root();

// A program beside the running one.
std::string sibling_program(const std::string& name);

}  // namespace kontor::app
