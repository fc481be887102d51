// SPDX-License-Identifier: GPL-3.0-or-later
// Identifiers of access lists (RFC 4314, 2): what a client calls a person or a group of the
// directory, and what it is told. "anyone" is everybody who can sign in, and, for
// what mail to a folder asks, everybody else too; "anonymous" is those who did not sign in.
#pragma once
#include <string>
#include <string_view>

#include "directory/model/model.hpp"
#include "store/format/types.hpp"

namespace kontor::sharing {

// By any mail address, a login name, or "SOURCE:GUID" as identifier_of() writes it; contacts cannot
// sign in and are not found. not_found: nobody of that name.
Result<store::Binding> find_principal(const directory::DirectoryCopy& copy,
                                      std::string_view default_domain,
                                      const std::string& name);

// The name of today: the mail address, else the UPN; "SOURCE:GUID" of a group that has neither, and
// of who is not in the directory any more.
std::string identifier_of(const directory::DirectoryCopy& copy, const store::Binding& principal);

}  // namespace kontor::sharing
