// SPDX-License-Identifier: GPL-3.0-or-later
// What a ticket that was not taken means in plain words, and what an administrator does about it.
// Pure.
#pragma once
#include <cstdint>
#include <string_view>

namespace kontor::directory {

// `code`: GSSAPI's minor status, which is a number of the Kerberos library (RFC 4120, 7.5.9). Empty
// when the library's own text says enough.
std::string_view ticket_advice(std::uint32_t code);

}  // namespace kontor::directory
