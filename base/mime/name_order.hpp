// SPDX-License-Identifier: GPL-3.0-or-later
// The order of names in lists for people: Cyrillic before Latin, each as its readers expect (CLDR's
// Russian collation, UTS 35), Ё beside Е, case and accents counting last. Pure; any thread.
#pragma once
#include <string>
#include <string_view>

namespace kontor::mime {

// Two names stand in the order of the bytes of their keys. What is not UTF-8 counts as U+FFFD.
std::string name_order_key(std::string_view utf8);

}  // namespace kontor::mime
