// SPDX-License-Identifier: GPL-3.0-or-later
// Passwords of the embedded directory, kept as salted hashes in the form of userPassword (RFC 2307,
// section 5.3).
//
// Written: {SCRYPT}ln:r:p:salt:hash (RFC 7914; base64; ln is the logarithm of N), about 16 MB of
// memory and 40 ms a check. Understood as well: OpenLDAP's {PBKDF2-SHA256}iterations$salt$hash.
// Blocking CPU work: not on a network thread. Comparison is in constant time.
#pragma once
#include <string>
#include <string_view>

namespace kontor::crypto {

// A new hash with a random salt.
std::string hash_password(std::string_view password);
// False for a wrong password and for a form that is not understood or asks for absurd work.
bool verify_password(std::string_view hashed, std::string_view password);
// Is this a form that verify_password() understands?
bool is_password_hash(std::string_view hashed);

}  // namespace kontor::crypto
