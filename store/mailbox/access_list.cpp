// SPDX-License-Identifier: GPL-3.0-or-later
#include "store/mailbox/access_list.hpp"

#include <algorithm>
#include <tuple>

namespace kontor::store {
namespace {

auto place_of(const AccessEntry& entry) { return std::tie(entry.principal, entry.negative); }

template <class List>
auto find_place(List& list, const AccessEntry& entry) {
  return std::ranges::lower_bound(list, place_of(entry), {}, place_of);
}

RightBits bit_at(std::size_t index) { return static_cast<RightBits>(1U << index); }

}  // namespace

std::string letters_of(RightBits rights) {
  std::string letters;
  for (std::size_t i = 0; i < k_right_letters.size(); ++i)
    if ((rights & bit_at(i)) != 0) letters.push_back(k_right_letters[i]);
  return letters;
}

std::optional<RightBits> rights_of(std::string_view letters) {
  RightBits rights = 0;
  for (const char letter : letters) {
    const auto index = k_right_letters.find(letter);
    if (index == std::string_view::npos) return std::nullopt;
    rights |= bit_at(index);
  }
  return rights;
}

AccessEntry entry_after(const AccessList& list, const AccessChange& change) {
  AccessEntry entry;
  entry.principal = change.principal;
  entry.negative = change.negative;
  const auto found = find_place(list, entry);
  if (found != list.end() && place_of(*found) == place_of(entry)) entry.rights = found->rights;
  switch (change.action) {
    case AccessChange::Action::set:
      entry.rights = change.rights;
      break;
    case AccessChange::Action::add:
      entry.rights |= change.rights;
      break;
    case AccessChange::Action::remove:
      entry.rights = static_cast<RightBits>(entry.rights & ~change.rights);
      break;
  }
  return entry;
}

AclFrame acl_frame(FolderId folder, const AccessEntry& entry) {
  AclFrame frame;
  frame.folder = folder;
  frame.principal = entry.principal;
  frame.rights = (entry.negative ? "-" : "") + letters_of(entry.rights);
  return frame;
}

void apply_acl(AccessList& list, const AclFrame& frame) {
  AccessEntry entry;
  entry.principal = frame.principal;
  entry.negative = frame.rights.starts_with('-');
  for (const char letter : frame.rights)
    entry.rights |= rights_of(std::string_view(&letter, 1)).value_or(0);
  const auto found = find_place(list, entry);
  const bool is_there = found != list.end() && place_of(*found) == place_of(entry);
  if (entry.rights == 0) {
    if (is_there) list.erase(found);
  } else if (is_there) {
    found->rights = entry.rights;
  } else {
    list.insert(found, std::move(entry));
  }
}

}  // namespace kontor::store
