// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/admin/sources/line_ends.hpp"

namespace kontor::admin::sources {

std::string with_crlf(std::string_view text) {
  std::string out;
  out.reserve(text.size() + text.size() / 24);
  while (!text.empty()) {
    const auto end = text.find('\n');
    if (end == std::string_view::npos) break;
    const bool has_cr = end > 0 && text[end - 1] == '\r';
    out.append(text.substr(0, end)).append(has_cr ? "\n" : "\r\n");
    text.remove_prefix(end + 1);
  }
  return out.append(text);
}

}  // namespace kontor::admin::sources
