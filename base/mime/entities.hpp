// SPDX-License-Identifier: GPL-3.0-or-later
// Character references of HTML: "&amp;", "&#1071;", "&#x42F;". Pure.
#pragma once
#include <cstddef>
#include <optional>
#include <string_view>

namespace kontor::mime {

struct CharacterReference {
  char32_t code_point = 0;  // a Unicode scalar value
  std::size_t size = 0;     // bytes of the text that it takes
};
// At the '&' that `text` begins with; nothing: the sign stands for itself.
std::optional<CharacterReference> character_reference(std::string_view text);

}  // namespace kontor::mime
