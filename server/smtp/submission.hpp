// SPDX-License-Identifier: GPL-3.0-or-later
// What submission asks of a message beyond SMTP (RFC 6409): that it is sent under an own name, and
// that it has the fields every message has. Pure.
#pragma once
#include <string>
#include <string_view>

#include "base/core/result.hpp"
#include "base/core/time.hpp"
#include "directory/model/model.hpp"
#include "server/delivery/domains.hpp"

namespace kontor::smtp {

// Any of the person's addresses, also with a +tag, or under another name of its domain.
bool owns_address(const directory::Principal& person,
                  const delivery::Domains& domains,
                  std::string_view address);

// no_permission: a From or Sender address is not the person's; bad_input: there is no From. The
// detail is for the client. Every field of these names counts, whichever a reader would show.
Result<void> check_author(const directory::Principal& person,
                          const delivery::Domains& domains,
                          std::string_view message);

// Date and Message-ID lines for a message that lacks them (RFC 6409, 8.2 and 8.3), or nothing.
std::string missing_fields(std::string_view message,
                           std::string_view trace,
                           std::string_view domain,
                           UtcSeconds now);

}  // namespace kontor::smtp
