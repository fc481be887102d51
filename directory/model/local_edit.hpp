// SPDX-License-Identifier: GPL-3.0-or-later
// A change of an account of the embedded directory, as kontord asks kontor-directory for it: that
// one alone reads and writes what holds passwords.
#pragma once
#include <cstdint>
#include <string>

#include "base/core/uuid.hpp"

namespace kontor::directory {

enum class LocalChange : std::uint8_t { add, remove, set_password };

struct LocalEdit {
  std::uint64_t id = 0;  // of the message
  LocalChange change = LocalChange::add;
  Uuid person;                       // remove, set_password: whom
  std::string address, name, login;  // add
  std::string password;              // add (empty: none yet), set_password; in clear
};

}  // namespace kontor::directory
