// SPDX-License-Identifier: GPL-3.0-or-later
// Text between the interface (UTF-8) and Windows (UTF-16), and numbers as people read them.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace kontor::admin {

// What is no UTF becomes U+FFFD; neither throws for it.
std::wstring wide(std::string_view utf8);
std::string narrow(std::wstring_view utf16);

// One part of a path or the value of a query member, percent-encoded (RFC 3986, 2.3).
std::string percent(std::string_view text);

std::wstring trimmed(std::wstring_view text);
// Parts between `separators`, trimmed, without empty ones.
std::vector<std::wstring> parts(std::wstring_view text, std::wstring_view separators);
std::wstring joined(const std::vector<std::wstring>& parts, std::wstring_view between);
// Equal but for upper and lower case, in any script.
bool same_text(std::wstring_view one, std::wstring_view other);
bool begins(std::wstring_view text, std::wstring_view with);

// "1.5 GB", in the words of the language in force; 1,024 bytes are a KB.
std::wstring size_text(std::uint64_t bytes);
// "3 d 4 h", "5 min", "12 s".
std::wstring age_text(std::int64_t seconds);
// Milliseconds since 1970 as the person's own date and time.
std::wstring time_text(std::int64_t milliseconds);

}  // namespace kontor::admin
