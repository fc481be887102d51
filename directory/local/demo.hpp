// SPDX-License-Identifier: GPL-3.0-or-later
// The demo organisation: example.test with four people, two groups, a room and the administrators
// (DESIGN.md 7). Their password is known to everybody: kontord refuses it from other machines.
#pragma once
#include <string>
#include <string_view>

#include "base/core/result.hpp"

namespace kontor::directory {

inline constexpr std::string_view k_demo_password = "kontor-demo";

// Its LDIF file, passwords as salted hashes, new entryUUIDs each time. Takes a moment of CPU.
std::string make_demo_directory();
// Writes it, readable for the owner alone, unless there is a file already.
Result<void> ensure_demo_directory(const std::string& path);

}  // namespace kontor::directory
