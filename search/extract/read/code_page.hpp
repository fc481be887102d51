// SPDX-License-Identifier: GPL-3.0-or-later
// Charsets as Microsoft's formats number them. Pure.
#pragma once
#include <cstdint>
#include <string>

namespace kontor::search {

// The name of a Windows code page for base/mime; "windows-1252" for one that is not known.
std::string charset_of_code_page(std::uint32_t code_page);
// The code page of \fcharsetN of RTF (and of LOGFONT); 0: the document's own.
std::uint32_t code_page_of_font_charset(std::uint32_t charset);

}  // namespace kontor::search
