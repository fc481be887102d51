// SPDX-License-Identifier: GPL-3.0-or-later
// Into which folder of a mailbox the messages of a file or folder elsewhere belong. Pure.
#pragma once
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/core/result.hpp"
#include "store/format/types.hpp"

namespace kontor::admin::sources {

using Levels = std::vector<std::string>;

// ".Lists.Kontor" of a Maildir++ is {"Lists", "Kontor"}; modified UTF-7 is decoded, a name that is
// none stays as it is.
Levels levels_of_maildir(std::string_view folder_name);

// The use that a folder of that name has in the common mail programs, in English and Russian; none
// when it is a name like any other.
store::SpecialUse use_of_name(std::string_view name);

// The words of FolderInfo::special_use on the control socket: "sent", "trash", ...
std::string_view name_of(store::SpecialUse use);
store::SpecialUse use_of_word(std::string_view word);  // the other way; none for another word

struct Target {
  std::string into;                            // everything below this folder; empty: not asked for
  std::map<std::string, std::string> special;  // by name_of(use): the mailbox's own folder for it
};

// The full name of the folder: levels made fit to be one, INBOX and the folders of special use
// mapped to the mailbox's own.
std::string folder_for(const Levels& levels, const Target& target);

}  // namespace kontor::admin::sources
