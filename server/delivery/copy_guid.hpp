// SPDX-License-Identifier: GPL-3.0-or-later
// The EMAILID (RFC 8474) that delivery gives a copy: the same at every try, and one that nobody
// else gives.
#pragma once
#include <string>
#include <string_view>

#include "base/core/uuid.hpp"
#include "store/format/types.hpp"

namespace kontor::delivery {

// Of the copy of the message with this trace in the mailbox of this owner. Pure.
Uuid copy_guid(std::string_view trace, const store::Binding& owner);

}  // namespace kontor::delivery
