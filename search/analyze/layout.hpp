// SPDX-License-Identifier: GPL-3.0-or-later
// Text typed with the keyboard in the wrong layout: "ghbdtn" is "привет", "руддщ" is "hello". To be
// offered, never searched for in silence. Pure; any thread.
#pragma once
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace kontor::search {

// Whether a word, as fold_term() gives it, occurs in what is searched.
using KnownWord = std::function<bool(std::string_view term)>;

// The text with its words in the other layout: of those that are not known the other layout makes
// words that are. Nothing: there is no such word, or one of them is known in neither layout.
std::optional<std::string> other_layout(std::string_view text, const KnownWord& known);

}  // namespace kontor::search
