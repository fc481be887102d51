// SPDX-License-Identifier: GPL-3.0-or-later
// The text of documents of Office 97 to 2003: Word ([MS-DOC]), Excel ([MS-XLS]), PowerPoint
// ([MS-PPT]). Any bytes are allowed.
#pragma once
#include <string>
#include <string_view>

#include "search/extract/read/compound.hpp"
#include "search/extract/read/reading.hpp"

namespace kontor::search {

// Characters below 256, a byte each, as these formats keep them.
std::string text_of_lower_halves(std::string_view bytes);

Verdict read_old_word(const CompoundFile& file, Reading& reading);
Verdict read_old_excel(const CompoundFile& file, Reading& reading);
Verdict read_old_powerpoint(const CompoundFile& file, Reading& reading);

}  // namespace kontor::search
