// SPDX-License-Identifier: GPL-3.0-or-later
// Which attachments are worth a reader. Pure.
#pragma once
#include <string_view>

namespace kontor::search {

// False for what has no text whatever is in it: pictures, sound, films, programs, signatures. The
// name counts before the media type: programs that do not know a file call it anything.
bool is_worth_reading(std::string_view media_type, std::string_view file_name);

}  // namespace kontor::search
