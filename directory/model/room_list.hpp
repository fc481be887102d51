// SPDX-License-Identifier: GPL-3.0-or-later
// Room lists: groups that people choose a room from, a building or a floor. Pure.
#pragma once
#include "directory/model/model.hpp"

namespace kontor::directory {

// A group that Exchange calls so (msExchRecipientTypeDetails), or that has rooms in it, nested, and
// nobody else.
bool is_room_list(const DirectoryCopy& copy, const Principal& group);

}  // namespace kontor::directory
