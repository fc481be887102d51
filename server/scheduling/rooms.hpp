// SPDX-License-Identifier: GPL-3.0-or-later
// How a room or a piece of equipment is booked: what policy says of it, and in words why not. Pure.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "base/config/policy_rule.hpp"
#include "calendar/itip/booking.hpp"
#include "directory/model/model.hpp"

namespace kontor::scheduling {

calendar::BookingPolicy booking_policy(const config::PolicyValues& values);

// Does policy let `organizer` (null: somebody from outside) book it? Without a list: everybody of
// the organisation.
bool may_book(const directory::DirectoryCopy& copy,
              const config::PolicyValues& values,
              const directory::Principal* organizer);

// The sentence for people, in each of the languages ("en", "ru"); empty: there is nothing to say.
std::string reason_text(const calendar::BookingDecision& decision,
                        const calendar::BookingPolicy& policy,
                        const std::vector<std::string>& languages);
std::string_view name_of(calendar::BookingReason reason) noexcept;  // "conflict"

}  // namespace kontor::scheduling
