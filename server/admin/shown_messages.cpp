// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/admin/shown_messages.hpp"

#include <algorithm>

namespace kontor::admin {

ShownMessages::ShownMessages(const store::AccountView& view) {
  for (const auto& folder : view.folders()) {
    const auto rows = view.open(folder.id);
    if (!rows) continue;
    numbers_[folder.name] = folder.id;
    rows->for_each(0, rows->size(), [&](std::size_t, const store::Entry& entry) {
      if (const auto item = view.item(entry.item))
        places_[item->guid].push_back({folder.id, false});
    });
  }
}

bool ShownMessages::take_in(const Uuid& guid, const std::string& folder) {
  const auto number = numbers_.find(folder);
  const auto found = places_.find(guid);
  if (number == numbers_.end() || found == places_.end()) return false;
  for (auto& place : found->second) {
    if (place.folder != number->second || place.used) continue;
    place.used = true;
    return true;
  }
  return false;
}

bool ShownMessages::take(const Uuid& guid,
                         const std::string& folder,
                         const std::vector<std::string>& homes) {
  if (take_in(guid, folder)) return true;
  const auto found = places_.find(guid);
  if (found == places_.end()) return false;
  const auto is_home = [&](std::uint32_t number) {
    return std::ranges::any_of(homes, [&](const std::string& home) {
      const auto known = numbers_.find(home);
      return known != numbers_.end() && known->second == number;
    });
  };
  const auto own = numbers_.find(folder);
  return std::ranges::any_of(found->second, [&](const Place& place) {
    return (own == numbers_.end() || place.folder != own->second) && !is_home(place.folder);
  });
}

}  // namespace kontor::admin
