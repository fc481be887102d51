// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <cstddef>
#include <string>
#include <string_view>

namespace kontor::filter {

// A stranger's text where a line of SMTP, a field or the log shall have it: printable ASCII, '?'
// for all else, at most so many bytes. Pure.
inline std::string printable(std::string_view text, std::size_t most) {
  std::string out;
  for (const char c : text.substr(0, most)) out += c >= ' ' && c <= '~' ? c : '?';
  return out;
}

}  // namespace kontor::filter
