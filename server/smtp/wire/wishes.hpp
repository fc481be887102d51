// SPDX-License-Identifier: GPL-3.0-or-later
// Parameters of MAIL that say when and how a message is to be sent on: REQUIRETLS (RFC 8689),
// HOLDFOR and HOLDUNTIL (RFC 4865), BY (RFC 2852), MT-PRIORITY (RFC 6710). Pure.
#pragma once
#include <optional>
#include <string_view>

#include "server/smtp/wire/command.hpp"

namespace kontor::smtp::wire {

// Takes the parameter; nothing: it is none of these. bad_input: syntax.
std::optional<Result<void>> set_wish(MailCommand& mail,
                                     std::string_view keyword,
                                     std::string_view value,
                                     bool has_value);

}  // namespace kontor::smtp::wire
