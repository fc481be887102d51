// SPDX-License-Identifier: GPL-3.0-or-later
// What others see of an object that is private: when it is, and nothing of what it is. Pure.
#pragma once
#include <optional>
#include <string>
#include <string_view>

namespace kontor::calendar {

// The object as those see it who may not see what is private: all of it, when one of its components
// has a CLASS other than PUBLIC (RFC 5545, 3.8.1.3: an unknown one counts as PRIVATE). UID, times,
// rules and state stay, of the rest nothing. Nothing: there is nothing private in it. Bytes that
// cannot be read are shown as no bytes.
std::optional<std::string> private_view(std::string_view bytes);

}  // namespace kontor::calendar
