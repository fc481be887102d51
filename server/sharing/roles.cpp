// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/sharing/roles.hpp"

#include <array>

#include "base/core/text.hpp"

namespace kontor::sharing {
namespace {

struct Role {
  std::string_view name;
  std::string_view letters;
  bool of_calendars = false;
};
constexpr std::array k_roles{
    Role{"freebusy", "l", true}, Role{"delegate", "lrswipkxte", true},
    Role{"reader", "lrs"},       Role{"author", "lrsi"},
    Role{"editor", "lrswitekx"}, Role{"owner", store::k_right_letters},
};

}  // namespace

std::optional<store::RightBits> parse_rights(std::string_view text) {
  for (const auto& role : k_roles)
    if (iequals(text, role.name)) return store::rights_of(role.letters);
  std::string letters;
  for (const char letter : text) {  // RFC 4314, 2.1.1
    if (letter == 'c')
      letters += "kx";
    else if (letter == 'd')
      letters += "te";
    else
      letters.push_back(letter);
  }
  return letters.empty() ? std::nullopt : store::rights_of(letters);
}

std::string rights_word(store::RightBits rights, store::FolderClass folder_class) {
  const bool is_calendar = folder_class == store::FolderClass::calendar;
  for (const auto& role : k_roles)
    if ((is_calendar || !role.of_calendars) && store::rights_of(role.letters) == rights)
      return std::string(role.name);
  return store::letters_of(rights);
}

}  // namespace kontor::sharing
