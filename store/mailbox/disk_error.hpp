// SPDX-License-Identifier: GPL-3.0-or-later
// What clients are told of an account's disk. Pure.
#pragma once
#include "base/core/result.hpp"

namespace kontor::store {

// The error of an account that does not open or does not take a change: never that there is no such
// mailbox or that he may not, whatever the system said; mail for it waits until the administrator
// has seen to it.
inline Error disk_error(const Error& error) {
  const bool misleads = error.code() == Errc::no_permission || error.code() == Errc::not_found;
  return misleads ? Error(Errc::io_error, error.text()) : error;
}

}  // namespace kontor::store
