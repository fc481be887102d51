// SPDX-License-Identifier: GPL-3.0-or-later
#include "directory/model/room_list.hpp"

#include <algorithm>

namespace kontor::directory {
namespace {

constexpr std::int64_t k_room_list = 268'435'456;  // [MS-OXOABK]'s RoomList

}  // namespace

bool is_room_list(const DirectoryCopy& copy, const Principal& group) {
  if (group.kind != Kind::group) return false;
  if (group.mail_rules.recipient_type == k_room_list) return true;
  if (group.members.empty()) return false;
  const auto everybody = copy.expand(group.id);
  return !everybody.empty() &&
         std::ranges::all_of(everybody, [](const auto& one) { return one->kind == Kind::room; });
}

}  // namespace kontor::directory
