// SPDX-License-Identifier: GPL-3.0-or-later
// The Card of an entry: what the address book shows besides names and addresses, the same for every
// source. Pure: strange or hostile values become "absent".
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "directory/model/filter.hpp"
#include "directory/model/model.hpp"

namespace kontor::directory {

inline constexpr std::size_t k_max_photo = 512U << 10U;  // bytes

// What read_card() and photo_in() read; to be asked for.
const std::vector<std::string>& card_attributes();
const std::vector<std::string>& photo_attributes();

// Without the photo.
Card read_card(const Attributes& entry);
// The bytes of a JPEG, PNG or GIF picture of at most k_max_photo bytes; empty: there is none.
std::string_view photo_in(const Attributes& entry);

}  // namespace kontor::directory
