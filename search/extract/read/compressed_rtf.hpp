// SPDX-License-Identifier: GPL-3.0-or-later
// RTF as Outlook keeps it ([MS-OXRTFCP]). Pure.
#pragma once
#include <string>
#include <string_view>

namespace kontor::search {

// The RTF; empty when it is none. What is damaged is unpacked as far as it goes, at most `most`
// bytes.
std::string unpack_rtf(std::string_view packed, std::size_t most);

}  // namespace kontor::search
