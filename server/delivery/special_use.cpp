// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/delivery/special_use.hpp"

#include <algorithm>
#include <array>

#include "base/core/text.hpp"

namespace kontor::delivery {
namespace {

using store::SpecialUse;

template <class Value>
struct Named {
  std::string_view name;
  Value value;
};

constexpr std::array k_uses{
    Named{"\\All", SpecialUse::all},
    Named{"\\Archive", SpecialUse::archive},
    Named{"\\Drafts", SpecialUse::drafts},
    Named{"\\Flagged", SpecialUse::flagged},
    Named{"\\Important", SpecialUse::important},
    Named{"\\Junk", SpecialUse::junk},
    Named{"\\Sent", SpecialUse::sent},
    Named{"\\Trash", SpecialUse::trash},
};
constexpr std::array k_flags{
    Named{"\\Answered", store::k_answered}, Named{"\\Deleted", store::k_deleted},
    Named{"\\Draft", store::k_draft},       Named{"\\Flagged", store::k_flagged},
    Named{"\\Seen", store::k_seen},
};

constexpr std::size_t k_longest_keyword = 100;

// An atom (RFC 9051, 9).
bool is_keyword(std::string_view text) {
  constexpr std::string_view k_others = "(){%*\"\\]";
  return !text.empty() && text.size() <= k_longest_keyword &&
         std::ranges::all_of(
             text, [&](char c) { return c > ' ' && c < '\x7f' && !k_others.contains(c); });
}

}  // namespace

SpecialUse find_special_use(std::string_view name) {
  for (const auto& row : k_uses)
    if (iequals(row.name, name)) return row.value;
  return SpecialUse::none;
}

MessageFlags message_flags(const std::vector<std::string>& names) {
  MessageFlags out;
  for (const auto& name : names) {
    for (const auto& flag : k_flags)
      if (iequals(flag.name, name)) out.system |= flag.value;
    if (is_keyword(name)) out.keywords.push_back(name);
  }
  return out;
}

}  // namespace kontor::delivery
