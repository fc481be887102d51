// SPDX-License-Identifier: GPL-3.0-or-later
// Named roles: rights in the words that administrators know, beside the letters of RFC 4314. Pure.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "store/mailbox/access_list.hpp"

namespace kontor::sharing {

// reader (lrs), author (lrsi), editor (lrswitekx), owner (all), or letters, in any order and with
// the c and d of RFC 2086. nothing: neither.
// In a calendar there are two more: freebusy (l), who learns when its owner is busy and no more,
// and delegate (lrswipkxte), who acts for its owner and sees what is private.
std::optional<store::RightBits> parse_rights(std::string_view text);
// The role that is exactly this, or the letters.
std::string rights_word(store::RightBits rights,
                        store::FolderClass folder_class = store::FolderClass::mail);

}  // namespace kontor::sharing
